#include "data/point_writer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cassert>
#include <cstring>
#include <stdexcept>
#include <string>

#include "base/atomic_file.hpp"
#include "base/names.hpp"
#include "data/npy.hpp"
#include "data/ply_header.hpp"

namespace scorefield::data {
namespace {

static_assert(std::endian::native == std::endian::little, "numbers are written as they stand in memory");

double coordinate(const Points& points, std::size_t point, std::size_t c) {
    const double origin = points.origin.empty() ? 0 : points.origin[c];
    return static_cast<double>(points.values[point * points.dim + c]) + origin;
}

void append_bytes(std::string& bytes, double value, Precision precision) {
    std::array<char, sizeof value> buffer = {};
    std::size_t size = sizeof value;
    if (precision == Precision::single) {
        const auto single = static_cast<float>(value);
        size = sizeof single;
        std::memcpy(buffer.data(), &single, size);
    } else {
        std::memcpy(buffer.data(), &value, size);
    }
    bytes.append(buffer.data(), size);
}

void append_text(std::string& text, double value, Precision precision) {
    text += precision == Precision::single ? fmt::format("{}", static_cast<float>(value)) : fmt::format("{}", value);
}

/// A header, then the points one after another.
class SequentialWriter final : public PointWriter {
  public:
    using Append = void (*)(std::string& bytes, const Points& points, std::size_t point, Precision precision);

    SequentialWriter(const std::filesystem::path& path, const std::string& header, std::size_t count,
                     Precision precision, Append append)
        : file_(path), missing_(count), precision_(precision), append_(append) {
        file_.write(header);
    }
    void write(const Points& piece) override {
        if (piece.count > missing_) throw std::logic_error("more points than the file was opened for");
        std::string bytes;
        for (std::size_t i = 0; i < piece.count; ++i) append_(bytes, piece, i, precision_);
        file_.write(bytes);
        missing_ -= piece.count;
    }
    void commit() override {
        if (missing_ != 0) throw std::logic_error("points of the file are missing");
        file_.commit();
    }

  private:
    base::AtomicFile file_;
    std::size_t missing_;
    Precision precision_;
    Append append_;
};

void append_row(std::string& bytes, const Points& points, std::size_t point, Precision precision) {
    for (std::size_t c = 0; c < points.dim; ++c) append_bytes(bytes, coordinate(points, point, c), precision);
}

void append_line(std::string& text, const Points& points, std::size_t point, Precision precision) {
    for (std::size_t c = 0; c < points.dim; ++c) {
        if (c > 0) text += ',';
        append_text(text, coordinate(points, point, c), precision);
    }
    text += '\n';
}

void append_vertex(std::string& bytes, const Points& points, std::size_t point, Precision precision) {
    for (std::size_t c = 0; c < 3; ++c) {
        append_bytes(bytes, c < points.dim ? coordinate(points, point, c) : 0, precision);
    }
}

std::string ply_header(std::size_t count, std::size_t dim, Precision precision) {
    const char* const type = precision == Precision::single ? "float" : "double";
    return fmt::format(
        "ply\nformat binary_little_endian 1.0\n{2}element vertex {0}\nproperty {1} x\nproperty {1} y\nproperty {1} z\n"
        "end_header\n",
        count, type, dim < 3 ? fmt::format("comment {} {}\n", kPlyDimensions, dim) : "");
}

}  // namespace

std::string_view point_file_ending(const std::filesystem::path& path) {
    const std::string ending = base::lower_case(path.extension().string());
    const auto* const found = std::ranges::find(kPointFileEndings, ending);
    return found == kPointFileEndings.end() ? std::string_view() : *found;
}

std::unique_ptr<PointWriter> open_point_writer(const std::filesystem::path& path, std::size_t count, std::size_t dim,
                                               Precision precision) {
    const std::string_view ending = point_file_ending(path);
    assert(!ending.empty());
    if (ending == ".csv") return std::make_unique<SequentialWriter>(path, "", count, precision, append_line);
    if (ending == ".ply") {
        assert(dim <= 3);
        return std::make_unique<SequentialWriter>(path, ply_header(count, dim, precision), count, precision,
                                                  append_vertex);
    }
    const NpyNumber type = precision == Precision::single ? NpyNumber::float32 : NpyNumber::float64;
    return std::make_unique<SequentialWriter>(path, npy_header({count, dim}, type), count, precision, append_row);
}

}  // namespace scorefield::data
