#pragma once

#include <filesystem>

#include "data/point_file.hpp"

namespace scorefield::data {

/// A table of numbers as text: a point on each line, its coordinates between semicolons, tabs, commas or spaces,
/// whichever of them comes first in this list and in the first line. A first line of names is passed over, and so are
/// empty lines, what stands behind a `#`, a byte-order mark and the `sep=;` of spreadsheets; numbers may stand in
/// double quotes. Missing values (nothing between separators, NA, null) and NaN leave the point out. A first column
/// whose name is empty, the row numbers of pandas, is left out with a remark. Throws base::Error (request) naming the
/// file, the line and the column: a word that is no number, a line with more or fewer values than the first, a number
/// beyond float32, no point.
PointFile read_csv(const std::filesystem::path& path);

}  // namespace scorefield::data
