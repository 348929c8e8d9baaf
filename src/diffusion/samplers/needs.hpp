#pragma once

#include "diffusion/sampler.hpp"

namespace scorefield::diffusion {

/// Throws base::Error (request) naming the flag of the first parameter that is said but that the other settings leave
/// without effect, with the cure.
void require_effect(const SamplerSettings& settings);

}  // namespace scorefield::diffusion
