#include "base/text.hpp"

#include <algorithm>
#include <cstdint>
#include <utility>

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

/// Line and paragraph separators and the ranges of Unicode's format characters (category Cf), first and last code
/// point. Most are invisible or change the direction of the text, so that different texts can look the same.
constexpr std::pair<char32_t, char32_t> kFormatCharacters[] = {
    {0x00AD, 0x00AD},   {0x0600, 0x0605},   {0x061C, 0x061C},   {0x06DD, 0x06DD},   {0x070F, 0x070F},
    {0x0890, 0x0891},   {0x08E2, 0x08E2},   {0x180E, 0x180E},   {0x200B, 0x200F},   {0x2028, 0x202E},
    {0x2060, 0x206F},   {0xFEFF, 0xFEFF},   {0xFFF9, 0xFFFB},   {0x110BD, 0x110BD}, {0x110CD, 0x110CD},
    {0x13430, 0x1343F}, {0x1BCA0, 0x1BCA3}, {0x1D173, 0x1D17A}, {0xE0000, 0xE007F},
};

bool is_format_character(char32_t code) {
    return std::ranges::any_of(kFormatCharacters,
                               [code](const auto& range) { return code >= range.first && code <= range.second; });
}

void append(std::string& shown, std::string_view text, std::size_t at, const Character& character, bool keep_lines) {
    const char32_t code = character.code;
    if (character.valid && code == '\n' && keep_lines) {
        shown += '\n';
    } else if (character.valid && (code == '\n' || code == '\r' || code == '\t')) {
        shown += ' ';
    } else if (!character.valid || code < 0x20 || (code >= 0x7F && code < 0xA0) || is_format_character(code)) {
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

std::string to_utf8(std::string_view text) {
    std::size_t at = 0;
    while (at < text.size() && character_at(text, at).valid) at += character_at(text, at).bytes;
    if (at == text.size()) return std::string(text);
    std::string result;
    for (const char letter : text) {
        const auto code = static_cast<unsigned char>(letter);
        if (code < 0x80) {
            result += letter;
        } else {
            result += static_cast<char>(0xC0U | (code >> 6U));
            result += static_cast<char>(0x80U | (code & 0x3FU));
        }
    }
    return result;
}

std::string shortened(std::string_view text, std::size_t most) {
    if (text.size() <= most || bytes_of_first(text, most) == text.size()) return printable(text);
    const std::size_t tail = (most - 1) / 3;
    const std::size_t head = most - 1 - tail;
    return printable(text.substr(0, bytes_of_first(text, head))) + "…" +
           printable(text.substr(text.size() - bytes_of_last(text, tail)));
}

std::size_t characters(std::string_view text) {
    return static_cast<std::size_t>(
        std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

std::string shown(std::string_view text) {
    return shortened(text, kShownCharacters);
}

std::string with_flags(std::string_view message) {
    constexpr std::string_view kOfNames = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-";
    std::string result;
    while (!message.empty()) {
        const std::size_t open = std::min(message.find('`'), message.size());
        const std::string_view rest = message.substr(std::min(open + 1, message.size()));
        const std::size_t length = rest.find_first_not_of(kOfNames);
        result += message.substr(0, open);
        message.remove_prefix(open);
        if (message.empty()) break;
        if (length != std::string_view::npos && length > 0 && rest[length] == '`') {
            result.append(2, '-');
            result += rest.substr(0, length);
            message = rest.substr(length + 1);
        } else {
            result += '`';
            message = rest;
        }
    }
    return result;
}

}  // namespace scorefield::base
