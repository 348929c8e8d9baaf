#include "data/ply_header.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <span>
#include <utility>

#include "base/error.hpp"
#include "base/names.hpp"
#include "base/text.hpp"

namespace scorefield::data {
namespace {

/// By names in small letters, without `_`, `-` and the `_t` of C.
constexpr std::pair<std::string_view, PlyType> kTypes[] = {
    {"char", PlyType::int8},
    {"int8", PlyType::int8},
    {"sbyte", PlyType::int8},
    {"signedchar", PlyType::int8},
    {"uchar", PlyType::uint8},
    {"uint8", PlyType::uint8},
    {"unit8", PlyType::uint8},
    {"byte", PlyType::uint8},
    {"ubyte", PlyType::uint8},
    {"bool", PlyType::uint8},
    {"unsignedchar", PlyType::uint8},
    {"short", PlyType::int16},
    {"int16", PlyType::int16},
    {"shortint", PlyType::int16},
    {"ushort", PlyType::uint16},
    {"uint16", PlyType::uint16},
    {"unit16", PlyType::uint16},
    {"unsignedshort", PlyType::uint16},
    {"unsignedshortint", PlyType::uint16},
    {"int", PlyType::int32},
    {"int32", PlyType::int32},
    {"integer", PlyType::int32},
    {"uint", PlyType::uint32},
    {"uint32", PlyType::uint32},
    {"unit32", PlyType::uint32},
    {"unsigned", PlyType::uint32},
    {"unsignedint", PlyType::uint32},
    {"int64", PlyType::int64},
    {"longlong", PlyType::int64},
    {"uint64", PlyType::uint64},
    {"unit64", PlyType::uint64},
    {"ulonglong", PlyType::uint64},
    {"unsignedlonglong", PlyType::uint64},
    {"half", PlyType::float16},
    {"float16", PlyType::float16},
    {"float", PlyType::float32},
    {"float32", PlyType::float32},
    {"single", PlyType::float32},
    {"double", PlyType::float64},
    {"float64", PlyType::float64},
};

/// The types of 4 bytes on one machine and 8 on another: a text does not depend on their size.
constexpr std::pair<std::string_view, PlyType> kSizelessTypes[] = {
    {"long", PlyType::int64},
    {"longint", PlyType::int64},
    {"ulong", PlyType::uint64},
    {"unsignedlong", PlyType::uint64},
};

/// What C puts before and behind the name of a type.
constexpr std::string_view kTypeBeginnings[] = {"unsigned", "signed", "long", "short", "unsignedlong", "unsignedshort"};
constexpr std::string_view kTypeEndings[] = {"char", "short", "int", "long"};

constexpr std::pair<std::string_view, PlyFormat> kFormats[] = {{"ascii", PlyFormat::ascii},
                                                               {"binary_little_endian", PlyFormat::little_endian},
                                                               {"binary_big_endian", PlyFormat::big_endian}};

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

char small(char letter) {
    return static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
}

std::vector<std::string_view> words_of(std::string_view line) {
    constexpr std::string_view kHeaderSpace = " \t\v\f";
    std::vector<std::string_view> words;
    for (std::size_t begin = line.find_first_not_of(kHeaderSpace); begin != std::string_view::npos;) {
        const std::size_t end = std::min(line.find_first_of(kHeaderSpace, begin), line.size());
        words.push_back(line.substr(begin, end - begin));
        begin = line.find_first_not_of(kHeaderSpace, end);
    }
    return words;
}

/// A type's name as the tables have it.
std::string plain_type_name(std::string_view word) {
    constexpr std::string_view kCEnding = "_t";
    if (word.ends_with(kCEnding)) word.remove_suffix(kCEnding.size());
    std::string name;
    for (const char letter : word) {
        if (letter != '_' && letter != '-') name += small(letter);
    }
    return name;
}

class HeaderParser {
  public:
    HeaderParser(const std::filesystem::path& path, std::string_view text) : path_(path), text_(text) {}

    PlyHeader parse() {
        if (text_.starts_with(kByteOrderMark)) reached_ = kByteOrderMark.size();
        if (text_.size() < reached_ + 3 || !same_ply_name(text_.substr(reached_, 3), "ply")) not_a_ply_file();
        if (const std::vector<std::string_view> first = next_line(); first.size() != 1 || first[0].size() != 3) {
            not_a_ply_file();
        }
        while (true) {
            const std::vector<std::string_view> words = next_line();
            if (words.empty() || same_ply_name(words[0], "obj_info")) continue;
            if (same_ply_name(words[0], "end_header")) break;
            if (same_ply_name(words[0], "comment")) {
                read_comment(words);
            } else if (same_ply_name(words[0], "format")) {
                read_format(words);
            } else if (same_ply_name(words[0], "element")) {
                add_element(words);
            } else if (same_ply_name(words[0], "property")) {
                add_property(words);
            } else {
                fail("'" + std::string(words[0]) + "' is unknown");
            }
        }
        if (!format_) refuse_ply(path_, "header", "it has no line 'format … 1.0'");
        header_.format = *format_;
        if (header_.format != PlyFormat::ascii && sizeless_line_ > 0) {
            refuse_ply(path_, "line " + std::to_string(sizeless_line_),
                       "the size of 'long' is ambiguous (4 or 8 bytes)", "replace it by int32 or int64 in the header");
        }
        header_.bytes = reached_;
        return std::move(header_);
    }

  private:
    [[noreturn]] void fail(const std::string& why) const { refuse_ply(path_, "line " + std::to_string(line_), why); }
    [[noreturn]] void not_a_ply_file() const { refuse_ply(path_, "", "it is not a PLY file"); }

    std::vector<std::string_view> next_line() {
        const std::size_t end = text_.find_first_of("\r\n", reached_);
        ++line_;
        if (end == std::string_view::npos) refuse_ply(path_, "", "its header does not end");
        std::vector<std::string_view> words = words_of(text_.substr(reached_, end - reached_));
        reached_ = end + 1;
        if (text_[end] == '\n') return words;
        const bool pair = text_.substr(reached_).starts_with('\n');
        // A binary body may begin with the byte of a LF.
        const bool last = words.size() == 1 && same_ply_name(words[0], "end_header");
        if (pair && !(last && lone_)) ++reached_;
        lone_ = !pair;
        return words;
    }

    void read_comment(const std::vector<std::string_view>& words) {
        if (words.size() != 4 || base::join(std::span(words).subspan(1, 2), " ") != kPlyDimensions) return;
        if (words[3] == "1" || words[3] == "2") header_.dimensions = static_cast<std::size_t>(words[3][0] - '0');
    }

    void read_format(const std::vector<std::string_view>& words) {
        if (words.size() != 3) fail("expected 'format … 1.0'");
        if (words[2] != "1.0") read_other_version(words[2]);
        if (format_) fail("the format comes twice");
        const auto* const found =
            std::ranges::find_if(kFormats, [&](const auto& format) { return same_ply_name(format.first, words[1]); });
        if (found == std::end(kFormats)) fail("the format '" + std::string(words[1]) + "' is unknown");
        format_ = found->second;
    }

    /// PLY has no version other than 1.0; files that name another 1.x are written in the same format.
    void read_other_version(std::string_view version) {
        const bool is_minor =
            version.size() == 3 && version.starts_with("1.") && version[2] >= '0' && version[2] <= '9';
        if (!is_minor && version != "1") {
            fail("format version '" + base::shown(version) + "' is unknown, expected 'format … 1.0'");
        }
        header_.remarks.push_back("its format version " + std::string(version) + " is read as 1.0");
    }

    void add_element(const std::vector<std::string_view>& words) {
        if (words.size() < 3) fail("expected 'element NAME COUNT'");
        const std::string_view count = words.back();
        PlyElement& element = header_.elements.emplace_back();
        element.name = base::join(std::span(words).subspan(1, words.size() - 2), " ");
        const auto [stop, failed] = std::from_chars(count.data(), count.data() + count.size(), element.count);
        if (stop != count.data() + count.size() || failed != std::errc()) {
            fail("'" + std::string(count) + "' is not a number of elements");
        }
    }

    /// The type that begins with word `next`, which becomes the word behind it. A name is left.
    PlyType take_type(const std::vector<std::string_view>& words, std::size_t& next) {
        if (next + 1 >= words.size()) fail("expected 'property TYPE NAME'");
        const std::size_t first = next++;
        std::string name = plain_type_name(words[first]);
        while (next + 1 < words.size() && std::ranges::find(kTypeBeginnings, name) != std::end(kTypeBeginnings) &&
               std::ranges::find(kTypeEndings, plain_type_name(words[next])) != std::end(kTypeEndings)) {
            name += plain_type_name(words[next++]);
        }
        const auto is_named = [&](const auto& type) { return type.first == name; };
        if (const auto* const found = std::ranges::find_if(kTypes, is_named); found != std::end(kTypes)) {
            return found->second;
        }
        const auto* const sizeless = std::ranges::find_if(kSizelessTypes, is_named);
        if (sizeless == std::end(kSizelessTypes)) {
            refuse_ply(path_, "line " + std::to_string(line_),
                       "the type '" + base::shown(words[first]) + "' is unknown",
                       "known: char, uchar, short, ushort, int, uint, int64, uint64, half, float, double");
        }
        if (sizeless_line_ == 0) sizeless_line_ = line_;
        return sizeless->second;
    }

    void add_property(const std::vector<std::string_view>& words) {
        if (header_.elements.empty()) fail("a property comes before the first element");
        const bool list = words.size() > 1 && same_ply_name(words[1], "list");
        PlyProperty property;
        std::size_t next = list ? 2 : 1;
        if (list) property.length = take_type(words, next);
        property.type = take_type(words, next);
        property.name = base::join(std::span(words).subspan(next), " ");
        header_.elements.back().properties.push_back(std::move(property));
    }

    const std::filesystem::path& path_;
    std::string_view text_;
    std::size_t reached_ = 0;
    std::size_t line_ = 0;
    bool lone_ = false;  ///< the last CR that ended a line had no LF behind it
    std::size_t sizeless_line_ = 0;
    std::optional<PlyFormat> format_;
    PlyHeader header_;
};

}  // namespace

std::size_t bytes_of(PlyType type) {
    constexpr std::size_t kBytes[] = {1, 1, 2, 2, 4, 4, 8, 8, 2, 4, 8};
    return kBytes[static_cast<std::size_t>(type)];
}

void refuse_ply(const std::filesystem::path& path, const std::string& place, const std::string& why,
                const std::string& hint) {
    throw base::request_error("cannot read PLY", path.string() + (place.empty() ? "" : ", " + place), why, hint);
}

bool same_ply_name(std::string_view a, std::string_view b) {
    return std::ranges::equal(a, b, {}, small, small);
}

PlyHeader parse_ply_header(const std::filesystem::path& path, std::string_view text) {
    return HeaderParser(path, text).parse();
}

}  // namespace scorefield::data
