#pragma once

#include "diffusion/sampler.hpp"

namespace scorefield::diffusion {

/// Throws base::Error (request) naming the flag of the first parameter that is set but that the other settings leave
/// without effect, with the cure.
void require_effect(const SamplerSettings& settings);

/// Whether the other settings leave the parameter an effect, for a sampler that takes it. Its own value does not count
/// where it has none yet.
bool is_needed(const SamplerSettings& settings, std::string_view parameter);

}  // namespace scorefield::diffusion
