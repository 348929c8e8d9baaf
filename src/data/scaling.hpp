#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "data/points.hpp"

namespace scorefield::data {

/// Standardised units: (x − mean)/deviation, coordinate by coordinate.
struct Scaling {
    std::vector<double> mean;  ///< (d), in the data's units
    /// (d), in the data's units, ≥ 0; equal entries where one deviation serves all. 0: the coordinate is constant, its
    /// standardised value is 0, and `undo` gives the mean whatever a state says.
    std::vector<double> deviation;

    bool operator==(const Scaling&) const = default;

    /// Leaves every value as it is.
    static Scaling identity(std::size_t dim);
    /// Whether one deviation serves all coordinates.
    bool has_common_deviation() const;
};

/// What the mean of a Scaling is: one number for all coordinates, as in the seed experiment, or each coordinate's own.
enum class Centre { common, own };

/// The mean of all points, and one deviation about it over all coordinates; in the units of the points, whatever their
/// origin. Throws base::Error (request) naming `where` if there are no points, a value is not finite, or no two points
/// differ.
Scaling estimate_scaling(const Points& points, const std::string& where, Centre centre = Centre::common);

/// (x − mean)/deviation about 0, 0 where the deviation is 0; labels stay. `scaling` has points.dim coordinates.
Points standardise(Points points, const Scaling& scaling);

/// The inverse of `standardise`: x·deviation + mean, in single precision. `points` lie about 0.
Points undo(const Points& points, const Scaling& scaling);

/// The distance between neighbouring single-precision numbers at the mean of a coordinate.
struct FloatSpacing {
    std::size_t coordinate = 0;
    double distance = 0;       ///< in the data's units
    double in_deviations = 0;  ///< divided by the coordinate's deviation

    /// Too coarse for samples: steps of more than 1% of the standard deviation are seen.
    bool is_coarse() const { return in_deviations > 0.01; }
};

/// The coordinate in which `undo` loses most, and what it loses there.
FloatSpacing widest_spacing_at_mean(const Scaling& scaling);

}  // namespace scorefield::data
