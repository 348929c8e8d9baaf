#include "data/scaling.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/error.hpp"
#include "data/scaling_fault.hpp"

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

double origin_of(const Points& points, std::size_t coordinate) {
    return points.origin.empty() ? 0 : points.origin[coordinate];
}

std::vector<double> mean_of(const Points& points, Centre centre) {
    std::vector<double> sums(points.dim);
    for (std::size_t i = 0; i < points.count; ++i) {
        for (std::size_t c = 0; c < points.dim; ++c) {
            const double value = static_cast<double>(points.values[i * points.dim + c]);
            if (centre == Centre::own) sums[c] += value;
            if (centre == Centre::common) sums[0] += value + origin_of(points, c);
        }
    }
    if (centre == Centre::common)
        return std::vector<double>(points.dim, sums[0] / (static_cast<double>(points.values.size())));
    for (std::size_t c = 0; c < points.dim; ++c) {
        sums[c] = sums[c] / static_cast<double>(points.count) + origin_of(points, c);
    }
    return sums;
}

/// What to take away from each coordinate's values to have them about `mean`.
std::vector<double> shift_to(const std::vector<double>& mean, const Points& points) {
    std::vector<double> shift = mean;
    for (std::size_t c = 0; c < points.dim; ++c) shift[c] -= origin_of(points, c);
    return shift;
}

}  // namespace

Scaling Scaling::identity(std::size_t dim) {
    return {std::vector<double>(dim, 0.0), std::vector<double>(dim, 1.0)};
}

bool Scaling::has_common_deviation() const {
    return std::ranges::all_of(deviation, [this](double other) { return other == deviation.front(); });
}

Scaling estimate_scaling(const Points& points, const std::string& where, Centre centre) {
    require_distribution(points, where);
    const std::vector<double> mean = mean_of(points, centre);
    const std::vector<double> shift = shift_to(mean, points);
    double squares = 0;
    for (std::size_t i = 0; i < points.count; ++i) {
        for (std::size_t c = 0; c < points.dim; ++c) {
            squares += std::pow(static_cast<double>(points.values[i * points.dim + c]) - shift[c], 2);
        }
    }
    const double deviation = std::sqrt(squares / static_cast<double>(points.values.size()));
    return require_usable({mean, std::vector<double>(points.dim, deviation)}, where);
}

Points standardise(Points points, const Scaling& scaling) {
    const std::vector<double> shift = shift_to(scaling.mean, points);
    for (std::size_t i = 0; i < points.values.size(); ++i) {
        const double value = static_cast<double>(points.values[i]);
        const std::size_t c = i % points.dim;
        const bool constant = scaling.deviation[c] == 0;
        points.values[i] = constant ? 0 : static_cast<float>((value - shift[c]) / scaling.deviation[c]);
    }
    points.origin.clear();
    return points;
}

Points undo(const Points& points, const Scaling& scaling) {
    Points result = points;
    for (std::size_t i = 0; i < result.values.size(); ++i) {
        const double value = static_cast<double>(points.values[i]);
        const std::size_t c = i % points.dim;
        result.values[i] = static_cast<float>(value * scaling.deviation[c] + scaling.mean[c]);
    }
    return result;
}

Scaling require_usable(Scaling scaling, const std::string& where) {
    if (const std::string why = scaling_fault(scaling); !why.empty()) {
        throw base::request_error("cannot standardise data", where, why, "give the data in other units");
    }
    return scaling;
}

std::string scaling_fault(const Scaling& scaling) {
    constexpr double kReach = 20;  // deviations from the mean: states that still stand for samples
    constexpr auto kLargest = static_cast<double>(std::numeric_limits<float>::max());
    constexpr auto kSmallest = static_cast<double>(std::numeric_limits<float>::min());
    for (std::size_t c = 0; c < scaling.mean.size(); ++c) {
        const double deviation = scaling.deviation[c];
        const bool constant = deviation == 0;
        if (!constant && !(deviation >= kSmallest)) {
            return fmt::format("standard deviation {:.3g} underflows float32", deviation);
        }
        if (std::abs(scaling.mean[c]) + kReach * deviation <= kLargest) continue;
        return fmt::format("mean {:.3g} with standard deviation {:.3g} overflows float32", scaling.mean[c], deviation);
    }
    return {};
}

FloatSpacing widest_spacing_at_mean(const Scaling& scaling) {
    FloatSpacing widest;
    for (std::size_t c = 0; c < scaling.mean.size(); ++c) {
        if (scaling.deviation[c] == 0) continue;
        const auto near = static_cast<float>(std::abs(scaling.mean[c]));
        const float next = std::nextafter(near, std::numeric_limits<float>::infinity());
        const double distance = static_cast<double>(next) - static_cast<double>(near);
        const double in_deviations = distance / scaling.deviation[c];
        if (in_deviations > widest.in_deviations) widest = {c, distance, in_deviations};
    }
    return widest;
}

}  // namespace scorefield::data
