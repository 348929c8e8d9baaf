#include "diffusion/spacing.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cassert>
#include <charconv>
#include <cmath>
#include <string>

#include "base/error.hpp"
#include "base/names.hpp"

namespace scorefield::diffusion {
namespace {

// Halves occur (999/2), so the arithmetic below is NumPy's to the last rounding: start + i·step, then half to even.

std::vector<double> even(double lowest, double highest, int steps) {
    std::vector<double> times;
    times.reserve(static_cast<std::size_t>(steps));
    const bool every_time = steps == static_cast<int>(highest - lowest) + 1;
    const double step = every_time ? -1 : -highest / steps;
    for (int i = 0; i < steps; ++i) times.push_back(std::nearbyint(i * step + highest));
    return times;
}

std::vector<double> linspace(double lowest, double highest, int steps) {
    std::vector<double> times;
    times.reserve(static_cast<std::size_t>(steps));
    const double step = steps == 1 ? 0 : (highest - lowest) / (steps - 1);
    for (int i = steps - 1; i >= 0; --i) times.push_back(std::nearbyint(i * step + lowest));
    return times;
}

std::vector<double> leading(double lowest, double highest, int steps) {
    std::vector<double> times;
    times.reserve(static_cast<std::size_t>(steps));
    const double step = std::floor((highest - lowest + 1) / steps);
    for (int i = steps - 1; i >= 0; --i) times.push_back(lowest + i * step);
    return times;
}

std::vector<double> trailing(double lowest, double highest, int steps) {
    std::vector<double> times;
    times.reserve(static_cast<std::size_t>(steps));
    const double start = highest + 1;
    const double step = (start - (start - lowest) / steps) - start;  // as arange takes it: second value minus first
    for (int i = 0; i < steps; ++i) times.push_back(std::nearbyint(i * step + start) - 1);
    return times;
}

double parse_time(std::string_view item) {
    const std::size_t begin = item.find_first_not_of(' ');
    const std::size_t end = item.find_last_not_of(' ');
    const std::string_view number = begin == std::string_view::npos ? "" : item.substr(begin, end - begin + 1);
    double value = 0;
    const auto [rest, error] = std::from_chars(number.data(), number.data() + number.size(), value);
    if (error != std::errc() || rest != number.data() + number.size()) {
        throw base::request_error("bad list of timesteps", "--timesteps", fmt::format("'{}' is not a number", item),
                                  "give numbers with commas between them, e.g. 999,500,10");
    }
    return value;
}

[[noreturn]] void refuse_timestep(const std::string& why, const TimeRange& range) {
    throw base::request_error(
        "bad list of timesteps", "--timesteps", why,
        fmt::format("give strictly decreasing {} from {} down to {}", range.discrete ? "whole numbers" : "times",
                    range.highest, range.lowest_noisy));
}

}  // namespace

std::vector<double> make_timesteps(const NoiseProcess& process, std::string_view spacing, int steps) {
    if (std::find(kSpacings.begin(), kSpacings.end(), spacing) == kSpacings.end()) {
        throw base::request_error("unknown spacing '" + std::string(spacing) + "'", "--spacing", "no such name",
                                  base::name_hint(spacing, kSpacings));
    }
    const TimeRange range = process.times();
    assert(range.discrete);
    const double lowest = range.lowest_noisy;
    const int most = static_cast<int>(range.highest - lowest) + 1;
    if (steps < 1) {
        throw base::request_error("bad number of steps", "--steps", fmt::format("{} is below 1", steps),
                                  fmt::format("give 1 … {}", most));
    }
    if (steps > most) {
        throw base::request_error("too many steps", "--steps",
                                  fmt::format("{} steps, but the process has {} distinct timesteps", steps, most),
                                  fmt::format("give at most {}, or a process with more (--process.T)", most));
    }
    if (spacing == "even") return even(lowest, range.highest, steps);
    if (spacing == "linspace") return linspace(lowest, range.highest, steps);
    if (spacing == "leading") return leading(lowest, range.highest, steps);
    return trailing(lowest, range.highest, steps);
}

std::vector<double> parse_timesteps(const NoiseProcess& process, std::string_view list) {
    std::vector<double> timesteps;
    for (std::size_t begin = 0; begin <= list.size();) {
        const std::size_t end = std::min(list.find(',', begin), list.size());
        timesteps.push_back(parse_time(list.substr(begin, end - begin)));
        begin = end + 1;
    }
    check_timesteps(process, timesteps);
    return timesteps;
}

void check_timesteps(const NoiseProcess& process, const std::vector<double>& timesteps) {
    const TimeRange range = process.times();
    if (timesteps.empty()) refuse_timestep("the list is empty", range);
    for (std::size_t i = 0; i < timesteps.size(); ++i) {
        const double t = timesteps[i];
        if (!(t >= range.lowest && t <= range.highest)) {
            refuse_timestep(fmt::format("{} is no time of the process", t), range);
        }
        if (range.discrete && t != std::floor(t)) refuse_timestep(fmt::format("{} is not a whole number", t), range);
        if (t < range.lowest_noisy) refuse_timestep(fmt::format("there is no noise at {}", t), range);
        if (i > 0 && t >= timesteps[i - 1]) {
            refuse_timestep(fmt::format("{} follows {}", t, timesteps[i - 1]), range);
        }
    }
}

}  // namespace scorefield::diffusion
