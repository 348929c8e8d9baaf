#pragma once

#include <cstddef>
#include <vector>

namespace scorefield::data {

/// A set of points, row-major (count, dim).
struct Points {
    std::size_t count = 0;
    std::size_t dim = 0;
    std::vector<float> values;

    bool operator==(const Points&) const = default;
};

}  // namespace scorefield::data
