#include "diffusion/samplers/samplers.hpp"

namespace scorefield::diffusion {

std::span<const SamplerEntry> stochastic_samplers() {
    return {};
}

}  // namespace scorefield::diffusion
