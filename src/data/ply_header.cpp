#include "data/ply_header.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "base/error.hpp"

namespace scorefield::data {
namespace {

constexpr std::pair<std::string_view, PlyType> kTypes[] = {
    {"char", PlyType::int8},      {"int8", PlyType::int8},       {"uchar", PlyType::uint8},
    {"uint8", PlyType::uint8},    {"short", PlyType::int16},     {"int16", PlyType::int16},
    {"ushort", PlyType::uint16},  {"uint16", PlyType::uint16},   {"int", PlyType::int32},
    {"int32", PlyType::int32},    {"uint", PlyType::uint32},     {"uint32", PlyType::uint32},
    {"float", PlyType::float32},  {"float32", PlyType::float32}, {"double", PlyType::float64},
    {"float64", PlyType::float64}};

constexpr std::pair<std::string_view, PlyFormat> kFormats[] = {{"ascii", PlyFormat::ascii},
                                                               {"binary_little_endian", PlyFormat::little_endian},
                                                               {"binary_big_endian", PlyFormat::big_endian}};

std::vector<std::string_view> words_of(std::string_view line) {
    constexpr std::string_view kSpace = " \t\r";
    std::vector<std::string_view> words;
    for (std::size_t begin = line.find_first_not_of(kSpace); begin != std::string_view::npos;) {
        const std::size_t end = std::min(line.find_first_of(kSpace, begin), line.size());
        words.push_back(line.substr(begin, end - begin));
        begin = line.find_first_not_of(kSpace, end);
    }
    return words;
}

class HeaderParser {
  public:
    HeaderParser(const std::filesystem::path& path, std::string_view text) : path_(path), text_(text) {}

    PlyHeader parse() {
        if (const std::vector<std::string_view> first = next_line(); first.size() != 1 || first[0] != "ply") {
            refuse_ply(path_, "", "it is not a PLY file");
        }
        read_format(next_line());
        while (true) {
            const std::vector<std::string_view> words = next_line();
            if (words.empty() || words[0] == "comment" || words[0] == "obj_info") continue;
            if (words[0] == "end_header") break;
            if (words[0] == "element") {
                add_element(words);
            } else if (words[0] == "property") {
                add_property(words);
            } else {
                fail("'" + std::string(words[0]) + "' is not known");
            }
        }
        header_.bytes = reached_;
        return std::move(header_);
    }

  private:
    [[noreturn]] void fail(const std::string& why) const { refuse_ply(path_, "line " + std::to_string(line_), why); }

    std::vector<std::string_view> next_line() {
        const std::size_t end = text_.find('\n', reached_);
        ++line_;
        if (end == std::string_view::npos) {
            refuse_ply(path_, "", text_.starts_with("ply") ? "its header does not end" : "it is not a PLY file");
        }
        const std::string_view line = text_.substr(reached_, end - reached_);
        reached_ = end + 1;
        return words_of(line);
    }

    void read_format(const std::vector<std::string_view>& words) {
        if (words.size() != 3 || words[0] != "format" || words[2] != "1.0") fail("'format … 1.0' is expected");
        const auto* const found = std::ranges::find(kFormats, words[1], &std::pair<std::string_view, PlyFormat>::first);
        if (found == std::end(kFormats)) fail("the format '" + std::string(words[1]) + "' is not known");
        header_.format = found->second;
    }

    void add_element(const std::vector<std::string_view>& words) {
        if (words.size() != 3) fail("'element NAME COUNT' is expected");
        PlyElement& element = header_.elements.emplace_back();
        element.name = words[1];
        const char* const end = words[2].data() + words[2].size();
        const auto [stop, failed] = std::from_chars(words[2].data(), end, element.count);
        if (stop != end || failed != std::errc()) fail("'" + std::string(words[2]) + "' is not a number of elements");
    }

    PlyType type(std::string_view name) const {
        const auto* const found = std::ranges::find(kTypes, name, &std::pair<std::string_view, PlyType>::first);
        if (found == std::end(kTypes)) fail("the type '" + std::string(name) + "' is not known");
        return found->second;
    }

    void add_property(const std::vector<std::string_view>& words) {
        const bool list = words.size() > 1 && words[1] == "list";
        if (words.size() != (list ? 5 : 3)) fail("'property TYPE NAME' is expected");
        if (header_.elements.empty()) fail("a property comes before the first element");
        PlyProperty property = {std::string(words.back()), type(words[words.size() - 2])};
        if (list) {
            property.length = type(words[2]);
            if (*property.length >= PlyType::float32) fail("the length of a list is not a whole number");
        }
        std::vector<PlyProperty>& properties = header_.elements.back().properties;
        if (std::ranges::find(properties, property.name, &PlyProperty::name) != properties.end()) {
            fail("the property '" + property.name + "' comes twice");
        }
        properties.push_back(std::move(property));
    }

    const std::filesystem::path& path_;
    std::string_view text_;
    std::size_t reached_ = 0;
    std::size_t line_ = 0;
    PlyHeader header_;
};

}  // namespace

std::size_t bytes_of(PlyType type) {
    constexpr std::size_t kBytes[] = {1, 1, 2, 2, 4, 4, 4, 8};
    return kBytes[static_cast<std::size_t>(type)];
}

void refuse_ply(const std::filesystem::path& path, const std::string& place, const std::string& why,
                const std::string& hint) {
    throw base::request_error("cannot read PLY", path.string() + (place.empty() ? "" : ", " + place), why, hint);
}

PlyHeader parse_ply_header(const std::filesystem::path& path, std::string_view text) {
    PlyHeader header = HeaderParser(path, text).parse();
    for (const PlyElement& element : header.elements) {
        if (element.properties.empty()) {
            refuse_ply(path, "header", "the element '" + element.name + "' has no properties");
        }
    }
    return header;
}

}  // namespace scorefield::data
