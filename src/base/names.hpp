#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace scorefield::base {

/// The candidate with the smallest edit distance to `name` (insert, delete, replace, swap of neighbours); empty when
/// none is close enough to be a plausible slip of the pen, nor a name of more than 64 bytes.
std::string nearest_name(std::string_view name, std::span<const std::string_view> candidates);

/// The text with its ASCII letters in lower case.
std::string lower_case(std::string text);

/// `a, b, c`.
std::string join(std::span<const std::string_view> names, std::string_view separator = ", ");

/// A count with its digits in groups of three: `1 000 000`.
std::string group_digits(std::uint64_t count);

/// A hint for a name that is none of `candidates`: `did you mean 'ddim'? known: ddpm, ddim`.
std::string name_hint(std::string_view name, std::span<const std::string_view> candidates);

}  // namespace scorefield::base
