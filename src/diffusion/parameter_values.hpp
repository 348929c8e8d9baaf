#pragma once

#include <limits>
#include <span>
#include <string_view>

namespace scorefield::diffusion {

/// What a parameter may be: a number of a range, or one of some names. Samplers and spacings check it, and the settings
/// take their ranges from it.
struct ParameterValues {
    std::string_view name;
    double low = 0;
    double high = std::numeric_limits<double>::infinity();
    bool open_low = false;                           ///< low itself is out
    std::span<const std::string_view> choices = {};  ///< the names; empty: numbers

    bool holds(double value) const { return (open_low ? value > low : value >= low) && value <= high; }
};

}  // namespace scorefield::diffusion
