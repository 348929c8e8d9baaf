#pragma once

#include <string>
#include <vector>

#include "data/points.hpp"

namespace scorefield::data {

/// Standardised units: (x − mean)/deviation, with one mean per coordinate (all the same for the built-in sets and for
/// files, as in the seed experiment) and one deviation for all.
struct Scaling {
    std::vector<double> mean;
    double deviation = 1;

    bool operator==(const Scaling&) const = default;
};

/// One scalar mean and one scalar deviation over all coordinates of all points. Throws base::Error (request) naming
/// `where` if there are no points, a value is not finite, or all values are equal.
Scaling estimate_scaling(const Points& points, const std::string& where);

/// (x − mean)/deviation. `scaling.mean` holds points.dim entries.
Points standardise(const Points& points, const Scaling& scaling);

/// The inverse of `standardise`: x·deviation + mean.
Points undo(const Points& points, const Scaling& scaling);

}  // namespace scorefield::data
