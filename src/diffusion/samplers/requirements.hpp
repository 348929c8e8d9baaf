#pragma once

#include "diffusion/sampler.hpp"

namespace scorefield::diffusion {

/// Throws base::Error (request) naming the flag of the first parameter that is set but that the other settings leave
/// without effect, with the cure.
void require_effect(const SamplerSettings& settings);

/// Whether the other settings give an effect to the parameter of a sampler that takes it. The parameter need not have a
/// value.
bool meets_requirements(const SamplerSettings& settings, std::string_view parameter);

}  // namespace scorefield::diffusion
