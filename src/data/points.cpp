#include "data/points.hpp"

namespace scorefield::data {

std::vector<float> to_planes(std::span<const float> rows, std::size_t dim) {
    const std::size_t count = rows.size() / dim;
    std::vector<float> planes(count * dim);
    for (std::size_t i = 0; i < count; ++i) {
        for (std::size_t e = 0; e < dim; ++e) planes[e * count + i] = rows[i * dim + e];
    }
    return planes;
}

}  // namespace scorefield::data
