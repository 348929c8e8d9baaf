#include <vector>

#include "diffusion/samplers/solver.hpp"

namespace scorefield::diffusion {

std::span<const SamplerEntry> multistep_samplers() {
    static const std::vector<SamplerEntry> all = [] {
        std::vector<SamplerEntry> joined;
        for (const auto family : {dpm_samplers(), unipc_samplers(), adams_samplers(), pndm_samplers()}) {
            joined.insert(joined.end(), family.begin(), family.end());
        }
        return joined;
    }();
    return all;
}

}  // namespace scorefield::diffusion
