#pragma once

#include <algorithm>
#include <array>
#include <deque>
#include <string>
#include <string_view>
#include <utility>

#include "diffusion/sampler.hpp"
#include "settings/settings.hpp"

namespace scorefield::settings {

/// The names as the allowed values of a setting.
template <std::size_t N>
Choices choices(const std::array<std::string_view, N>& names) {
    return {{names.begin(), names.end()}};
}

/// The values of a parameter as those of its setting. What a slot holds tells whole numbers from others; no setting is
/// above diffusion::kMaxSamplerValue.
inline decltype(Setting::values) setting_values(const diffusion::ParameterValues& values, Slot (*slot)(Settings&),
                                                double slider_max) {
    if (!values.choices.empty()) return Choices{{values.choices.begin(), values.choices.end()}};
    Settings any;
    const double high = std::min(values.high, diffusion::kMaxSamplerValue);
    if (!std::holds_alternative<std::optional<int>*>(slot(any))) {
        return RealRange{values.low, high, values.open_low, slider_max};
    }
    return IntegerRange{static_cast<std::uint64_t>(values.low), static_cast<std::uint64_t>(high),
                        static_cast<std::uint64_t>(slider_max)};
}

/// Stores a text of a descriptor until the program ends. Call it only while the table of settings is built.
inline std::string_view kept(std::string text) {
    static std::deque<std::string> texts;
    return texts.emplace_back(std::move(text));
}

}  // namespace scorefield::settings
