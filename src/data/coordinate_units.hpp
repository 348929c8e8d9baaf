#pragma once

#include <vector>

#include "data/points.hpp"

namespace scorefield::data {

/// Mean and standard deviation (divided by n) of each coordinate about that mean, in the units of the points, origin
/// included. The deviation is exactly 0 where all values of the coordinate are equal. Both (dim), 0 for no points.
struct CoordinateMoments {
    std::vector<double> mean;
    std::vector<double> deviation;
};

CoordinateMoments coordinate_moments(const Points& points);

/// The units in which distances to a reference set are measured: x ↦ (x − centre)/unit per coordinate. Moving or
/// stretching a coordinate of both sets changes nothing.
struct CoordinateUnits {
    std::vector<double> centre;  ///< the reference's mean
    std::vector<double> unit;    ///< the reference's deviation about it; > 0, infinite where nothing is to be measured
};

/// Where a coordinate of `reference` is constant its unit is the root mean square difference of `samples` from that
/// constant, so that a difference counts as one deviation in any unit of the data; infinite where `samples` differ from
/// it by no more than the rounding of single precision.
CoordinateUnits units_of(const Points& reference, const Points& samples);

/// The points in these units, row-major (count, dim), in double precision.
std::vector<double> in_units(const Points& points, const CoordinateUnits& units);

}  // namespace scorefield::data
