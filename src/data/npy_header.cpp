#include "data/npy_header.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <limits>
#include <optional>
#include <string_view>
#include <utility>

#include "base/error.hpp"
#include "base/text.hpp"
#include "data/npy_dictionary.hpp"

namespace scorefield::data {
namespace {

constexpr const char* kDamaged = "the file is damaged or cut short: save the array again";
constexpr std::size_t kMost = std::numeric_limits<std::size_t>::max();

[[noreturn]] void refuse_other_file(const std::filesystem::path& path, std::string_view start) {
    constexpr const char* kWhy = "it is not a NPY file";
    if (start.starts_with("PK")) {
        refuse_npy(path, "", std::string(kWhy) + " but an archive such as .npz",
                   "save one array of it alone: numpy.save('points.npy', numpy.load(FILE)['NAME'])");
    }
    if (start.starts_with('\x80')) {
        refuse_npy(path, "", std::string(kWhy) + " but a Python pickle",
                   "save its numbers as an array: numpy.save('points.npy', numpy.asarray(a, 'float32'))");
    }
    refuse_npy(path, "", kWhy, "give an array as numpy.save('points.npy', a) writes it");
}

/// The text of the header in UTF-8; afterwards `file` is at the first value.
struct HeaderText {
    std::string text;
    std::uint64_t bytes = 0;  ///< of the file, up to the values
};

HeaderText read_header(const std::filesystem::path& path, InputFile& file) {
    constexpr std::size_t kStart = 8;  // magic and version
    const std::string start = file.read(std::min<std::uint64_t>(kStart, file.size()));
    if (start.size() < kStart || !start.starts_with(kNpyMagic)) refuse_other_file(path, start);
    const auto major = static_cast<unsigned char>(start[6]);
    const auto minor = static_cast<unsigned char>(start[7]);
    if (major < 1 || major > 3 || minor != 0) {
        refuse_npy(path, "header", fmt::format("format version {}.{} is unknown", major, minor),
                   "save the array again in version 1.0 to 3.0");
    }
    const std::size_t length_size = major == 1 ? 2 : 4;
    std::uint32_t length = 0;
    if (file.size() < kStart + length_size) refuse_npy(path, "header", "the file ends within it", kDamaged);
    file.read(&length, length_size);
    const std::uint64_t bytes = kStart + length_size + length;
    if (file.size() < bytes) refuse_npy(path, "header", "the file ends within it", kDamaged);
    constexpr int kFirstInUtf8 = 3;  // NumPy writes versions 1.0 and 2.0 in Latin-1, other programs in UTF-8
    std::string text = file.read(length);
    return {major < kFirstInUtf8 ? base::to_utf8(text) : std::move(text), bytes};
}

/// a·b, or nothing where that is too large.
std::optional<std::size_t> product(std::size_t a, std::size_t b) {
    if (b != 0 && a > kMost / b) return std::nullopt;
    return a * b;
}

/// The product of all, 0 where one of them is 0; nothing where that is too large.
std::optional<std::size_t> product(const std::vector<std::size_t>& shape) {
    if (std::ranges::find(shape, std::size_t{0}) != shape.end()) return 0;
    std::optional<std::size_t> count = 1;
    for (const std::size_t size : shape) {
        if (count) count = product(*count, size);
    }
    return count;
}

/// Names of the fields, the first ones of many.
std::string names_of(const std::vector<NpyFieldText>& fields, std::string_view before = "",
                     std::string_view behind = "") {
    constexpr std::size_t kShown = 8;
    std::string names;
    std::size_t shown = 0;
    for (const NpyFieldText& field : fields) {
        if (field.name.empty()) continue;
        if (shown++ == kShown) return names + ", …";
        names += fmt::format("{}{}{}{}", names.empty() ? "" : ", ", before, field.name, behind);
    }
    return names;
}

/// How to make an array of coordinates of the fields that are numbers.
std::string fields_hint(const std::vector<NpyFieldText>& fields) {
    std::vector<NpyFieldText> columns;
    bool any_array = false;
    std::string alone;  // the first field that holds several numbers
    for (const NpyFieldText& field : fields) {
        const bool is_number = find_npy_type(field.type) != nullptr;
        const bool is_nested = field.type.empty() && !field.types.empty() && field.shape.empty() &&
                               std::ranges::all_of(field.types, find_npy_type);
        if (is_number && field.shape.size() < 2) columns.push_back(field);
        any_array = any_array || (is_number && field.shape.size() == 1);
        if (alone.empty() && (is_nested || (is_number && !field.shape.empty()))) alone = field.name;
    }
    const std::string list = names_of(columns, "a['", "']");
    const std::string stack = any_array ? "numpy.column_stack([" + list + "])" : "numpy.stack([" + list + "], axis=-1)";
    const std::string save = "numpy.save('points.npy', a['" + alone + "'])";
    const bool is_only_alone = columns.empty() || (columns.size() == 1 && columns.front().name == alone);
    if (is_only_alone && alone.empty()) return "none of its fields is a number: convert those that are coordinates";
    if (is_only_alone) return "save the field that holds coordinates: " + save;
    return "stack the fields that are coordinates: " + stack + (alone.empty() ? "" : "; or save one alone: " + save);
}

[[noreturn]] void refuse_fields(const std::filesystem::path& path, const NpyDictionary& dictionary,
                                const std::string& why) {
    refuse_npy(path, "header",
               fmt::format("structured arrays need numeric fields (a number or an array of numbers); fields: {}; {}",
                           names_of(dictionary.fields), why),
               fields_hint(dictionary.fields));
}

/// The bytes of a field that only fills room, `|V4`; nothing for others.
std::optional<std::size_t> bytes_of_room(const NpyFieldText& field) {
    if (!field.name.empty() || !field.type.starts_with("|V") || !field.shape.empty()) return std::nullopt;
    std::optional<std::size_t> bytes = 0;
    for (const char digit : field.type.substr(2)) {
        if (digit < '0' || digit > '9') return std::nullopt;
        bytes = product(*bytes, 10);
        if (!bytes || *bytes > kMost - 9) return std::nullopt;
        *bytes += static_cast<std::size_t>(digit - '0');
    }
    return bytes;
}

void add_bytes(const std::filesystem::path& path, NpyLayout& layout, std::optional<std::size_t> bytes) {
    if (!bytes || *bytes > kMost - layout.item_bytes) {
        refuse_npy(path, "header", "an item of the array is too large", kDamaged);
    }
    layout.item_bytes += *bytes;
}

void add_fields(const std::filesystem::path& path, const NpyDictionary& dictionary, NpyLayout& layout) {
    layout.structured = true;
    for (const NpyFieldText& text : dictionary.fields) {
        if (const std::optional<std::size_t> room = bytes_of_room(text)) {
            add_bytes(path, layout, room);
            continue;
        }
        if (text.type.empty()) refuse_fields(path, dictionary, fmt::format("'{}' has fields of its own", text.name));
        NpyField field = {text.name, find_npy_type(text.type), is_big_end_first(text.type), 1, layout.item_bytes};
        if (field.type == nullptr) {
            refuse_fields(path, dictionary,
                          fmt::format("'{}' is {} ('{}')", text.name, explain_npy_type(text.type).kind, text.type));
        }
        const std::optional<std::size_t> count = product(text.shape);
        add_bytes(path, layout, count ? product(*count, field.type->bytes) : std::nullopt);
        field.count = *count;
        layout.item_values += field.count;
        layout.fields.push_back(std::move(field));
    }
    if (layout.item_values == 0) refuse_fields(path, dictionary, "no field holds a number");
    if (dictionary.shape.size() > 1) {
        refuse_npy(path, "header", fmt::format("structured arrays need one axis, it has {}", dictionary.shape.size()),
                   "ravel() it first");
    }
}

void add_type(const std::filesystem::path& path, const std::string& descr, NpyLayout& layout) {
    const NpyType* const type = find_npy_type(descr);
    if (type == nullptr) {
        const UnknownNpyType unknown = explain_npy_type(descr);
        refuse_npy(
            path, "header",
            fmt::format("it holds {}: '{}' is not float16, float32, float64, an integer or bool", unknown.kind, descr),
            unknown.hint);
    }
    layout.fields = {{"", type, is_big_end_first(descr), 1, 0}};
    layout.item_bytes = type->bytes;
    layout.item_values = 1;
}

}  // namespace

void refuse_npy(const std::filesystem::path& path, const std::string& place, const std::string& why,
                const std::string& hint) {
    throw base::request_error("cannot read NPY", path.string() + (place.empty() ? "" : ", " + place), why, hint);
}

std::vector<std::size_t> NpyLayout::value_shape() const {
    std::vector<std::size_t> values = shape;
    if (structured) values.push_back(item_values);
    return values;
}

bool NpyLayout::is_single() const {
    return std::ranges::all_of(fields, [](const NpyField& field) { return field.type->single; });
}

NpyLayout read_npy_layout(const std::filesystem::path& path, InputFile& file) {
    const HeaderText text = read_header(path, file);
    const NpyDictionary dictionary = parse_npy_dictionary(path, text.text);
    NpyLayout layout;
    if (dictionary.type) {
        add_type(path, *dictionary.type, layout);
    } else {
        add_fields(path, dictionary, layout);
    }
    layout.fortran_order = dictionary.fortran_order;
    layout.shape = dictionary.shape;
    const std::optional<std::size_t> items = product(layout.shape);
    const std::optional<std::size_t> expected = items ? product(*items, layout.item_bytes) : std::nullopt;
    if (!expected) refuse_npy(path, "header", "the shape is too large", kDamaged);
    layout.items = *items;
    if (const std::uint64_t available = file.size() - text.bytes; available != *expected) {
        refuse_npy(path, "", fmt::format("its shape asks for {} bytes of values, it has {}", *expected, available),
                   kDamaged);
    }
    return layout;
}

}  // namespace scorefield::data
