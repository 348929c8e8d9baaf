#pragma once

#include <fmt/format.h>

#include <concepts>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>

#include "base/text.hpp"

namespace scorefield::base {

/// Writes to standard output what a terminal can show (base::printable_lines): control characters become `?`. Text
/// that is not ours is put among our words by format_shown, or its line ends would look like ours. A reader that has
/// gone away (a closed pipe) is no error; a place that cannot be written throws base::Error (running).
void print(std::string_view text);

/// Characters of a file's name, a device's or a value's among our words.
inline constexpr std::size_t kMostInReports = 240;

/// An argument of format_shown: texts printable, on one line and short, numbers as they are.
template <class Value>
decltype(auto) as_shown(const Value& value) {
    if constexpr (std::convertible_to<const Value&, std::string_view>) {
        return base::shortened(value, kMostInReports);
    } else {
        return value;
    }
}

/// fmt::format for reports and notes: whatever stands in files, their names and the names of devices can neither write
/// control characters nor begin lines that look like ours.
template <class... Values>
std::string format_shown(fmt::format_string<const Values&...> form, const Values&... values) {
    return fmt::format(fmt::runtime(form), as_shown(values)...);
}

/// One line of JSON, in ASCII, so that print changes nothing. File names need not be UTF-8: what is not becomes U+FFFD.
std::string json_line(const nlohmann::ordered_json& json);

/// Writes `scorefield: note: TEXT` to standard error: one printable line, whatever it quotes, with the fields that it
/// names as flags (with_flags).
void note(const std::string& text);

/// The same with `scorefield: error: TEXT`.
void note_error(const std::string& text);

}  // namespace scorefield::base
