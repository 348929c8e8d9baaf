#include "data/point_file.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <span>
#include <string_view>

#include "base/error.hpp"
#include "base/names.hpp"
#include "data/csv.hpp"
#include "data/npy.hpp"
#include "data/ply.hpp"

namespace scorefield::data {
namespace {

/// Takes the rows with a value that is not finite out of `values`, row-major (n, dim). Returns the index of the first
/// such row, 0 where there is none.
template <typename Real>
std::size_t drop_rows(std::vector<Real>& values, std::size_t dim) {
    const std::size_t rows = values.size() / dim;
    std::size_t first = 0;
    std::size_t kept = 0;
    for (std::size_t row = 0; row < rows; ++row) {
        const std::span<Real> from(values.data() + row * dim, dim);
        if (!std::ranges::all_of(from, [](Real value) { return std::isfinite(value); })) {
            if (kept == row) first = row;
            continue;
        }
        if (kept < row) std::ranges::copy(from, values.data() + kept * dim);
        ++kept;
    }
    values.resize(kept * dim);
    return first;
}

Points about_zero_or_mean(std::vector<float> values, std::size_t dim) {
    return {values.size() / dim, dim, std::move(values)};
}

Points about_zero_or_mean(const std::vector<double>& values, std::size_t dim) {
    return about_origin(values, dim);
}

template <typename Real>
PointFile finite_points(const std::filesystem::path& path, const std::string& what, std::vector<Real> values,
                        std::size_t dim) {
    PointFile file;
    file.rows = values.size() / dim;
    file.first_left_out = drop_rows(values, dim);
    if (file.rows > 0 && values.empty()) {
        throw base::request_error(what, path.string(),
                                  fmt::format("none of its {} points is finite", base::group_digits(file.rows)),
                                  "give points without NaN and infinite values");
    }
    file.points = about_zero_or_mean(std::move(values), dim);
    return file;
}

}  // namespace

std::string file_suffix(const std::string& name) {
    constexpr std::size_t kLength = 4;
    return base::lower_case(name.substr(name.size() - std::min(name.size(), kLength)));
}

std::vector<std::string> PointFile::notes(const std::filesystem::path& path) const {
    std::vector<std::string> notes;
    for (const std::string& remark : remarks) notes.push_back(path.string() + ": " + remark);
    if (left_out() > 0) {
        notes.push_back(fmt::format("{}: skipped {} of {} points with NaN or infinite values", path.string(),
                                    base::group_digits(left_out()), base::group_digits(rows)));
    }
    return notes;
}

PointFile points_from_rows(const std::filesystem::path& path, const std::string& what, std::vector<double> rows,
                           std::size_t dim) {
    return finite_points(path, what, std::move(rows), dim);
}

PointFile points_from_rows(const std::filesystem::path& path, const std::string& what, std::vector<float> rows,
                           std::size_t dim) {
    return finite_points(path, what, std::move(rows), dim);
}

Points require_all_finite(PointFile file, const std::filesystem::path& path, const std::string& hint) {
    if (file.left_out() == 0) return std::move(file.points);
    throw base::request_error(
        "points are not finite", path.string(),
        fmt::format("{} of {} hold NaN or infinite values, the first is point {}{}",
                    base::group_digits(file.left_out()), base::group_digits(file.rows), file.first_left_out,
                    file.line_left_out > 0 ? fmt::format(" (line {})", file.line_left_out) : ""),
        hint);
}

std::string table_hint(const std::string& file) {
    constexpr std::array<std::string_view, 6> kTables = {".txt", ".tsv", ".dat", ".xyz", ".tab", ".asc"};
    const std::string ending = file_suffix(file);
    if (std::ranges::find(kTables, ending) == kTables.end()) return "";
    return "if it is a table of numbers, rename it to end in .csv: columns may be separated by spaces, tabs, commas or "
           "semicolons";
}

PointFile read_point_file(const std::filesystem::path& path) {
    const std::string ending = file_suffix(path.string());
    if (ending == ".csv") return read_csv(path);
    if (ending == ".ply") return read_ply(path);
    if (const std::string hint = table_hint(path.string()); !hint.empty() && !is_npy(path)) {
        throw base::request_error("cannot read points", path.string(),
                                  fmt::format("it is not NPY, but ends in {}", ending), hint);
    }
    return read_npy_points(path);
}

}  // namespace scorefield::data
