#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "data/scaling.hpp"

namespace scorefield::data {

/// Which deviations a Scaling has, --data.scaling: one for all coordinates; each coordinate's own; or the former where
/// the coordinates are alike and the latter where they are not.
enum class ScalingMode { automatic, common, per_coordinate };

/// Their names, in the order of ScalingMode.
inline constexpr std::array<std::string_view, 3> kScalingModes = {"auto", "common", "per_coordinate"};

/// Throws base::Error (request, --data.scaling) for another name.
ScalingMode parse_scaling_mode(std::string_view name);

/// Coordinates are alike where the largest deviation is at most this many times the smallest one.
inline constexpr double kMostAlike = 20;

/// What a Scaling is chosen from, in the units of the data.
struct Spread {
    std::vector<double> mean;       ///< (d), what the Scaling's mean is
    std::vector<double> deviation;  ///< (d), about it; exactly 0 where the coordinate is constant
    double common = 0;              ///< over all coordinates: √ of the mean of the deviations' squares
};

/// The spread of points about the mean that `centre` says. Throws as estimate_scaling.
Spread measure_spread(const Points& points, const std::string& where, Centre centre = Centre::common);

/// The mean, and the deviations of `mode`. Where they are chosen automatically or per coordinate, a constant coordinate
/// has the deviation 0: its standardised value is 0, and undo gives back the constant.
Scaling choose_scaling(const Spread& spread, ScalingMode mode);

/// What whoever trains on the data should know of that choice: `coordinate 1 has 1/1 000 of the spread of coordinate 0:
/// …`; nothing where the coordinates are alike and none is constant.
std::vector<std::string> scaling_remarks(const Spread& spread, ScalingMode mode);

}  // namespace scorefield::data
