#pragma once

#include <array>
#include <cstddef>
#include <type_traits>
#include <utility>
#include <vector>

namespace scorefield::base {

/// A number of coordinates that is known at compile time.
template <std::size_t D>
using FixedDim = std::integral_constant<std::size_t, D>;

/// The number of entries of a (dim, dim) matrix.
template <std::size_t D>
constexpr FixedDim<D * D> squared(FixedDim<D> /*dim*/) {
    return {};
}
constexpr std::size_t squared(std::size_t dim) {
    return dim * dim;
}

/// One value per coordinate, all zero: an array if their number is known at compile time, otherwise a vector.
template <class T, std::size_t D>
std::array<T, D> per_coordinate(FixedDim<D> /*dim*/) {
    return {};
}
template <class T>
std::vector<T> per_coordinate(std::size_t dim) {
    return std::vector<T>(dim);
}

/// The type that per_coordinate returns.
template <class T, class Dim>
using PerCoordinate = decltype(per_coordinate<T>(std::declval<Dim>()));

/// Returns body(dim). Passes 1, 2 and 3 as FixedDim, so that loops over coordinates are unrolled, and all other numbers
/// as std::size_t. One generic body handles all dimensions.
template <class Body>
auto with_dim(std::size_t dim, const Body& body) {
    switch (dim) {
        case 1:
            return body(FixedDim<1>());
        case 2:
            return body(FixedDim<2>());
        case 3:
            return body(FixedDim<3>());
        default:
            return body(dim);
    }
}

}  // namespace scorefield::base
