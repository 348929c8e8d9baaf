#include "data/number_text.hpp"

#include <algorithm>
#include <charconv>
#include <limits>
#include <locale>
#include <sstream>

#include "base/text.hpp"

namespace scorefield::data {
namespace {

/// The largest double, or 0: std::from_chars does not say which of them a number out of range is near.
double nearest_in_range(std::string_view word) {
    std::istringstream text{std::string(word)};
    text.imbue(std::locale::classic());
    double number = 0;
    text >> number;
    return number;
}

/// `1.#QNAN`, `-1.#IND` and `1.#INF`, without the sign.
std::optional<double> microsoft_number(std::string_view word) {
    constexpr std::string_view kStart = "1.#";
    if (!word.starts_with(kStart)) return std::nullopt;
    const std::string_view kind = word.substr(kStart.size());
    if (kind.starts_with("INF")) return std::numeric_limits<double>::infinity();
    if (kind.starts_with("QNAN") || kind.starts_with("SNAN") || kind.starts_with("IND")) {
        return std::numeric_limits<double>::quiet_NaN();
    }
    return std::nullopt;
}

std::string with_point(std::string_view word) {
    std::string text(word);
    std::ranges::replace(text, ',', '.');
    return text;
}

}  // namespace

std::optional<double> parse_number(std::string_view word) {
    const bool negative = word.starts_with('-');
    if (negative || word.starts_with('+')) word.remove_prefix(1);
    if (word.empty() || word.front() == '-' || word.front() == '+') return std::nullopt;
    std::optional<double> number = microsoft_number(word);
    if (!number) {
        double value = 0;
        const auto [stop, failed] = std::from_chars(word.data(), word.data() + word.size(), value);
        if (stop != word.data() + word.size() || failed == std::errc::invalid_argument) return std::nullopt;
        number = failed == std::errc() ? value : nearest_in_range(word);
    }
    return negative ? -*number : *number;
}

bool has_decimal_comma(std::string_view word) {
    constexpr std::size_t kLongest = 40;
    return word.size() <= kLongest && std::ranges::count(word, ',') == 1 && parse_number(with_point(word));
}

NotANumber explain_not_a_number(std::string_view word) {
    const std::string shown = "'" + base::shown(word) + "'";
    if (!has_decimal_comma(word)) return {shown + " is not a number", ""};
    return {shown + " has a decimal comma", "write numbers with a decimal point: " + with_point(word)};
}

}  // namespace scorefield::data
