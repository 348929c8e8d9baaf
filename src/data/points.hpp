#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace scorefield::data {

/// A set of points, row-major (count, dim).
struct Points {
    std::size_t count = 0;
    std::size_t dim = 0;
    std::vector<float> values;
    std::vector<std::uint32_t> labels = {};  ///< (count), each point's class; empty where there are none

    bool operator==(const Points&) const = default;
};

/// Those with this label; none where the points have no labels.
Points points_of_class(const Points& points, std::uint32_t label);

/// Rows (n, dim) as planes (dim, n): coordinate by coordinate, as the GPU keeps states. dim ≥ 1.
std::vector<float> to_planes(std::span<const float> rows, std::size_t dim);

}  // namespace scorefield::data
