#include "data/coordinate_units.hpp"

#include <cmath>
#include <limits>
#include <utility>

namespace scorefield::data {
namespace {

double origin_of(const Points& points, std::size_t coordinate) {
    return points.origin.empty() ? 0 : points.origin[coordinate];
}

/// Value of a coordinate without the origin.
double value_at(const Points& points, std::size_t point, std::size_t coordinate) {
    return static_cast<double>(points.values[point * points.dim + coordinate]);
}

bool is_constant(const Points& points, std::size_t coordinate) {
    for (std::size_t i = 1; i < points.count; ++i) {
        if (value_at(points, i, coordinate) != value_at(points, 0, coordinate)) return false;
    }
    return true;
}

/// Root mean square difference of a coordinate of `points` from `centre`.
double rms_about(const Points& points, std::size_t coordinate, double centre) {
    const double shift = centre - origin_of(points, coordinate);
    double squares = 0;
    for (std::size_t i = 0; i < points.count; ++i) {
        const double difference = value_at(points, i, coordinate) - shift;
        squares += difference * difference;
    }
    return std::sqrt(squares / static_cast<double>(points.count));
}

/// Differences below this are rounding: of single precision at `value`.
double rounding_at(double value) {
    return 4 * std::numeric_limits<float>::epsilon() * std::abs(value);
}

}  // namespace

CoordinateMoments coordinate_moments(const Points& points) {
    CoordinateMoments moments = {std::vector<double>(points.dim), std::vector<double>(points.dim)};
    if (points.count == 0) return moments;
    for (std::size_t c = 0; c < points.dim; ++c) {
        if (is_constant(points, c)) {
            moments.mean[c] = value_at(points, 0, c) + origin_of(points, c);
            continue;
        }
        double sum = 0;
        for (std::size_t i = 0; i < points.count; ++i) sum += value_at(points, i, c);
        moments.mean[c] = sum / static_cast<double>(points.count) + origin_of(points, c);
        moments.deviation[c] = rms_about(points, c, moments.mean[c]);
    }
    return moments;
}

CoordinateUnits units_of(const Points& reference, const Points& samples) {
    CoordinateMoments moments = coordinate_moments(reference);
    CoordinateUnits units = {std::move(moments.mean), std::move(moments.deviation)};
    for (std::size_t c = 0; c < reference.dim; ++c) {
        if (units.unit[c] > 0) continue;
        const double difference = rms_about(samples, c, units.centre[c]);
        const bool is_rounding = difference <= rounding_at(units.centre[c]);
        units.unit[c] = is_rounding ? std::numeric_limits<double>::infinity() : difference;
    }
    return units;
}

std::vector<double> in_units(const Points& points, const CoordinateUnits& units) {
    std::vector<double> values(points.values.size());
    for (std::size_t c = 0; c < points.dim; ++c) {
        const double shift = units.centre[c] - origin_of(points, c);
        for (std::size_t i = 0; i < points.count; ++i) {
            values[i * points.dim + c] = (value_at(points, i, c) - shift) / units.unit[c];
        }
    }
    return values;
}

}  // namespace scorefield::data
