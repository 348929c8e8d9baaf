#include "data/points.hpp"

namespace scorefield::data {

Points points_of_class(const Points& points, std::uint32_t label) {
    Points chosen;
    chosen.dim = points.dim;
    for (std::size_t i = 0; i < points.labels.size(); ++i) {
        if (points.labels[i] != label) continue;
        const auto first = points.values.begin() + static_cast<std::ptrdiff_t>(i * points.dim);
        chosen.values.insert(chosen.values.end(), first, first + static_cast<std::ptrdiff_t>(points.dim));
        chosen.labels.push_back(label);
        ++chosen.count;
    }
    return chosen;
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
