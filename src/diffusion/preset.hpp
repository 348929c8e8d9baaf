#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>

namespace scorefield::diffusion {

/// A default that depends on other settings, in words. The code that follows the rule is that of the sampler, process
/// or spacing; tests compare the two.
struct PresetRule {
    std::string_view words;
};

/// This order of accuracy, or the number of steps where that is smaller.
struct PresetOrder {
    int most = 1;
};

/// The default of a parameter that is not set. set_preset applies the defaults that are values; help texts
/// show all defaults.
using Preset = std::variant<PresetRule, PresetOrder, bool, int, double, std::string_view>;

/// `0.5`, `on`, `midpoint`, or the words of a rule.
std::string preset_text(const Preset& preset);

/// Gives a parameter that is not set the value of the preset, if that is one.
template <class Value>
void set_preset(std::optional<Value>& parameter, const Preset& preset) {
    if (parameter) return;
    std::visit(
        [&]<class Default>(const Default& value) {
            constexpr bool kNumbers = !std::is_same_v<Value, bool> && std::is_arithmetic_v<Value> &&
                                      !std::is_same_v<Default, bool> && std::is_arithmetic_v<Default>;
            if constexpr (kNumbers) {
                parameter = static_cast<Value>(value);
            } else if constexpr (std::is_same_v<Value, Default> ||
                                 (std::is_same_v<Value, std::string> && std::is_same_v<Default, std::string_view>)) {
                parameter = Value(value);
            }
        },
        preset);
}

}  // namespace scorefield::diffusion
