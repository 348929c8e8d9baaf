#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace scorefield::viewer {

/// What the command palette finds.
struct SearchEntry {
    std::string title;  ///< of a setting its name, of a command what it does
    std::string help;   ///< searched too, after the titles
};

/// The entries that have every word of `typed` in title or help, as their numbers; upper and lower case are the same.
/// Titles that begin with the words come first, then those that have a word that begins with them, those that contain
/// them, and the rest, each in the order of `entries`.
std::vector<std::size_t> search(const std::vector<SearchEntry>& entries, std::string_view typed);

}  // namespace scorefield::viewer
