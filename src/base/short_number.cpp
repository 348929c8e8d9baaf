#include "base/short_number.hpp"

#include <fmt/format.h>

#include <cmath>

namespace scorefield::base {

std::string short_number(double value, int digits) {
    constexpr double kNothing = 1e-12;
    if (std::abs(value) < kNothing) return "0";
    return fmt::format("{}{:.{}g}", value < 0 ? "−" : "", std::abs(value), digits);
}

}  // namespace scorefield::base
