#include "data/points.hpp"

#include <algorithm>

namespace scorefield::data {

Points points_of_class(const Points& points, std::uint32_t label) {
    Points chosen;
    chosen.dim = points.dim;
    chosen.origin = points.origin;
    for (std::size_t i = 0; i < points.labels.size(); ++i) {
        if (points.labels[i] != label) continue;
        const auto first = points.values.begin() + static_cast<std::ptrdiff_t>(i * points.dim);
        chosen.values.insert(chosen.values.end(), first, first + static_cast<std::ptrdiff_t>(points.dim));
        chosen.labels.push_back(label);
        ++chosen.count;
    }
    return chosen;
}

Points thinned(const Points& points, std::size_t count) {
    if (points.count <= count) return points;
    Points result = {count, points.dim, {}, {}, points.origin};
    result.values.reserve(count * points.dim);
    for (std::size_t i = 0; i < count; ++i) {
        const std::size_t chosen = i * points.count / count;
        const auto first = points.values.begin() + static_cast<std::ptrdiff_t>(chosen * points.dim);
        result.values.insert(result.values.end(), first, first + static_cast<std::ptrdiff_t>(points.dim));
        if (!points.labels.empty()) result.labels.push_back(points.labels[chosen]);
    }
    return result;
}

Points about_origin(std::span<const double> coordinates, std::size_t dim) {
    Points points = {coordinates.size() / dim, dim, {}};
    points.values.reserve(coordinates.size());
    const bool exact = std::ranges::all_of(coordinates, [](double coordinate) {
        return static_cast<double>(static_cast<float>(coordinate)) == coordinate;
    });
    if (exact) {
        for (const double coordinate : coordinates) points.values.push_back(static_cast<float>(coordinate));
        return points;
    }
    points.origin.resize(dim);
    for (std::size_t i = 0; i < coordinates.size(); ++i) points.origin[i % dim] += coordinates[i];
    for (double& sum : points.origin) sum /= static_cast<double>(points.count);
    for (std::size_t i = 0; i < coordinates.size(); ++i) {
        points.values.push_back(static_cast<float>(coordinates[i] - points.origin[i % dim]));
    }
    return points;
}

std::vector<float> to_planes(std::span<const float> rows, std::size_t dim) {
    const std::size_t count = rows.size() / dim;
    std::vector<float> planes(count * dim);
    for (std::size_t i = 0; i < count; ++i) {
        for (std::size_t e = 0; e < dim; ++e) planes[e * count + i] = rows[i * dim + e];
    }
    return planes;
}

}  // namespace scorefield::data
