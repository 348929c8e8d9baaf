#include "base/error.hpp"

#include <string_view>

namespace scorefield::base {
namespace {

/// Bytes of the UTF-8 character that starts at `at`; 0 where none does.
std::size_t character_bytes(std::string_view text, std::size_t at) {
    const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U; };
    const unsigned lead = byte(at);
    if (lead < 0x80) return 1;
    const std::size_t bytes = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    if (lead < 0xC2 || lead > 0xF4) return 0;
    for (std::size_t i = 1; i < bytes; ++i) {
        if ((byte(at + i) & 0xC0U) != 0x80) return 0;
    }
    return bytes;
}

/// What a terminal and a log can show: line ends become blanks, other control characters and broken UTF-8 `?`.
std::string printable(std::string_view text) {
    std::string shown;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t bytes = character_bytes(text, at);
        const auto c = static_cast<unsigned char>(text[at]);
        if (c == '\n' || c == '\r' || c == '\t') {
            shown += ' ';
        } else if (bytes == 0 || c < 0x20 || c == 0x7F) {
            shown += '?';
        } else {
            shown += text.substr(at, bytes);
        }
        at += bytes == 0 ? 1 : bytes;
    }
    return shown;
}

std::string one_line(const std::string& what, const std::string& where, const std::string& why,
                     const std::string& hint) {
    std::string line = what;
    if (!where.empty()) line += " (" + where + ")";
    if (!why.empty()) line += ": " + why;
    if (!hint.empty()) line += "; " + hint;
    return printable(line);
}

}  // namespace

Error::Error(Fault fault, const std::string& what, const std::string& where, const std::string& why,
             const std::string& hint)
    : std::runtime_error(one_line(what, where, why, hint)), fault_(fault) {}

Error request_error(const std::string& what, const std::string& where, const std::string& why,
                    const std::string& hint) {
    return {Fault::request, what, where, why, hint};
}

Error running_error(const std::string& what, const std::string& where, const std::string& why,
                    const std::string& hint) {
    return {Fault::running, what, where, why, hint};
}

}  // namespace scorefield::base
