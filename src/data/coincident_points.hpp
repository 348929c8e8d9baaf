#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <vector>

namespace scorefield::data {

/// Points of two sets that coincide, as one place.
struct CoincidentPoints {
    const double* coordinates = nullptr;    ///< (dim), those of one of the points
    std::array<std::size_t, 2> count = {};  ///< of the points there, by set

    std::size_t total() const { return count[0] + count[1]; }
};

/// The different places of one or two sets of coordinates, (n, dim) each, in lexicographic order. They refer to the
/// coordinates of the sets.
std::vector<CoincidentPoints> coincident_points(std::span<const std::span<const double>> sets, std::size_t dim);

}  // namespace scorefield::data
