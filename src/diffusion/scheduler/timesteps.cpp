#include "diffusion/scheduler/timesteps.hpp"

#include <algorithm>
#include <cmath>

namespace scorefield::diffusion {

std::vector<double> linspace(double first, double last, int count) {
    std::vector<double> values;
    values.reserve(static_cast<std::size_t>(count));
    const double step = count > 1 ? (last - first) / (count - 1) : 0;
    for (int i = 0; i < count; ++i) values.push_back(i > 0 && i + 1 == count ? last : i * step + first);
    return values;
}

double round_half_even(double value) {
    return std::nearbyint(value);
}

namespace {

std::vector<double> reversed(std::vector<double> values) {
    std::ranges::reverse(values);
    return values;
}

std::vector<double> trailing_timesteps(int levels, int highest, int steps) {
    const double width = static_cast<double>(levels) / steps;
    // Halves occur, so this is NumPy's arange to the last rounding: second value minus first.
    const double step = (highest - width) - highest;
    std::vector<double> times;
    for (int i = 0; i < steps && highest - i * width > 0; ++i) {
        times.push_back(round_half_even(i * step + highest) - 1);
    }
    return times;
}

/// N+1 values, increasing: linspace or leading.
std::vector<double> multistep_grid(std::string_view spacing, int highest, int steps, int offset) {
    std::vector<double> times;
    if (spacing == "linspace") {
        times = linspace(0, highest - 1, steps + 1);
        for (double& t : times) t = round_half_even(t);
    } else {
        const int stride = highest / (steps + 1);
        for (int i = 0; i <= steps; ++i) times.push_back(i * stride + offset);
    }
    return times;
}

}  // namespace

std::vector<double> spaced_timesteps(std::string_view spacing, int levels, int steps, int offset) {
    if (spacing == "linspace") return reversed(linspace(0, levels - 1, steps));
    if (spacing == "trailing") return trailing_timesteps(levels, levels, steps);
    std::vector<double> times;
    const int stride = levels / steps;
    for (int i = steps - 1; i >= 0; --i) times.push_back(i * stride + offset);
    return times;
}

std::vector<double> multistep_timesteps(std::string_view spacing, int levels, int highest, int steps, int offset) {
    if (spacing == "trailing") return trailing_timesteps(levels, highest, steps);
    std::vector<double> times = reversed(multistep_grid(spacing, highest, steps, offset));
    times.pop_back();
    return times;
}

std::vector<double> inverse_timesteps(std::string_view spacing, int levels, int highest, int steps, int offset) {
    if (spacing == "trailing") return reversed(trailing_timesteps(levels, highest, steps));
    std::vector<double> times = multistep_grid(spacing, highest, steps, offset);
    times.pop_back();
    return times;
}

}  // namespace scorefield::diffusion
