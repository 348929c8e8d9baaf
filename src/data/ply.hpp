#pragma once

#include <filesystem>

#include "data/points.hpp"

namespace scorefield::data {

/// The vertices of a PLY file (Turk 1994) as points in space: format ascii, binary_little_endian or binary_big_endian
/// 1.0, properties x, y and z of any number type. Other properties, lists and other elements are passed over; what
/// stands behind the vertices is not read. Throws base::Error (request) naming the file and the place: not a PLY file,
/// no vertices, a missing coordinate, a file that ends early, a value that is no number or not finite in float32.
Points read_ply(const std::filesystem::path& path);

}  // namespace scorefield::data
