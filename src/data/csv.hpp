#pragma once

#include <filesystem>

#include "data/point_file.hpp"

namespace scorefield::data {

/// A table of numbers as text: a point on each line, its coordinates between semicolons, tabs, commas or spaces,
/// whichever of them comes first in this list and in the first line. Skips a title or header line, empty lines,
/// comments after `#`, lines that begin with `%`, a byte-order mark and a `sep=;` line. Numbers may be quoted. Rows
/// with missing values (empty, NA, null) or NaN are skipped. Skipped with a remark: a first column without a name (the
/// row index of pandas) or for which the header has no name (the row names of R, unless names without quotes between
/// spaces leave open how many there are); first lines in which all values are empty; a first line 0, 1, 2, … above real
/// numbers (the column numbers of pandas). Throws base::Error (request) naming the file, the line and the column: a
/// word that is no number, a line with more or fewer values than the first, a number beyond float32, no point.
PointFile read_csv(const std::filesystem::path& path);

}  // namespace scorefield::data
