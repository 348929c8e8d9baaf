#include "data/npy.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "base/error.hpp"
#include "data/files.hpp"
#include "data/npy_header.hpp"

namespace scorefield::data {
namespace {

static_assert(std::endian::native == std::endian::little, "array bytes are read and written as they stand in memory");

constexpr const char* kRowHint = "each row belongs to a particle: replace NaN and infinite values";

/// NaN and infinities where they are `allowed`; else all values are finite as float32.
enum class NotFinite { refused, allowed };

double value_at(char* place, const NpyField& field) {
    if (field.big_end_first) std::reverse(place, place + field.type->bytes);
    return field.type->at(place);
}

/// In pieces, so that the file's own form of the values takes no memory to speak of.
template <typename Real>
std::vector<Real> read_values(const std::filesystem::path& path, InputFile& file, const NpyLayout& layout,
                              NotFinite not_finite) {
    constexpr std::size_t kPieceBytes = 1U << 19U;
    const std::size_t piece = std::max<std::size_t>(1, kPieceBytes / layout.item_bytes);
    std::vector<char> stored(std::min(layout.items, piece) * layout.item_bytes);
    std::vector<Real> values;
    values.reserve(layout.items * layout.item_values);
    const auto add = [&](double value) {
        const bool fits = std::isfinite(static_cast<float>(value));
        if (!fits && (not_finite == NotFinite::refused || std::isfinite(value))) {
            const std::string place = "value " + std::to_string(values.size());
            if (std::isfinite(value)) {
                refuse_npy(path, place, "it overflows float32", "use a larger unit");
            }
            refuse_npy(path, place, "it is not finite", "remove or replace NaN and infinite values");
        }
        values.push_back(static_cast<Real>(value));
    };
    for (std::size_t first = 0; first < layout.items; first += piece) {
        const std::size_t items = std::min(layout.items - first, piece);
        file.read(stored.data(), items * layout.item_bytes);
        for (std::size_t item = 0; item < items; ++item) {
            for (const NpyField& field : layout.fields) {
                char* place = stored.data() + item * layout.item_bytes + field.offset;
                for (std::size_t i = 0; i < field.count; ++i, place += field.type->bytes) add(value_at(place, field));
            }
        }
    }
    return values;
}

/// The values of an array of `shape` in C order from those in Fortran order, whose first index runs fastest.
template <typename Real>
std::vector<Real> to_c_order(const std::vector<Real>& stored, const std::vector<std::size_t>& shape) {
    std::vector<std::size_t> strides(shape.size(), 1);
    for (std::size_t axis = 1; axis < shape.size(); ++axis) strides[axis] = strides[axis - 1] * shape[axis - 1];
    std::vector<std::size_t> index(shape.size(), 0);
    std::vector<Real> values;
    values.reserve(stored.size());
    for (std::size_t place = 0; values.size() < stored.size();) {
        values.push_back(stored[place]);
        for (std::size_t axis = shape.size(); axis-- > 0;) {
            place += strides[axis];
            if (++index[axis] < shape[axis]) break;
            place -= strides[axis] * shape[axis];
            index[axis] = 0;
        }
    }
    return values;
}

std::size_t element_count(const std::vector<std::size_t>& shape) {
    std::size_t count = 1;
    for (const std::size_t size : shape) count *= size;
    return count;
}

/// In C order: of the items, and within them of the fields.
template <typename Real>
std::vector<Real> in_c_order(const std::filesystem::path& path, InputFile& file, const NpyLayout& layout,
                             NotFinite not_finite) {
    std::vector<Real> values = read_values<Real>(path, file, layout, not_finite);
    return layout.fortran_order && !layout.structured ? to_c_order(values, layout.shape) : values;
}

/// How many coordinates a point has; refuses what is no table of points.
std::size_t require_points(const std::filesystem::path& path, const NpyLayout& layout) {
    std::vector<std::size_t> shape = layout.value_shape();
    if (layout.structured && layout.shape.empty()) shape.insert(shape.begin(), 1);
    if (shape.empty() || shape.size() > 2) {
        refuse_npy(path, "", "points need the shape (n, d) or (n), it has " + std::to_string(shape.size()) + " axes",
                   "reshape it");
    }
    if (layout.items == 0) refuse_npy(path, "", "it holds no points", "give at least two points");
    return shape.size() == 1 ? 1 : shape[1];
}

std::string fields_remark(const NpyLayout& layout) {
    constexpr std::size_t kShown = 8;
    std::string names;
    for (std::size_t i = 0; i < std::min(kShown, layout.fields.size()); ++i) {
        names += (i == 0 ? "" : ", ") + layout.fields[i].name;
    }
    if (layout.fields.size() > kShown) names += ", …";
    return "its fields " + names + " are read as coordinates";
}

template <typename Real>
PointFile in_points(const std::filesystem::path& path, InputFile& file, const NpyLayout& layout) {
    const std::size_t dim = require_points(path, layout);
    return points_from_rows(path, "cannot read NPY", in_c_order<Real>(path, file, layout, NotFinite::allowed), dim);
}

}  // namespace

Tensor read_npy(const std::filesystem::path& path) {
    InputFile file(path, "NPY");
    const NpyLayout layout = read_npy_layout(path, file);
    return {layout.value_shape(), in_c_order<float>(path, file, layout, NotFinite::refused)};
}

bool is_npy(const std::filesystem::path& path) {
    InputFile file(path, "NPY");
    return file.size() >= kNpyMagic.size() && file.read(kNpyMagic.size()) == kNpyMagic;
}

PointFile read_npy_points(const std::filesystem::path& path) {
    InputFile file(path, "NPY");
    const NpyLayout layout = read_npy_layout(path, file);
    PointFile points =
        layout.is_single() ? in_points<float>(path, file, layout) : in_points<double>(path, file, layout);
    if (layout.structured) points.remarks.push_back(fields_remark(layout));
    points.is_plain_array = !layout.structured;
    return points;
}

std::vector<std::string> npy_field_notes(const std::filesystem::path& path) {
    InputFile file(path, "NPY");
    PointFile remarks;
    if (const NpyLayout layout = read_npy_layout(path, file); layout.structured) {
        remarks.remarks.push_back(fields_remark(layout));
    }
    return remarks.notes(path);
}

Points read_precise_points(const std::filesystem::path& path) {
    return require_all_finite(read_npy_points(path), path, kRowHint);
}

Points read_points(const std::filesystem::path& path) {
    InputFile file(path, "NPY");
    const NpyLayout layout = read_npy_layout(path, file);
    return require_all_finite(in_points<float>(path, file, layout), path, kRowHint);
}

std::string npy_header(const std::vector<std::size_t>& shape, NpyNumber type) {
    std::string tuple;
    for (const std::size_t size : shape) tuple += std::to_string(size) + ", ";
    if (shape.size() > 1) tuple.resize(tuple.size() - 2);
    if (shape.size() == 1) tuple.resize(tuple.size() - 1);
    const std::string descr = type == NpyNumber::float32 ? "<f4" : "<f8";
    std::string text = "{'descr': '" + descr + "', 'fortran_order': False, 'shape': (" + tuple + "), }";
    constexpr std::size_t kAlignment = 64;
    const std::size_t before = kNpyMagic.size() + 4;
    text.resize((before + text.size() + 1 + kAlignment - 1) / kAlignment * kAlignment - before - 1, ' ');
    text += '\n';
    std::string header(kNpyMagic);
    header += '\1';
    header += '\0';
    header += static_cast<char>(text.size() & 255);
    header += static_cast<char>(text.size() >> 8);
    return header + text;
}

NpyWriter::NpyWriter(const std::filesystem::path& path, const std::vector<std::size_t>& shape)
    : path_(path), file_(path), count_(element_count(shape)), missing_(count_) {
    const std::string header = npy_header(shape);
    start_ = header.size();
    file_.write(header);
}

void NpyWriter::write(std::size_t first, std::span<const float> values) {
    if (values.size() > missing_ || first > count_ - values.size()) {
        throw std::logic_error("values beyond the array's shape");
    }
    if (!std::ranges::all_of(values, [](float value) { return std::isfinite(value); })) {
        throw base::running_error("cannot write", path_.string(), "a value overflows float32",
                                  "give data in larger units, or sample with more steps or a sampler that clips");
    }
    missing_ -= values.size();
    file_.seek(start_ + first * sizeof(float));
    file_.write(values.data(), values.size_bytes());
}

void NpyWriter::commit() {
    if (missing_ != 0) throw std::logic_error("values of the array are missing");
    file_.commit();
}

void write_npy(const std::filesystem::path& path, const std::vector<std::size_t>& shape,
               std::span<const float> values) {
    NpyWriter writer(path, shape);
    writer.write(0, values);
    writer.commit();
}

}  // namespace scorefield::data
