#pragma once

#include <string>
#include <string_view>

namespace scorefield::diffusion {

/// What to say to a name that is none of kPredictions: the nearest one, or that of the same meaning in diffusers; and
/// all of them.
std::string prediction_hint(std::string_view name);

}  // namespace scorefield::diffusion
