#include "base/names.hpp"

#include <algorithm>
#include <limits>

namespace scorefield::base {
namespace {

/// Optimal string alignment distance.
std::size_t edit_distance(std::string_view a, std::string_view b) {
    const std::size_t columns = b.size() + 1;
    std::vector<std::size_t> table((a.size() + 1) * columns);
    const auto at = [&](std::size_t i, std::size_t j) -> std::size_t& { return table[i * columns + j]; };
    for (std::size_t i = 0; i <= a.size(); ++i) at(i, 0) = i;
    for (std::size_t j = 0; j <= b.size(); ++j) at(0, j) = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t replace = at(i - 1, j - 1) + (a[i - 1] == b[j - 1] ? 0 : 1);
            at(i, j) = std::min({at(i - 1, j) + 1, at(i, j - 1) + 1, replace});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
                at(i, j) = std::min(at(i, j), at(i - 2, j - 2) + 1);
            }
        }
    }
    return at(a.size(), b.size());
}

/// What names have in common whoever writes them: `Dpm++-2M` and `dpmpp_2m` are one.
std::string folded(std::string_view name) {
    std::string text = lower_case(name);
    for (char& letter : text) {
        if (letter == '-' || letter == ' ') letter = '_';
        if (letter == '+') letter = 'p';
    }
    return text;
}

/// Whether so many edits may be slips of the pen. Two or more that hit the first letter as well make another word.
bool is_slip(std::string_view name, std::string_view candidate, std::size_t edits) {
    constexpr std::size_t kShort = 3;
    constexpr std::size_t kLong = 9;
    const std::size_t most = name.size() <= kShort ? 1 : name.size() < kLong ? 2 : 3;
    return edits <= most && edits < name.size() && (edits == 1 || candidate.starts_with(name.front()));
}

}  // namespace

std::string nearest_name(std::string_view name, std::span<const std::string_view> candidates) {
    constexpr std::size_t kLongest = 64;  // longer ones are no slips of the pen, and the distance costs their square
    constexpr std::size_t kFew = 3;
    if (name.empty() || name.size() > kLongest) return {};
    const std::string wanted = folded(name);
    std::size_t longer_ones = 0;
    std::size_t best = std::numeric_limits<std::size_t>::max();
    std::string_view longer;
    std::string_view nearest;
    for (const std::string_view candidate : candidates) {
        const std::string known = folded(candidate);
        if (known == wanted) return std::string(candidate);
        if (known.starts_with(wanted) && (++longer_ones == 1 || candidate.size() < longer.size())) longer = candidate;
        const std::size_t distance = edit_distance(wanted, known);
        if (distance < best && is_slip(wanted, known, distance)) {
            best = distance;
            nearest = candidate;
        }
    }
    if (longer_ones == 0) return std::string(nearest);
    const bool telling = longer_ones == 1 || (name.size() > 1 && longer_ones <= kFew);
    return telling ? std::string(longer) : std::string();
}

std::string nearest_path(std::string_view name, std::span<const std::string_view> candidates) {
    const std::string wanted = folded(name);
    const auto found = std::ranges::find_if(candidates, [&](std::string_view candidate) {
        const std::size_t dot = candidate.rfind('.');
        return dot != std::string_view::npos && folded(candidate.substr(dot + 1)) == wanted;
    });
    return found == candidates.end() ? nearest_name(name, candidates) : std::string(*found);
}

std::string lower_case(std::string_view text) {
    std::string lower(text);
    for (char& letter : lower) {
        if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
    }
    return lower;
}

std::string join(std::span<const std::string_view> names, std::string_view separator) {
    std::string joined;
    for (const std::string_view name : names) {
        if (!joined.empty()) joined += separator;
        joined += name;
    }
    return joined;
}

std::string group_digits(std::uint64_t count) {
    std::string text = std::to_string(count);
    for (std::size_t at = text.size(); at > 3; at -= 3) text.insert(at - 3, " ");
    return text;
}

std::string known_hint(std::string_view nearest, std::span<const std::string_view> known) {
    const std::string question = nearest.empty() ? "" : "did you mean '" + std::string(nearest) + "'? ";
    return question + "known: " + join(known);
}

std::string name_hint(std::string_view name, std::span<const std::string_view> candidates) {
    return known_hint(nearest_name(name, candidates), candidates);
}

}  // namespace scorefield::base
