#pragma once

#include <filesystem>

#include "data/point_file.hpp"

namespace scorefield::data {

/// Reads the vertices of a PLY file (Turk 1994): format ascii, binary_little_endian or binary_big_endian 1.0,
/// properties x, y and z of any number type. The element is called vertex or vertices. Points are 3D; 2D, with a
/// remark, if the vertices have no property z; 1D or 2D if a comment says so (kPlyDimensions) and the other coordinates
/// are 0. Other properties, lists and other elements, also those without properties or entries, are passed over;
/// elements after the vertices may be damaged or cut short. Vertices that are not finite are left out. The header may
/// be as parse_ply_header says. Throws base::Error (request) naming the file and the place: not a PLY file, no
/// vertices, a missing coordinate, a file that ends early or goes on after its last element, a value that is no number
/// or beyond float32, no vertex that is finite.
PointFile read_ply(const std::filesystem::path& path);

}  // namespace scorefield::data
