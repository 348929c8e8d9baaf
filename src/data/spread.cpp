#include "data/spread.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <utility>

#include "base/error.hpp"
#include "base/names.hpp"

namespace scorefield::data {
namespace {

bool is_constant(const Points& points, std::size_t coordinate) {
    for (std::size_t i = coordinate; i < points.values.size(); i += points.dim) {
        if (points.values[i] != points.values[coordinate]) return false;
    }
    return true;
}

/// The coordinates of the smallest and the largest deviation among those that are not constant.
struct Extremes {
    std::size_t narrowest = 0;
    std::size_t widest = 0;
    double ratio = 1;
    bool alike() const { return ratio <= kMostAlike; }
};

Extremes extremes_of(const Spread& spread) {
    Extremes extremes;
    const auto widest = std::ranges::max_element(spread.deviation);
    auto narrowest = widest;
    for (auto at = spread.deviation.begin(); at != spread.deviation.end(); ++at) {
        if (*at > 0 && *at < *narrowest) narrowest = at;
    }
    extremes.narrowest = static_cast<std::size_t>(narrowest - spread.deviation.begin());
    extremes.widest = static_cast<std::size_t>(widest - spread.deviation.begin());
    if (*narrowest > 0) extremes.ratio = *widest / *narrowest;
    return extremes;
}

/// The root of the mean square over the coordinates that are not constant, in the place of each.
std::vector<double> common_of_moving(const Spread& spread) {
    const auto moving = static_cast<double>(std::ranges::count_if(spread.deviation, [](double d) { return d > 0; }));
    const auto all = static_cast<double>(spread.deviation.size());
    const double common = moving == all ? spread.common : spread.common * std::sqrt(all / moving);
    std::vector<double> deviation(spread.deviation.size(), common);
    for (std::size_t c = 0; c < deviation.size(); ++c) {
        if (spread.deviation[c] == 0) deviation[c] = 0;
    }
    return deviation;
}

/// 20 to 999 as they are, larger ones with two digits: `31 000 000`.
std::string rounded(double ratio) {
    constexpr double kLargest = 1e18;
    if (!(ratio < kLargest)) return fmt::format("{:.1e}", ratio);
    const double unit = ratio < 100 ? 1 : std::pow(10, std::floor(std::log10(ratio)) - 1);
    return base::group_digits(static_cast<std::uint64_t>(std::llround(std::round(ratio / unit) * unit)));
}

/// `coordinate 2 is constant (7); samples keep this value`; empty if none is constant.
std::string constants_of(const Spread& spread) {
    constexpr std::size_t kShown = 8;
    std::string names;
    std::size_t count = 0;
    std::size_t last = 0;
    for (std::size_t c = 0; c < spread.deviation.size(); ++c) {
        if (spread.deviation[c] > 0) continue;
        if (count < kShown) names += fmt::format("{}{}", count == 0 ? "" : ", ", c);
        last = c;
        ++count;
    }
    if (count == 0) return "";
    if (count == 1)
        return fmt::format("coordinate {} is constant ({:.9g}); samples keep this value", last, spread.mean[last]);
    return fmt::format("coordinates {}{} are constant; samples keep their values", names, count > kShown ? ", …" : "");
}

}  // namespace

ScalingMode parse_scaling_mode(std::string_view name) {
    const auto* const found = std::ranges::find(kScalingModes, name);
    if (found != kScalingModes.end()) return static_cast<ScalingMode>(found - kScalingModes.begin());
    throw base::request_error("unknown scaling", "`data.scaling`", fmt::format("'{}' is not one", name),
                              base::name_hint(name, kScalingModes));
}

Spread measure_spread(const Points& points, const std::string& where, Centre centre) {
    const Scaling common = estimate_scaling(points, where, centre);
    Spread spread = {common.mean, std::vector<double>(points.dim), common.deviation.front()};
    for (std::size_t c = 0; c < points.dim; ++c) {
        const double origin = points.origin.empty() ? 0 : points.origin[c];
        if (centre == Centre::own && is_constant(points, c)) {
            spread.mean[c] = static_cast<double>(points.values[c]) + origin;
            continue;
        }
        double squares = 0;
        for (std::size_t i = c; i < points.values.size(); i += points.dim) {
            squares += std::pow(static_cast<double>(points.values[i]) - (spread.mean[c] - origin), 2);
        }
        spread.deviation[c] = std::sqrt(squares / static_cast<double>(points.count));
    }
    return spread;
}

Scaling choose_scaling(const Spread& spread, ScalingMode mode) {
    const bool each =
        mode == ScalingMode::per_coordinate || (mode == ScalingMode::automatic && !extremes_of(spread).alike());
    if (each) return {spread.mean, spread.deviation};
    if (mode == ScalingMode::automatic) return {spread.mean, common_of_moving(spread)};
    return {spread.mean, std::vector<double>(spread.mean.size(), spread.common)};
}

std::vector<std::string> scaling_remarks(const Spread& spread, ScalingMode mode) {
    std::vector<std::string> remarks;
    if (const Extremes extremes = extremes_of(spread); !extremes.alike() && mode != ScalingMode::per_coordinate) {
        const std::string ratio = fmt::format("coordinate {} has {} times the standard deviation of coordinate {}",
                                              extremes.widest, rounded(extremes.ratio), extremes.narrowest);
        remarks.push_back(
            ratio + (mode == ScalingMode::common
                         ? ", which cannot be learned with a common standard deviation; remove `data.scaling` common"
                         : ": each coordinate is standardised separately (`data.scaling` per_coordinate)"));
    }
    if (std::string constants = constants_of(spread); mode != ScalingMode::common && !constants.empty()) {
        remarks.push_back(std::move(constants));
    }
    return remarks;
}

}  // namespace scorefield::data
