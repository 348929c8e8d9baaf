#include "data/npy.hpp"

#include <algorithm>
#include <bit>
#include <cctype>
#include <cmath>
#include <cstdint>
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

/// In pieces, so that the file's own form of the values takes no memory to speak of.
template <typename Number>
std::vector<float> read_values(const std::filesystem::path& path, InputFile& file, std::size_t count) {
    constexpr std::size_t kPiece = 1U << 16U;
    std::vector<Number> stored(std::min(count, kPiece));
    std::vector<float> values(count);
    for (std::size_t first = 0; first < count; first += kPiece) {
        const std::size_t size = std::min(count - first, kPiece);
        file.read(stored.data(), size * sizeof(Number));
        for (std::size_t i = 0; i < size; ++i) values[first + i] = static_cast<float>(stored[i]);
    }
    const auto wrong = std::ranges::find_if(values, [](float value) { return !std::isfinite(value); });
    if (wrong != values.end()) {
        refuse(path, "value " + std::to_string(wrong - values.begin()), "it is not finite in single precision",
               "remove NaN and infinite values");
    }
    return values;
}

struct NumberType {
    std::string_view name;
    std::size_t bytes;
    std::vector<float> (*read)(const std::filesystem::path& path, InputFile& file, std::size_t count);
};

constexpr NumberType kNumberTypes[] = {
    {"<f4", 4, read_values<float>},        {"<f8", 8, read_values<double>},
    {"|i1", 1, read_values<std::int8_t>},  {"|u1", 1, read_values<std::uint8_t>},
    {"<i2", 2, read_values<std::int16_t>}, {"<u2", 2, read_values<std::uint16_t>},
    {"<i4", 4, read_values<std::int32_t>}, {"<u4", 4, read_values<std::uint32_t>},
    {"<i8", 8, read_values<std::int64_t>}, {"<u8", 8, read_values<std::uint64_t>},
};

/// The values of an array of `shape` in C order from those in Fortran order, whose first index runs fastest.
std::vector<float> to_c_order(const std::vector<float>& stored, const std::vector<std::size_t>& shape) {
    std::vector<std::size_t> strides(shape.size(), 1);
    for (std::size_t axis = 1; axis < shape.size(); ++axis) strides[axis] = strides[axis - 1] * shape[axis - 1];
    std::vector<std::size_t> index(shape.size(), 0);
    std::vector<float> values;
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

}  // namespace

Tensor read_npy(const std::filesystem::path& path) {
    InputFile file(path, "NPY");
    const HeaderText text = read_header(path, file);
    const HeaderReader::Header header = HeaderReader(path, text.text).read();
    const auto* const type = std::ranges::find(kNumberTypes, *header.type, &NumberType::name);
    if (type == std::end(kNumberTypes)) {
        refuse(path, "header",
               "the type '" + *header.type + "' is not float32, float64 or an integer, little end first",
               "convert it with numpy's astype('float32')");
    }
    std::size_t expected = type->bytes;
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
    std::vector<float> values = type->read(path, file, expected / type->bytes);
    if (*header.fortran_order) values = to_c_order(values, *header.shape);
    return {*header.shape, std::move(values)};
}

Points read_points(const std::filesystem::path& path) {
    Tensor array = read_npy(path);
    if (array.shape.size() == 1) array.shape.push_back(1);
    if (array.shape.size() != 2) {
        refuse(path, "", "points need the shape (n, d) or (n), it has " + std::to_string(array.shape.size()) + " axes",
               "reshape it");
    }
    if (array.values.empty()) refuse(path, "", "it holds no points", "give at least two points");
    return {array.shape[0], array.shape[1], std::move(array.values)};
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
