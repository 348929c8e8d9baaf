#include "data/scaling.hpp"

#include <cmath>

#include "base/error.hpp"

namespace scorefield::data {

Scaling estimate_scaling(const Points& points, const std::string& where) {
    if (points.values.empty()) throw base::request_error("cannot standardise data", where, "it holds no points");
    double sum = 0;
    for (std::size_t i = 0; i < points.values.size(); ++i) {
        if (!std::isfinite(points.values[i])) {
            throw base::request_error("cannot standardise data", where,
                                      "point " + std::to_string(i / points.dim) + " is not finite");
        }
        sum += static_cast<double>(points.values[i]);
    }
    const double count = static_cast<double>(points.values.size());
    const double mean = sum / count;
    double squares = 0;
    for (const float value : points.values) squares += std::pow(static_cast<double>(value) - mean, 2);
    const double deviation = std::sqrt(squares / count);
    if (!(deviation > 1e-12 * std::abs(mean))) {
        throw base::request_error("cannot standardise data", where, "all values are equal",
                                  "a distribution needs points that differ");
    }
    return {std::vector<double>(points.dim, mean), deviation};
}

Points standardise(const Points& points, const Scaling& scaling) {
    Points result = points;
    for (std::size_t i = 0; i < result.values.size(); ++i) {
        const double value = static_cast<double>(points.values[i]);
        result.values[i] = static_cast<float>((value - scaling.mean[i % points.dim]) / scaling.deviation);
    }
    return result;
}

Points undo(const Points& points, const Scaling& scaling) {
    Points result = points;
    for (std::size_t i = 0; i < result.values.size(); ++i) {
        const double value = static_cast<double>(points.values[i]);
        result.values[i] = static_cast<float>(value * scaling.deviation + scaling.mean[i % points.dim]);
    }
    return result;
}

}  // namespace scorefield::data
