#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "data/points.hpp"

namespace scorefield::data {

/// Points as a file holds them. Rows with NaN or an infinite value are left out, the others keep their order.
struct PointFile {
    Points points;
    std::size_t rows = 0;  ///< in the file, with those that are left out
    std::size_t first_left_out = 0;
    std::size_t line_left_out = 0;          ///< the line of that one in a CSV file, from 1; else 0
    bool is_plain_array = false;            ///< a NPY file without fields, as this program writes them
    std::vector<std::string> remarks = {};  ///< what the reader had to decide, a clause each

    std::size_t left_out() const { return rows - points.count; }
    /// The remarks, and how many points are left out where there are such, each as `FILE: …`.
    std::vector<std::string> notes(const std::filesystem::path& path) const;
};

/// Points from a file's rows of coordinates, row-major (n, dim). Throws base::Error (request) naming the file where
/// all rows of one or more are left out; `what` says what failed ("cannot read CSV"). dim ≥ 1.
PointFile points_from_rows(const std::filesystem::path& path, const std::string& what, std::vector<double> rows,
                           std::size_t dim);
/// The same about 0.
PointFile points_from_rows(const std::filesystem::path& path, const std::string& what, std::vector<float> rows,
                           std::size_t dim);

/// The points of a file that has to be finite as a whole. Throws base::Error (request) with `hint` where points of it
/// are left out, saying how many and which is the first.
Points require_all_finite(PointFile file, const std::filesystem::path& path, const std::string& hint);

/// The last four characters of a file's name in lower case, which tell how it is read.
std::string file_suffix(const std::string& name);

/// What to do with a file whose ending is common for tables of numbers (`.txt`, `.tsv`, `.dat`, `.xyz` and others,
/// which are not read); empty for other endings.
std::string table_hint(const std::string& file);

/// Reads points by the file's ending: `.csv` (csv.hpp), `.ply` (ply.hpp), all others as `.npy` (npy.hpp). Throws as
/// those do, and base::Error (request) with table_hint where that helps.
PointFile read_point_file(const std::filesystem::path& path);

}  // namespace scorefield::data
