#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "data/point_draws.hpp"
#include "data/scaling.hpp"

namespace scorefield::data {

/// One draw of a shape; coordinates beyond its dimension are 0.
struct ShapePoint {
    std::array<double, 3> place = {};
    std::uint32_t label = 0;
};

/// A distribution that a formula draws.
struct Shape {
    std::string_view name;
    std::string_view help;    ///< one line
    std::size_t dim = 2;      ///< 1, 2 or 3
    std::size_t classes = 0;  ///< labels run to classes − 1; 0: none
    Centre centre = Centre::common;
    ShapePoint (*draw)(const PointDraws& draws) = nullptr;
};

/// Shapes in the plane.
std::span<const Shape> plane_shapes();

/// Surfaces and curves in space.
std::span<const Shape> solid_shapes();

/// Gaussian mixtures that are exact targets, too: their draws follow the very density whose score the target knows.
std::span<const Shape> mixture_shapes();

}  // namespace scorefield::data
