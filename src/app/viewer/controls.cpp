#include "app/viewer/controls.hpp"

#include <fmt/format.h>
#include <imgui.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace scorefield::app {
namespace {

constexpr float kLabelShare = 0.36f;  ///< of the row

/// Items are told apart by their settings' names.
std::string id_of(const Setting& setting) {
    return "##" + std::string(setting.name);
}

bool changed_now(bool changed, bool when_released) {
    return when_released ? ImGui::IsItemDeactivatedAfterEdit() : changed;
}

/// Whole numbers: a slider as far as it is handy, any other value by Ctrl and click; without a handy end a field.
template <class Value>
bool integer_control(const Setting& setting, const IntegerRange& range, Value* value, bool when_released) {
    const ImGuiDataType type = sizeof(Value) == sizeof(std::uint64_t) ? ImGuiDataType_U64 : ImGuiDataType_U32;
    const std::string id = id_of(setting);
    bool changed = false;
    if (range.handy_high == 0) {
        const Value one = 1;
        changed = ImGui::InputScalar(id.c_str(), type, value, &one);
    } else {
        const Value low = static_cast<Value>(range.low);
        const Value high = static_cast<Value>(range.handy_high);
        constexpr std::uint64_t kLogarithmicFrom = 100;
        const ImGuiSliderFlags flags = range.handy_high > kLogarithmicFrom ? ImGuiSliderFlags_Logarithmic : 0;
        changed = ImGui::SliderScalar(id.c_str(), type, value, &low, &high, nullptr, flags);
    }
    if (changed) {
        const auto most = static_cast<Value>(std::min<std::uint64_t>(range.high, std::numeric_limits<Value>::max()));
        *value = std::clamp(*value, static_cast<Value>(range.low), most);
    }
    return changed_now(changed, when_released);
}

bool real_control(const Setting& setting, const RealRange& range, double* value, bool when_released) {
    const double high = range.handy_high == 0 ? range.high : range.handy_high;
    constexpr double kSmallestShare = 1e-6;
    const bool positive = range.open_low || range.low > 0;
    const double low = positive ? std::max(range.low, high * kSmallestShare) : range.low;
    constexpr double kLogarithmicFrom = 20;
    const bool logarithmic = range.logarithmic || (positive && high > kLogarithmicFrom);
    const ImGuiSliderFlags flags = logarithmic ? ImGuiSliderFlags_Logarithmic : 0;
    const bool changed =
        ImGui::SliderScalar(id_of(setting).c_str(), ImGuiDataType_Double, value, &low, &high, "%.4g", flags);
    if (changed) *value = std::clamp(*value, range.open_low ? low : range.low, range.high);
    return changed_now(changed, when_released);
}

/// What a box that is ticked starts from: the number that holds where nothing is said, else the nearest to 1.
template <class Value>
Value first_value(const Setting& setting, Value low, Value high) {
    Value preset{};
    const char* const end = setting.unset.data() + setting.unset.size();
    const auto [rest, error] = std::from_chars(setting.unset.data(), end, preset);
    const bool number = error == std::errc() && rest == end;
    return std::clamp(number ? preset : Value{1}, low, high);
}

/// A number that may be absent: a box to tick before its control. True when it has another value.
template <class Value, class Control>
bool optional_control(const Setting& setting, std::optional<Value>* value, Value first, const Control& number) {
    bool present = value->has_value();
    const bool changed = ImGui::Checkbox((id_of(setting) + " on").c_str(), &present);
    if (changed) *value = present ? std::optional(first) : std::nullopt;
    ImGui::SameLine();
    if (!*value) {
        ImGui::TextDisabled("%.*s", static_cast<int>(setting.unset.size()), setting.unset.data());
        return changed;
    }
    ImGui::SetNextItemWidth(-1);
    return number(&**value) || changed;
}

/// One of `names`; where the slot may be empty also what holds then.
bool choice_control(Settings& settings, const Setting& setting, std::span<const std::string_view> names) {
    const Slot slot = setting.slot(settings);
    const std::string current = value_text(setting, slot);
    const std::string unset(setting.unset.empty() ? "default" : setting.unset);
    bool changed = false;
    const std::string shown = current.empty() ? unset : current;
    if (!ImGui::BeginCombo(id_of(setting).c_str(), shown.c_str(), ImGuiComboFlags_HeightLarge)) return false;
    const auto clear = [&](auto* value) {
        const std::string by_default = unset + " (default)";
        if (!ImGui::Selectable(by_default.c_str(), !value->has_value()) || !value->has_value()) return;
        value->reset();
        changed = true;
    };
    if (auto* const* text = std::get_if<std::optional<std::string>*>(&slot)) clear(*text);
    if (auto* const* toggle = std::get_if<std::optional<bool>*>(&slot)) clear(*toggle);
    for (const std::string_view name : names) {
        const std::string text(name);
        if (ImGui::Selectable(text.c_str(), text == current) && text != current) {
            assign(settings, setting, text);
            changed = true;
        }
    }
    ImGui::EndCombo();
    return changed;
}

/// Whole numbers held as int, of ranges that it holds.
bool int_control(const Setting& setting, const IntegerRange& range, int* value, bool when_released) {
    auto whole = static_cast<std::uint32_t>(*value);
    const bool changed = integer_control(setting, range, &whole, when_released);
    *value = static_cast<int>(whole);
    return changed;
}

bool whole_control(const Slot& slot, const Setting& setting, const IntegerRange& range, bool when_released) {
    if (auto* const* value = std::get_if<std::uint32_t*>(&slot)) {
        return integer_control(setting, range, *value, when_released);
    }
    if (auto* const* value = std::get_if<std::uint64_t*>(&slot)) {
        return integer_control(setting, range, *value, when_released);
    }
    if (auto* const* value = std::get_if<std::optional<int>*>(&slot)) {
        const int first = first_value(setting, static_cast<int>(range.low), static_cast<int>(range.high));
        return optional_control(setting, *value, first,
                                [&](int* number) { return int_control(setting, range, number, when_released); });
    }
    return int_control(setting, range, std::get<int*>(slot), when_released);
}

bool number_control(Settings& settings, const Setting& setting, bool when_released) {
    const Slot slot = setting.slot(settings);
    if (const IntegerRange* range = std::get_if<IntegerRange>(&setting.values)) {
        return whole_control(slot, setting, *range, when_released);
    }
    const RealRange& range = std::get<RealRange>(setting.values);
    if (auto* const* value = std::get_if<std::optional<double>*>(&slot)) {
        return optional_control(setting, *value, first_value(setting, range.low, range.high),
                                [&](double* number) { return real_control(setting, range, number, when_released); });
    }
    return real_control(setting, range, std::get<double*>(slot), when_released);
}

bool toggle_control(Settings& settings, const Setting& setting) {
    constexpr std::array<std::string_view, 2> kNames = {"on", "off"};
    const Slot slot = setting.slot(settings);
    if (auto* const* value = std::get_if<bool*>(&slot)) return ImGui::Checkbox(id_of(setting).c_str(), *value);
    return choice_control(settings, setting, kNames);
}

std::string label_of(const Setting& setting) {
    std::string label(setting.name.substr(setting.name.find('.') + 1));
    std::ranges::replace(label, '_', ' ');
    std::ranges::replace(label, '-', ' ');
    return label;
}

}  // namespace

std::string help_text(const Setting& setting) {
    std::string text(setting.help);
    const std::string values = values_text(setting);
    if (!values.empty()) text += "\n\n" + values;
    return text + "\n--" + std::string(setting.name);
}

void tooltip(const std::string& text) {
    if (!ImGui::IsItemHovered()) return;
    ImGui::BeginTooltip();
    ImGui::PushTextWrapPos(ImGui::GetFontSize() * 22);
    ImGui::TextUnformatted(text.c_str());
    ImGui::PopTextWrapPos();
    ImGui::EndTooltip();
}

void row_label(std::string_view label, const std::string& help) {
    ImGui::AlignTextToFramePadding();
    ImGui::TextUnformatted(label.data(), label.data() + label.size());
    tooltip(help);
    ImGui::SameLine(ImGui::GetContentRegionMax().x * kLabelShare);
    ImGui::SetNextItemWidth(-1);
}

bool control(Settings& settings, std::string_view name, std::string_view label, bool when_released) {
    return control(settings, *find_setting(name), label, when_released);
}

bool control(Settings& settings, const Setting& setting, std::string_view label, bool when_released) {
    const std::string help = help_text(setting);
    row_label(label.empty() ? label_of(setting) : std::string(label), help);
    bool changed = false;
    if (const Choices* choices = std::get_if<Choices>(&setting.values)) {
        changed = choice_control(settings, setting, choices->names);
    } else if (std::holds_alternative<Toggle>(setting.values)) {
        changed = toggle_control(settings, setting);
    } else {
        changed = number_control(settings, setting, when_released);
    }
    tooltip(help);
    return changed;
}

}  // namespace scorefield::app
