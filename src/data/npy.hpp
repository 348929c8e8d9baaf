#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "base/atomic_file.hpp"
#include "data/point_file.hpp"
#include "data/points.hpp"
#include "data/tensors.hpp"

namespace scorefield::data {

/// Reads a NumPy .npy file (format 1.0 to 3.0; float16 to float64, integers or truth values, which are 0 or 1, either
/// end first, C or Fortran order, any rank) as float32 in C order. Of a structured array with one axis whose fields are
/// such numbers, or arrays of them, each number is a value along a last axis. Throws base::Error (request) naming the
/// file and the place: not a NPY file, another type, a shape that does not match the file's length, a value that is not
/// finite in float32.
Tensor read_npy(const std::filesystem::path& path);

/// A .npy file as points: shape (n, d), or (n) as (n, 1), or a structured array of n, each number in whose fields is a
/// coordinate. If float32 would lose digits, the points are stored relative to an origin. Points that are not finite
/// are skipped. Throws as read_npy, for other ranks, for empty arrays and where no point is finite.
PointFile read_npy_points(const std::filesystem::path& path);

/// Whether the file begins as a NPY file. Throws base::Error (request) where it cannot be read.
bool is_npy(const std::filesystem::path& path);

/// The note of read_npy_points on the fields of a structured array, as PointFile::notes; none for other arrays. Reads
/// the header alone. Throws as read_npy.
std::vector<std::string> npy_field_notes(const std::filesystem::path& path);

/// Like read_npy_points, for files in which every row belongs to one particle. Throws base::Error (request) also where
/// a point is not finite.
Points read_precise_points(const std::filesystem::path& path);

/// Like read_npy_points, but without an origin (may lose digits); throws if a point is not finite.
Points read_points(const std::filesystem::path& path);

/// Writes float32 in pieces, which may come in any order: the shape is known first. The file appears at `commit`,
/// whole; without it nothing is left. Throws base::Error (running) where the place cannot be written.
class NpyWriter {
  public:
    NpyWriter(const std::filesystem::path& path, const std::vector<std::size_t>& shape);
    /// Values first, first+1 … of the array in row-major order, each of which comes once. Throws std::logic_error if
    /// they do not fit into the shape, base::Error (running) where one is not finite: no reader would take it for data.
    void write(std::size_t first, std::span<const float> values);
    /// Throws std::logic_error if values are missing.
    void commit();

  private:
    std::filesystem::path path_;
    base::AtomicFile file_;
    std::size_t count_;
    std::size_t missing_;
    std::size_t start_;  ///< of the values, in bytes
};

/// The numbers of an array that is written, little end first.
enum class NpyNumber { float32, float64 };

/// What stands before the values in row-major order, format 1.0.
std::string npy_header(const std::vector<std::size_t>& shape, NpyNumber type = NpyNumber::float32);

/// Writes a whole array at once.
void write_npy(const std::filesystem::path& path, const std::vector<std::size_t>& shape, std::span<const float> values);

}  // namespace scorefield::data
