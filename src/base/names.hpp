#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace scorefield::base {

/// The candidate that `name` most probably means: first one that differs only in capitals or in how words are joined
/// (`-` for `_`, `+` for `p`); then one that begins with it, unless many do; then that of the fewest edits (insert,
/// delete, replace, swap of neighbours). Empty where these are too many for slips of the pen: more than 1 of up to 3
/// letters, 2 of up to 8, 3 of more; and for a name of more than 64 bytes.
std::string nearest_name(std::string_view name, std::span<const std::string_view> candidates);

/// The same for names with dots, as those of flags. A candidate that has `name` as its last part comes first:
/// `sampler.eta` for `eta`.
std::string nearest_path(std::string_view name, std::span<const std::string_view> candidates);

/// The text with its ASCII letters in lower case.
std::string lower_case(std::string_view text);

/// `a, b, c`.
std::string join(std::span<const std::string_view> names, std::string_view separator = ", ");

/// A count with its digits in groups of three: `1 000 000`.
std::string group_digits(std::uint64_t count);

/// `did you mean 'ddim'? known: ddpm, ddim`, without the question if `nearest` is empty.
std::string known_hint(std::string_view nearest, std::span<const std::string_view> known);

/// A hint for a name that is none of `candidates`: `did you mean 'ddim'? known: ddpm, ddim`.
std::string name_hint(std::string_view name, std::span<const std::string_view> candidates);

}  // namespace scorefield::base
