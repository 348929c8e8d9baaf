#pragma once

#include <filesystem>

#include "data/point_file.hpp"

namespace scorefield::data {

/// The vertices of a PLY file (Turk 1994) as points in space: format ascii, binary_little_endian or binary_big_endian
/// 1.0, properties x, y and z of any number type. The element is called vertex or vertices. Vertices without z are
/// points in the plane, with a remark; so are, without one, those with z = 0 in a file that says so (kPlyDimensions).
/// Other properties, lists and other elements, also those without properties or entries, are passed over; elements
/// behind the vertices may be broken. Vertices that are not finite are left out. The header may be as parse_ply_header
/// says. Throws base::Error (request) naming the file and the place: not a PLY file, no vertices, a missing coordinate,
/// a file that ends early or goes on behind its last element, a value that is no number or beyond float32, no vertex
/// that is finite.
PointFile read_ply(const std::filesystem::path& path);

}  // namespace scorefield::data
