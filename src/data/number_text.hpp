#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace scorefield::data {

/// The number that a word of a text file is, with a decimal point whatever the locale; nothing where it is none. NaN
/// and infinities come in the spellings of C, Python, R and old Microsoft libraries (nan, -nan(ind), Inf, 1.#QNAN).
/// What is too large for a double becomes the largest one, what is too small becomes 0.
std::optional<double> parse_number(std::string_view word);

/// Whether it would be a number with a point in the place of its only comma.
bool has_decimal_comma(std::string_view word);

/// Why a word is no number, and what helps.
struct NotANumber {
    std::string why;   ///< `'1,5' has a decimal comma`
    std::string hint;  ///< empty where nothing is known that helps
};
NotANumber explain_not_a_number(std::string_view word);

}  // namespace scorefield::data
