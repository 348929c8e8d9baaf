#include "render/ticks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace scorefield::render {
namespace {

/// Relative room for the rounding of decimal figures.
constexpr double kSlack = 1e-9;

constexpr double kLeading[] = {1, 2, 5, 10};

}  // namespace

double round_down_125(double largest) {
    const double decade = std::pow(10.0, std::floor(std::log10(largest) + kSlack));
    double result = decade;
    for (const double leading : kLeading) {
        if (leading * decade <= largest * (1 + kSlack)) result = leading * decade;
    }
    return result;
}

double round_up_125(double smallest) {
    const double decade = std::pow(10.0, std::floor(std::log10(smallest) + kSlack));
    for (const double leading : kLeading) {
        if (leading * decade >= smallest * (1 - kSlack)) return leading * decade;
    }
    return 10 * decade;
}

Ticks make_ticks(double low, double high, double most) {
    Ticks ticks;
    ticks.step = round_up_125((high - low) / most);
    const double first = std::ceil(low / ticks.step - kSlack);
    const double last = std::floor(high / ticks.step + kSlack);
    for (double k = first; k <= last && ticks.places.size() < 1000; k += 1) ticks.places.push_back(k * ticks.step);
    return ticks;
}

std::string tick_label(double value, double step) {
    const double magnitude = std::abs(value) < step / 2 ? 0.0 : std::abs(value);
    const char* sign = value < 0 && magnitude > 0 ? "−" : "";
    if (magnitude >= 1e6 || (step < 1e-4 && magnitude > 0)) return fmt::format("{}{:g}", sign, magnitude);
    const int decimals = std::max(0, -static_cast<int>(std::floor(std::log10(step) + kSlack)));
    return fmt::format("{}{:.{}f}", sign, magnitude, magnitude > 0 ? decimals : 0);
}

}  // namespace scorefield::render
