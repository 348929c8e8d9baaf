#pragma once

#include <cstddef>
#include <string>

#include "base/error.hpp"

namespace scorefield::render {

/// The largest number of coordinates of particles that can be drawn. Sampling and training accept data::kMaxDim.
inline constexpr std::size_t kMostDrawn = 3;

/// Throws base::Error (request) naming `where` if particles of `dim` coordinates cannot be drawn. `instead`: what works
/// in every dimension.
inline void require_drawable(std::size_t dim, const std::string& where,
                             const std::string& instead = "use 'scorefield sample' to write its samples to a file") {
    if (dim <= kMostDrawn) return;
    throw base::request_error("too many dimensions to draw", where,
                              std::to_string(dim) + " dimensions, pictures show 1, 2 or 3", instead);
}

}  // namespace scorefield::render
