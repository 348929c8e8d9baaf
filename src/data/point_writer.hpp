#pragma once

#include <array>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <string_view>

#include "data/points.hpp"

namespace scorefield::data {

/// What the files of points that are written end in.
inline constexpr std::array<std::string_view, 3> kPointFileEndings = {".npy", ".ply", ".csv"};

/// The one of these that `path` has, in upper or lower case; empty where it has none.
std::string_view point_file_ending(const std::filesystem::path& path);

/// Whether coordinates need double precision: float32 holds those of most data.
enum class Precision { single, twofold };

/// Writes points, piece by piece in their order, to a file that appears whole at `commit`; without it nothing is left.
/// `.npy`: an array (count, dim). `.csv`: a line for each point, commas between coordinates, no header, as many digits
/// as tell the numbers apart. `.ply`: vertices in binary little-endian form; 1D and 2D points are padded with zeros,
/// with the comment that tells read_ply to drop them (kPlyDimensions). Labels are not written. Throws base::Error
/// (running) where the file cannot be written.
class PointWriter {
  public:
    virtual ~PointWriter() = default;
    virtual void write(const Points& piece) = 0;
    /// Throws std::logic_error if points are missing.
    virtual void commit() = 0;
};

/// By point_file_ending(path), which is not empty. 1 ≤ dim, of `.ply` ≤ 3.
std::unique_ptr<PointWriter> open_point_writer(const std::filesystem::path& path, std::size_t count, std::size_t dim,
                                               Precision precision);

}  // namespace scorefield::data
