#include "diffusion/samplers/samplers.hpp"

namespace scorefield::diffusion {

std::span<const SamplerEntry> one_step_samplers() {
    return {};
}

}  // namespace scorefield::diffusion
