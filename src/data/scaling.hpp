#pragma once

#include <string>
#include <vector>

#include "data/points.hpp"

namespace scorefield::data {

/// Standardised units: (x − mean)/deviation, with one mean per coordinate and one deviation for all.
struct Scaling {
    std::vector<double> mean;
    double deviation = 1;

    bool operator==(const Scaling&) const = default;
};

/// What the mean of a Scaling is: one number for all coordinates, as in the seed experiment, or each coordinate's own.
enum class Centre { common, own };

/// The mean of all points, and one deviation about it over all coordinates; in the units of the points, whatever their
/// origin. Throws base::Error (request) naming `where`
/// if there are no points, a value is not finite, or no two points differ.
Scaling estimate_scaling(const Points& points, const std::string& where, Centre centre = Centre::common);

/// (x − mean)/deviation about 0; labels stay. `scaling.mean` holds points.dim entries.
Points standardise(Points points, const Scaling& scaling);

/// The inverse of `standardise`: x·deviation + mean, in single precision. `points` lie about 0.
Points undo(const Points& points, const Scaling& scaling);

/// How far apart neighbouring numbers of single precision are at the mean, at most, in units of the deviation: `undo`
/// leaves of the points what is larger.
double spacing_at_mean(const Scaling& scaling);

}  // namespace scorefield::data
