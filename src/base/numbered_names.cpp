#include "base/numbered_names.hpp"

#include <fmt/format.h>

#include <charconv>

#include "base/error.hpp"

namespace scorefield::base {

NumberedNames::NumberedNames(std::string_view pattern, const std::string& where) {
    const auto refuse = [&](const std::string& why) {
        return request_error("bad file name pattern", where, why,
                             "use exactly one %d (or %04d for four digits), and %% for a percent sign");
    };
    bool numbered = false;
    for (std::size_t at = 0; at < pattern.size(); ++at) {
        std::string& part = numbered ? after_ : before_;
        if (pattern[at] != '%') {
            part += pattern[at];
            continue;
        }
        const std::string_view rest = pattern.substr(at + 1);
        const auto is_width = [&] { return rest.size() >= 3 && rest[0] == '0' && rest[1] >= '1' && rest[1] <= '9'; };
        if (rest.starts_with('%')) {
            part += '%';
            at += 1;
        } else if (numbered) {
            throw refuse("it has more than one %");
        } else if (rest.starts_with('d')) {
            numbered = true;
            at += 1;
        } else if (is_width() && rest[2] == 'd') {
            numbered = true;
            digits_ = static_cast<std::size_t>(rest[1] - '0');
            at += 3;
        } else {
            throw refuse("unsupported % conversion");
        }
    }
    if (!numbered) throw refuse("it has no %d");
}

std::string NumberedNames::name(std::uint64_t number) const {
    return fmt::format("{}{:0{}}{}", before_, number, digits_, after_);
}

std::optional<std::uint64_t> NumberedNames::number_of(std::string_view name) const {
    if (name.size() < before_.size() + after_.size() || !name.starts_with(before_) || !name.ends_with(after_)) {
        return {};
    }
    const std::string_view digits = name.substr(before_.size(), name.size() - before_.size() - after_.size());
    std::uint64_t number = 0;
    const auto [stop, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (error != std::errc() || stop != digits.data() + digits.size() || this->name(number) != name) return {};
    return number;
}

}  // namespace scorefield::base
