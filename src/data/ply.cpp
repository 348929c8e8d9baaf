#include "data/ply.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <optional>
#include <span>
#include <string_view>

#include "base/error.hpp"
#include "base/names.hpp"
#include "data/files.hpp"
#include "data/half.hpp"
#include "data/number_text.hpp"
#include "data/ply_header.hpp"

namespace scorefield::data {
namespace {

static_assert(std::endian::native == std::endian::little, "numbers of the other order are turned round");

constexpr std::uint64_t kMaxPlyBytes = std::uint64_t{1} << 32U;
constexpr std::string_view kPlySpace = " \t";
constexpr std::string_view kLineEnds = "\r\n";

/// Where the reader stands, for those who have to look for what is wrong.
struct Place {
    const std::filesystem::path& path;
    std::string_view element = {};
    std::uint64_t index = 0;

    [[noreturn]] void refuse(const std::string& why) const { refuse_ply(path, name(), why); }
    [[noreturn]] void refuse(const std::string& why, const std::string& hint) const {
        refuse_ply(path, name(), why, hint);
    }
    std::string name() const { return fmt::format("{} {}", element, index); }
};

/// The elements as text, one on a line.
class AsciiBody {
  public:
    AsciiBody(const Place& place, std::string_view rest) : place_(place), rest_(rest) {}

    /// Whether so many elements may be left: a digit and a space per value.
    bool may_hold(const PlyElement& element) const {
        return element.count <= (rest_.size() + 1) / (2 * element.properties.size());
    }
    void begin() {
        do {
            if (rest_.empty()) place_.refuse("the file ends before it");
            const std::size_t end = std::min(rest_.find_first_of(kLineEnds), rest_.size());
            line_ = rest_.substr(0, end);
            rest_.remove_prefix(std::min(end + 1, rest_.size()));
            skip_space();
        } while (line_.empty());
    }
    double value(PlyType /*type*/) {
        if (line_.empty()) place_.refuse("a value is missing");
        const std::string_view word = line_.substr(0, line_.find_first_of(kPlySpace));
        line_.remove_prefix(word.size());
        skip_space();
        return number(word);
    }
    void skip(std::uint64_t count, PlyType type) {
        for (std::uint64_t i = 0; i < count; ++i) value(type);
    }
    void end() const {
        if (!line_.empty()) place_.refuse("it has more values than the header says");
    }
    /// The number of lines left that are not blank.
    std::uint64_t left() const {
        std::uint64_t lines = 0;
        for (std::string_view rest = rest_; !rest.empty();) {
            const std::string_view line = rest.substr(0, rest.find_first_of(kLineEnds));
            if (line.find_first_not_of(kPlySpace) != std::string_view::npos) ++lines;
            rest.remove_prefix(std::min(line.size() + 1, rest.size()));
        }
        return lines;
    }
    static std::optional<std::uint64_t> elements_in(std::uint64_t lines, const PlyElement& /*element*/) {
        return lines;
    }
    static constexpr const char* kUnit = "lines";

  private:
    double number(std::string_view word) const {
        if (const std::optional<double> number = parse_number(word)) return *number;
        const NotANumber wrong = explain_not_a_number(word);
        if (wrong.hint.empty()) place_.refuse(wrong.why);
        place_.refuse(wrong.why, wrong.hint);
    }
    void skip_space() { line_.remove_prefix(std::min(line_.find_first_not_of(kPlySpace), line_.size())); }

    const Place& place_;
    std::string_view rest_;
    std::string_view line_;
};

template <typename Number>
double number_in(const std::array<char, 8>& bytes) {
    Number number = 0;
    std::memcpy(&number, bytes.data(), sizeof number);
    return static_cast<double>(number);
}

/// The elements as numbers, one after the other.
class BinaryBody {
  public:
    BinaryBody(const Place& place, std::string_view rest, bool big_endian)
        : place_(place), rest_(rest), big_endian_(big_endian) {}

    bool may_hold(const PlyElement& element) const {
        std::size_t bytes = 0;
        for (const PlyProperty& property : element.properties) {
            bytes += bytes_of(property.length.value_or(property.type));
        }
        return element.count <= rest_.size() / bytes;
    }
    void begin() const {}
    double value(PlyType type) {
        const std::size_t size = bytes_of(type);
        if (rest_.size() < size) place_.refuse("the file ends within it");
        std::array<char, 8> bytes = {};
        std::memcpy(bytes.data(), rest_.data(), size);
        rest_.remove_prefix(size);
        if (big_endian_) std::reverse(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
        switch (type) {
            case PlyType::int8:
                return number_in<std::int8_t>(bytes);
            case PlyType::uint8:
                return number_in<std::uint8_t>(bytes);
            case PlyType::int16:
                return number_in<std::int16_t>(bytes);
            case PlyType::uint16:
                return number_in<std::uint16_t>(bytes);
            case PlyType::int32:
                return number_in<std::int32_t>(bytes);
            case PlyType::uint32:
                return number_in<std::uint32_t>(bytes);
            case PlyType::int64:
                return number_in<std::int64_t>(bytes);
            case PlyType::uint64:
                return number_in<std::uint64_t>(bytes);
            case PlyType::float16:
                return from_half(static_cast<std::uint16_t>(number_in<std::uint16_t>(bytes)));
            case PlyType::float32:
                return number_in<float>(bytes);
            case PlyType::float64:
                break;
        }
        return number_in<double>(bytes);
    }
    void skip(std::uint64_t count, PlyType type) {
        if (count > rest_.size() / bytes_of(type)) place_.refuse("the file ends within it");
        rest_.remove_prefix(count * bytes_of(type));
    }
    void end() const {}
    /// The number of bytes left; 0 if only white space is left.
    std::uint64_t left() const {
        return rest_.find_first_not_of(" \t\r\n") == std::string_view::npos ? 0 : rest_.size();
    }
    static std::optional<std::uint64_t> elements_in(std::uint64_t bytes, const PlyElement& element) {
        std::size_t size = 0;
        for (const PlyProperty& property : element.properties) {
            if (property.length) return std::nullopt;
            size += bytes_of(property.type);
        }
        return bytes % size == 0 ? std::optional(bytes / size) : std::nullopt;
    }
    static constexpr const char* kUnit = "bytes";

  private:
    const Place& place_;
    std::string_view rest_;
    bool big_endian_;
};

/// The next element; `use(number of the property, value)` hears of those that are no lists.
template <typename Body, typename Use>
void read_element(Body& body, const PlyElement& element, const Place& place, const Use& use) {
    body.begin();
    for (std::size_t i = 0; i < element.properties.size(); ++i) {
        const PlyProperty& property = element.properties[i];
        if (!property.length) {
            use(i, body.value(property.type));
            continue;
        }
        const double length = body.value(*property.length);
        if (!(length >= 0 && length <= static_cast<double>(kMaxPlyBytes) && length == std::floor(length))) {
            place.refuse(fmt::format("the list '{}' cannot have {} values", property.name, length));
        }
        body.skip(static_cast<std::uint64_t>(length), property.type);
    }
    body.end();
}

constexpr std::array<const char*, 3> kAxes = {"x", "y", "z"};

/// Which property of a vertex is which coordinate.
struct Axes {
    std::vector<std::size_t> of_property;  ///< the coordinate that it is, or 3
    std::size_t count = 3;
    std::vector<std::string> remarks;
};

/// A property of a coordinate's name, in small letters where there is one, counts; the first where it comes twice.
Axes find_axes(const std::filesystem::path& path, std::span<const PlyProperty> properties) {
    Axes axes = {std::vector<std::size_t>(properties.size(), kAxes.size()), kAxes.size(), {}};
    for (std::size_t axis = 0; axis < kAxes.size(); ++axis) {
        const auto has_name = [axis](const PlyProperty& property) {
            return !property.length && property.name == kAxes[axis];
        };
        const auto has_name_in_capitals = [axis](const PlyProperty& property) {
            return !property.length && same_ply_name(property.name, kAxes[axis]);
        };
        auto found = std::ranges::find_if(properties, has_name);
        if (found == properties.end()) found = std::ranges::find_if(properties, has_name_in_capitals);
        if (found == properties.end()) {
            const auto has_this_name = [axis](const PlyProperty& property) {
                return same_ply_name(property.name, kAxes[axis]);
            };
            if (axis == 2 && std::ranges::none_of(properties, has_this_name)) {
                axes.count = axis;
                axes.remarks.emplace_back("its vertices have no z, they are read as points in the plane");
                break;
            }
            refuse_ply(path, "header", fmt::format("its vertices have no coordinate {}", kAxes[axis]));
        }
        axes.of_property[static_cast<std::size_t>(found - properties.begin())] = axis;
        if (std::find_if(found + 1, properties.end(), has_name) != properties.end()) {
            axes.remarks.push_back(fmt::format("its vertices have {} twice, the first one is taken", kAxes[axis]));
        }
    }
    return axes;
}

/// The value of a coordinate as its type holds it: a text may have more digits. NaN and infinities stay.
double coordinate(const Place& place, std::size_t axis, PlyType type, double value) {
    if (std::isfinite(value) && !std::isfinite(static_cast<float>(value))) {
        place.refuse(fmt::format("{} overflows float32", kAxes[axis]), "use a larger unit");
    }
    return type == PlyType::float32 ? static_cast<double>(static_cast<float>(value)) : value;
}

/// Removes the coordinates after the first `dim` from rows of `columns` values if all of them are 0. Returns whether
/// it did.
bool drop_zero_coordinates(std::vector<double>& rows, std::size_t columns, std::size_t dim) {
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (i % columns >= dim && rows[i] != 0) return false;
    }
    std::size_t kept = 0;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (i % columns < dim) rows[kept++] = rows[i];
    }
    rows.resize(kept);
    return true;
}

template <typename Body>
PointFile read_vertices(Body& body, Place& place, const PlyElement& vertices, const PlyHeader& header) {
    Axes axes = find_axes(place.path, vertices.properties);
    if (!body.may_hold(vertices)) {
        refuse_ply(place.path, "header", fmt::format("the file is too short for its {} vertices", vertices.count));
    }
    std::size_t dim = axes.count;
    std::vector<double> coordinates(dim * vertices.count);
    place.element = vertices.name;
    for (place.index = 0; place.index < vertices.count; ++place.index) {
        read_element(body, vertices, place, [&](std::size_t property, double value) {
            const std::size_t axis = axes.of_property[property];
            if (axis == kAxes.size()) return;
            coordinates[dim * place.index + axis] = coordinate(place, axis, vertices.properties[property].type, value);
        });
    }
    if (header.dimensions < dim) {
        if (drop_zero_coordinates(coordinates, dim, header.dimensions)) {
            dim = header.dimensions;
        } else {
            axes.remarks.push_back(
                fmt::format("its comment '{} {}' says {}D, but other coordinates are not 0; read as {}D points",
                            kPlyDimensions, header.dimensions, header.dimensions, dim));
        }
    }
    PointFile file = points_from_rows(place.path, "cannot read PLY", std::move(coordinates), dim);
    file.remarks = header.remarks;
    file.remarks.insert(file.remarks.end(), axes.remarks.begin(), axes.remarks.end());
    return file;
}

template <typename Body>
void pass_over(Body& body, Place& place, const PlyElement& element) {
    if (element.properties.empty()) return;
    place.element = element.name;
    for (place.index = 0; place.index < element.count; ++place.index) {
        read_element(body, element, place, [](std::size_t, double) {});
    }
}

/// Refuses a file with data after its last element: a count in the header is too small. Elements after the vertices may
/// be damaged or cut short, because they are not used.
template <typename Body>
void require_end(Body& body, Place& place, const PlyElement& vertices, std::span<const PlyElement> after) {
    bool any = false;
    try {
        for (const PlyElement& element : after) {
            any = any || (element.count > 0 && !element.properties.empty());
            pass_over(body, place, element);
        }
    } catch (const base::Error&) {
        return;
    }
    const std::uint64_t left = body.left();
    if (left == 0) return;
    if (const auto more = any ? std::nullopt : Body::elements_in(left, vertices)) {
        refuse_ply(place.path, "header",
                   fmt::format("it counts {} vertices, but the file holds {}", base::group_digits(vertices.count),
                               base::group_digits(vertices.count + *more)),
                   fmt::format("correct the count in 'element {} {}', or remove the data after the last vertex",
                               vertices.name, vertices.count));
    }
    refuse_ply(place.path, "header",
               fmt::format("{} after the last element that it names: {}", Body::kUnit, base::group_digits(left)),
               "correct its element counts, or remove what follows");
}

/// Passes over the elements before the vertices, and reads those.
template <typename Body>
PointFile read_body(Body body, Place& place, const PlyHeader& header) {
    const std::span<const PlyElement> elements(header.elements);
    for (std::size_t i = 0; i < elements.size(); ++i) {
        const PlyElement& element = elements[i];
        const bool vertices = same_ply_name(element.name, "vertex") || same_ply_name(element.name, "vertices");
        if (vertices && element.count > 0) {
            PointFile file = read_vertices(body, place, element, header);
            require_end(body, place, element, elements.subspan(i + 1));
            return file;
        }
        pass_over(body, place, element);
    }
    refuse_ply(place.path, "header", "it has no vertices");
}

}  // namespace

PointFile read_ply(const std::filesystem::path& path) {
    InputFile file(path, "PLY");
    if (file.size() > kMaxPlyBytes) {
        refuse_ply(path, "", fmt::format("{} bytes are more than the {} that are read", file.size(), kMaxPlyBytes),
                   "thin the cloud out");
    }
    const std::string bytes = file.read(file.size());
    const PlyHeader header = parse_ply_header(path, bytes);
    const std::string_view rest = std::string_view(bytes).substr(header.bytes);
    Place place = {path};
    if (header.format == PlyFormat::ascii) return read_body(AsciiBody(place, rest), place, header);
    return read_body(BinaryBody(place, rest, header.format == PlyFormat::big_endian), place, header);
}

}  // namespace scorefield::data
