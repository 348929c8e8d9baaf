#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace scorefield::base {

/// Characters of a foreign value that `shown` keeps.
inline constexpr std::size_t kShownCharacters = 40;

/// What a terminal and a log can show on one line: line ends and tabs become blanks; other control characters (C0, DEL,
/// C1), format characters (category Cf, most of them invisible) and bytes that are not UTF-8
/// become `?`.
std::string printable(std::string_view text);

/// The same of a text of many lines, which keeps its line ends.
std::string printable_lines(std::string_view text);

/// Converts to UTF-8. Text that is valid UTF-8 is returned unchanged; otherwise every byte is read as one ISO 8859-1
/// character.
std::string to_utf8(std::string_view text);

/// `text`, printable, in at most `most` characters (3 or more): the middle of a longer one becomes `…`. Takes no longer
/// for a long text than for a short one.
std::string shortened(std::string_view text, std::size_t most);

/// Characters of UTF-8 text.
std::size_t characters(std::string_view text);

/// A value, key or name out of somebody else's file, as messages and reports show it: printable, of at most
/// kShownCharacters characters.
std::string shown(std::string_view text);

/// The flags of the command line for the fields that a message names in back quotes: `sampler.eta` becomes
/// --sampler.eta.
std::string with_flags(std::string_view message);

}  // namespace scorefield::base
