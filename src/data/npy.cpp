#include "data/npy.hpp"

#include <algorithm>
#include <bit>
#include <cctype>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "base/error.hpp"
#include "data/files.hpp"

namespace scorefield::data {
namespace {

static_assert(std::endian::native == std::endian::little, "array bytes are read and written as they stand in memory");

constexpr std::string_view kMagic = "\x93NUMPY";

[[noreturn]] void refuse(const std::filesystem::path& path, const std::string& place, const std::string& why,
                         const std::string& hint = "write it with numpy.save") {
    throw base::request_error("cannot read NPY", path.string() + (place.empty() ? "" : ", " + place), why, hint);
}

/// Reads the header's Python dictionary: {'descr': '<f4', 'fortran_order': False, 'shape': (3, 2), }.
class HeaderReader {
  public:
    HeaderReader(const std::filesystem::path& path, std::string_view text) : path_(path), rest_(text) {}

    struct Header {
        std::optional<std::string> type;
        std::optional<bool> fortran_order;
        std::optional<std::vector<std::size_t>> shape;
    };

    Header read() {
        Header header;
        expect("{");
        while (!take("}")) {
            const std::string key = quoted();
            expect(":");
            if (key == "descr" && !header.type) {
                header.type = quoted();
            } else if (key == "fortran_order" && !header.fortran_order) {
                header.fortran_order = truth();
            } else if (key == "shape" && !header.shape) {
                header.shape = tuple();
            } else {
                fail("unexpected key '" + key + "'");
            }
            if (!take(",")) {
                expect("}");
                break;
            }
        }
        skip_space();
        if (!rest_.empty()) fail("there is text after the dictionary");
        if (!header.type || !header.fortran_order || !header.shape) fail("descr, fortran_order or shape is missing");
        return header;
    }

  private:
    [[noreturn]] void fail(const std::string& why) const { refuse(path_, "header", why); }
    void skip_space() {
        while (!rest_.empty() && (rest_.front() == ' ' || rest_.front() == '\n')) rest_.remove_prefix(1);
    }
    bool take(std::string_view token) {
        skip_space();
        if (!rest_.starts_with(token)) return false;
        rest_.remove_prefix(token.size());
        return true;
    }
    void expect(std::string_view token) {
        if (!take(token)) fail("'" + std::string(token) + "' is expected");
    }
    std::string quoted() {
        const std::string_view mark = take("'") ? "'" : "\"";
        if (mark == "\"") expect("\"");
        const std::size_t end = rest_.find(mark);
        if (end == std::string_view::npos) fail("a text does not end");
        std::string text(rest_.substr(0, end));
        rest_.remove_prefix(end + 1);
        return text;
    }
    bool truth() {
        if (take("True")) return true;
        expect("False");
        return false;
    }
    std::size_t number() {
        skip_space();
        std::size_t value = 0;
        if (rest_.empty() || std::isdigit(static_cast<unsigned char>(rest_.front())) == 0) fail("a length is expected");
        while (!rest_.empty() && std::isdigit(static_cast<unsigned char>(rest_.front())) != 0) {
            const auto digit = static_cast<std::size_t>(rest_.front() - '0');
            if (value > (std::numeric_limits<std::size_t>::max() - digit) / 10) fail("a length is too large");
            value = 10 * value + digit;
            rest_.remove_prefix(1);
        }
        return value;
    }
    std::vector<std::size_t> tuple() {
        std::vector<std::size_t> shape;
        expect("(");
        while (!take(")")) {
            shape.push_back(number());
            if (!take(",")) {
                expect(")");
                break;
            }
        }
        return shape;
    }

    const std::filesystem::path& path_;
    std::string_view rest_;
};

/// The text of the header, which `file` then stands behind.
struct HeaderText {
    std::string text;
    std::uint64_t bytes = 0;  ///< of the file, up to the values
};

HeaderText read_header(const std::filesystem::path& path, InputFile& file) {
    constexpr std::size_t kStart = 8;  // magic and version
    if (file.size() < kStart + 2) refuse(path, "", "it is not a NPY file");
    const std::string start = file.read(kStart);
    if (!start.starts_with(kMagic)) refuse(path, "", "it is not a NPY file");
    const auto major = static_cast<unsigned char>(start[6]);
    const auto minor = static_cast<unsigned char>(start[7]);
    if (major < 1 || major > 3 || minor != 0) {
        refuse(path, "header", "format version " + std::to_string(major) + "." + std::to_string(minor) + " is unknown");
    }
    const std::size_t length_size = major == 1 ? 2 : 4;
    std::uint32_t length = 0;
    if (file.size() < kStart + length_size) refuse(path, "header", "the file ends within it");
    file.read(&length, length_size);
    const std::uint64_t bytes = kStart + length_size + length;
    if (file.size() < bytes) refuse(path, "header", "the file ends within it");
    return {file.read(length), bytes};
}

/// The number whose bytes stand at `place`, little end first.
template <typename Number>
double number_at(const char* place) {
    Number number = {};
    std::memcpy(&number, place, sizeof number);
    return static_cast<double>(number);
}

/// IEEE 754 binary16: a sign, 5 bits of the exponent, 10 of the fraction.
double half_at(const char* place) {
    std::uint16_t bits = 0;
    std::memcpy(&bits, place, sizeof bits);
    const int exponent = (bits >> 10U) & 31;
    const int fraction = bits & 1023;
    double size = std::ldexp(1024 + fraction, exponent - 25);
    if (exponent == 0) size = std::ldexp(fraction, -24);
    if (exponent == 31) size = fraction == 0 ? HUGE_VAL : std::numeric_limits<double>::quiet_NaN();
    return bits >> 15U == 0 ? size : -size;
}

double truth_at(const char* place) {
    return *place == 0 ? 0 : 1;
}

struct NumberType {
    std::string_view name;  ///< after the sign for the order of bytes
    std::size_t bytes;
    bool single;  ///< float32 holds every number of it
    double (*at)(const char* place);
};

constexpr NumberType kNumberTypes[] = {
    {"f4", 4, true, number_at<float>},
    {"f8", 8, false, number_at<double>},
    {"f2", 2, true, half_at},
    {"b1", 1, true, truth_at},
    {"i1", 1, true, number_at<std::int8_t>},
    {"u1", 1, true, number_at<std::uint8_t>},
    {"i2", 2, true, number_at<std::int16_t>},
    {"u2", 2, true, number_at<std::uint16_t>},
    {"i4", 4, false, number_at<std::int32_t>},
    {"u4", 4, false, number_at<std::uint32_t>},
    {"i8", 8, false, number_at<std::int64_t>},
    {"u8", 8, false, number_at<std::uint64_t>},
};

/// What stands in a file behind its header, and how.
struct Layout {
    const NumberType* type = nullptr;
    bool big_end_first = false;
    bool fortran_order = false;
    std::vector<std::size_t> shape;
    std::size_t count = 0;  ///< of the values
};

/// The type of `descr`: a sign for the order of bytes, which single bytes do not have, and a name.
void find_type(const std::filesystem::path& path, const std::string& descr, Layout& layout) {
    const auto* const type =
        std::ranges::find(kNumberTypes, std::string_view(descr).substr(descr.empty() ? 0 : 1), &NumberType::name);
    const std::string_view signs = type != std::end(kNumberTypes) && type->bytes == 1 ? "|<>=" : "<>=";
    if (type == std::end(kNumberTypes) || signs.find(descr.front()) == std::string_view::npos) {
        refuse(path, "header", "the type '" + descr + "' is not float16, float32, float64, an integer or bool",
               "convert it with numpy's astype('float32')");
    }
    layout.type = type;
    layout.big_end_first = descr.front() == '>';
}

/// In pieces, so that the file's own form of the values takes no memory to speak of. All are finite as float32.
template <typename Real>
std::vector<Real> read_values(const std::filesystem::path& path, InputFile& file, const Layout& layout) {
    constexpr std::size_t kPiece = 1U << 16U;
    const std::size_t bytes = layout.type->bytes;
    std::vector<char> stored(std::min(layout.count, kPiece) * bytes);
    std::vector<Real> values(layout.count);
    for (std::size_t first = 0; first < layout.count; first += kPiece) {
        const std::size_t size = std::min(layout.count - first, kPiece);
        file.read(stored.data(), size * bytes);
        for (std::size_t i = 0; i < size; ++i) {
            char* const place = stored.data() + i * bytes;
            if (layout.big_end_first) std::reverse(place, place + bytes);
            const double value = layout.type->at(place);
            if (!std::isfinite(static_cast<float>(value))) {
                refuse(path, "value " + std::to_string(first + i), "it is not finite in single precision",
                       "remove NaN and infinite values");
            }
            values[first + i] = static_cast<Real>(value);
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

std::string npy_header(const std::vector<std::size_t>& shape) {
    std::string tuple;
    for (const std::size_t size : shape) tuple += std::to_string(size) + ", ";
    if (shape.size() > 1) tuple.resize(tuple.size() - 2);
    if (shape.size() == 1) tuple.resize(tuple.size() - 1);
    std::string text = "{'descr': '<f4', 'fortran_order': False, 'shape': (" + tuple + "), }";
    constexpr std::size_t kAlignment = 64;
    const std::size_t before = kMagic.size() + 4;
    text.resize((before + text.size() + 1 + kAlignment - 1) / kAlignment * kAlignment - before - 1, ' ');
    text += '\n';
    std::string header(kMagic);
    header += '\1';
    header += '\0';
    header += static_cast<char>(text.size() & 255);
    header += static_cast<char>(text.size() >> 8);
    return header + text;
}

std::size_t product(const std::vector<std::size_t>& shape) {
    std::size_t count = 1;
    for (const std::size_t size : shape) count *= size;
    return count;
}

/// Reads the header, behind which `file` then stands.
Layout read_layout(const std::filesystem::path& path, InputFile& file) {
    const HeaderText text = read_header(path, file);
    const HeaderReader::Header header = HeaderReader(path, text.text).read();
    Layout layout;
    find_type(path, *header.type, layout);
    std::size_t expected = layout.type->bytes;
    const bool empty = std::ranges::find(*header.shape, std::size_t{0}) != header.shape->end();
    for (const std::size_t size : *header.shape) {
        if (!empty && expected > std::numeric_limits<std::size_t>::max() / size)
            refuse(path, "header", "the shape is too large");
        expected = empty ? 0 : expected * size;
    }
    if (const std::uint64_t available = file.size() - text.bytes; available != expected) {
        refuse(
            path, "",
            "its shape asks for " + std::to_string(expected) + " bytes of values, it has " + std::to_string(available));
    }
    layout.fortran_order = *header.fortran_order;
    layout.shape = *header.shape;
    layout.count = expected / layout.type->bytes;
    return layout;
}

template <typename Real>
std::vector<Real> in_c_order(const std::filesystem::path& path, InputFile& file, const Layout& layout) {
    std::vector<Real> values = read_values<Real>(path, file, layout);
    return layout.fortran_order ? to_c_order(values, layout.shape) : values;
}

/// Of a table of points: read_layout with the shape (n, d).
Layout read_points_layout(const std::filesystem::path& path, InputFile& file) {
    Layout layout = read_layout(path, file);
    if (layout.shape.size() == 1) layout.shape.push_back(1);
    if (layout.shape.size() != 2) {
        refuse(path, "", "points need the shape (n, d) or (n), it has " + std::to_string(layout.shape.size()) + " axes",
               "reshape it");
    }
    if (layout.count == 0) refuse(path, "", "it holds no points", "give at least two points");
    return layout;
}

}  // namespace

Tensor read_npy(const std::filesystem::path& path) {
    InputFile file(path, "NPY");
    const Layout layout = read_layout(path, file);
    return {layout.shape, in_c_order<float>(path, file, layout)};
}

Points read_points(const std::filesystem::path& path) {
    InputFile file(path, "NPY");
    const Layout layout = read_points_layout(path, file);
    return {layout.shape[0], layout.shape[1], in_c_order<float>(path, file, layout)};
}

Points read_precise_points(const std::filesystem::path& path) {
    InputFile file(path, "NPY");
    const Layout layout = read_points_layout(path, file);
    if (!layout.type->single) return about_origin(in_c_order<double>(path, file, layout), layout.shape[1]);
    return {layout.shape[0], layout.shape[1], in_c_order<float>(path, file, layout)};
}

NpyWriter::NpyWriter(const std::filesystem::path& path, const std::vector<std::size_t>& shape)
    : file_(path), count_(product(shape)), missing_(count_) {
    const std::string header = npy_header(shape);
    start_ = header.size();
    file_.write(header);
}

void NpyWriter::write(std::size_t first, std::span<const float> values) {
    if (values.size() > missing_ || first > count_ - values.size()) {
        throw std::logic_error("values beyond the array's shape");
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
