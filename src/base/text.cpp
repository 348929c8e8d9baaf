#include "base/text.hpp"

#include <algorithm>
#include <cstdint>

namespace scorefield::base {
namespace {

constexpr std::size_t kMostBytes = 4;  // of a UTF-8 character

/// A character, or a byte that begins none.
struct Character {
    char32_t code = 0;
    std::size_t bytes = 1;
    bool valid = false;
};

Character character_at(std::string_view text, std::size_t at) {
    const auto lead = static_cast<unsigned char>(text[at]);
    if (lead < 0x80) return {lead, 1, true};
    if (lead < 0xC2 || lead > 0xF4) return {};
    const std::size_t bytes = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    if (text.size() - at < bytes) return {};
    char32_t code = lead & (0x7FU >> bytes);
    for (std::size_t i = 1; i < bytes; ++i) {
        const auto next = static_cast<unsigned char>(text[at + i]);
        if ((next & 0xC0U) != 0x80) return {};
        code = (code << 6U) | (next & 0x3FU);
    }
    constexpr char32_t kFirst[] = {0, 0, 0x80, 0x800, 0x10000};  // of so many bytes
    const bool surrogate = code >= 0xD800 && code <= 0xDFFF;
    if (code < kFirst[bytes] || code > 0x10FFFF || surrogate) return {};
    return {code, bytes, true};
}

/// Line and paragraph separators, and marks that reorder what stands around them.
bool reorders(char32_t code) {
    return (code >= 0x2028 && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069) || code == 0x200E || code == 0x200F;
}

void append(std::string& shown, std::string_view text, std::size_t at, const Character& character, bool keep_lines) {
    const char32_t code = character.code;
    if (character.valid && code == '\n' && keep_lines) {
        shown += '\n';
    } else if (character.valid && (code == '\n' || code == '\r' || code == '\t')) {
        shown += ' ';
    } else if (!character.valid || code < 0x20 || (code >= 0x7F && code < 0xA0) || reorders(code)) {
        shown += '?';
    } else {
        shown += text.substr(at, character.bytes);
    }
}

std::string made_printable(std::string_view text, bool keep_lines) {
    std::string result;
    result.reserve(text.size());
    for (std::size_t at = 0; at < text.size();) {
        const Character character = character_at(text, at);
        append(result, text, at, character, keep_lines);
        at += character.bytes;
    }
    return result;
}

/// Bytes of the first `count` characters.
std::size_t bytes_of_first(std::string_view text, std::size_t count) {
    std::size_t at = 0;
    for (; count > 0 && at < text.size(); --count) at += character_at(text, at).bytes;
    return at;
}

/// Bytes of the last `count` characters.
std::size_t bytes_of_last(std::string_view text, std::size_t count) {
    std::size_t begin = text.size();
    for (; count > 0 && begin > 0; --count) {
        std::size_t bytes = std::min(kMostBytes, begin);
        while (bytes > 1 && character_at(text.substr(0, begin), begin - bytes).bytes != bytes) --bytes;
        begin -= bytes;
    }
    return text.size() - begin;
}

}  // namespace

std::string printable(std::string_view text) {
    return made_printable(text, false);
}

std::string printable_lines(std::string_view text) {
    return made_printable(text, true);
}

std::string shortened(std::string_view text, std::size_t most) {
    if (text.size() <= most || bytes_of_first(text, most) == text.size()) return printable(text);
    const std::size_t tail = (most - 1) / 3;
    const std::size_t head = most - 1 - tail;
    return printable(text.substr(0, bytes_of_first(text, head))) + "…" +
           printable(text.substr(text.size() - bytes_of_last(text, tail)));
}

std::string shown(std::string_view text) {
    return shortened(text, kShownCharacters);
}

}  // namespace scorefield::base
