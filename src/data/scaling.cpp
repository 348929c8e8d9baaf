#include "data/scaling.hpp"

#include <algorithm>
#include <cmath>

#include "base/error.hpp"

namespace scorefield::data {
namespace {

void require_distribution(const Points& points, const std::string& where) {
    const auto refuse = [&where](const std::string& why) {
        throw base::request_error("cannot standardise data", where, why, "give at least two different points");
    };
    if (points.values.empty()) refuse("it holds no points");
    const auto wrong = std::ranges::find_if(points.values, [](float value) { return !std::isfinite(value); });
    if (wrong != points.values.end()) {
        const auto value = static_cast<std::size_t>(wrong - points.values.begin());
        throw base::request_error("cannot standardise data", where,
                                  "point " + std::to_string(value / points.dim) + " is not finite",
                                  "remove NaN and infinite values");
    }
    if (points.count == 1) refuse("it holds a single point");
    // Equal to the one before it, every value but those of the first point.
    if (std::equal(points.values.begin() + static_cast<std::ptrdiff_t>(points.dim), points.values.end(),
                   points.values.begin())) {
        refuse("all points are equal");
    }
}

std::vector<double> mean_of(const Points& points, Centre centre) {
    std::vector<double> sums(points.dim);
    for (std::size_t i = 0; i < points.count; ++i) {
        for (std::size_t c = 0; c < points.dim; ++c) {
            sums[centre == Centre::own ? c : 0] += static_cast<double>(points.values[i * points.dim + c]);
        }
    }
    if (centre == Centre::common)
        return std::vector<double>(points.dim, sums[0] / (static_cast<double>(points.values.size())));
    for (double& sum : sums) sum /= static_cast<double>(points.count);
    return sums;
}

}  // namespace

Scaling estimate_scaling(const Points& points, const std::string& where, Centre centre) {
    require_distribution(points, where);
    const std::vector<double> mean = mean_of(points, centre);
    double squares = 0;
    for (std::size_t i = 0; i < points.count; ++i) {
        for (std::size_t c = 0; c < points.dim; ++c) {
            squares += std::pow(static_cast<double>(points.values[i * points.dim + c]) - mean[c], 2);
        }
    }
    return {mean, std::sqrt(squares / static_cast<double>(points.values.size()))};
}

Points standardise(Points points, const Scaling& scaling) {
    for (std::size_t i = 0; i < points.values.size(); ++i) {
        const double value = static_cast<double>(points.values[i]);
        points.values[i] = static_cast<float>((value - scaling.mean[i % points.dim]) / scaling.deviation);
    }
    return points;
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
