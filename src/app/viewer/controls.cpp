#include "app/viewer/controls.hpp"

#include <fmt/format.h>
#include <imgui.h>

#include <algorithm>

namespace scorefield::app {
namespace {

constexpr float kLabelShare = 0.36f;  ///< of the row

std::string help_text(const Setting& setting) {
    std::string text(setting.help);
    const std::string values = values_text(setting);
    if (!values.empty()) text += "\n\n" + values;
    return text + "\n--" + std::string(setting.name);
}

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
    const double step = 1e-3;
    const double low = range.open_low ? std::max(range.low, step) : range.low;
    const double high = range.handy_high == 0 ? range.high : range.handy_high;
    constexpr double kLogarithmicFrom = 20;
    const ImGuiSliderFlags flags = low > 0 && high > kLogarithmicFrom ? ImGuiSliderFlags_Logarithmic : 0;
    const bool changed =
        ImGui::SliderScalar(id_of(setting).c_str(), ImGuiDataType_Double, value, &low, &high, "%.3g", flags);
    if (changed) *value = std::clamp(*value, low, range.high);
    return changed_now(changed, when_released);
}

/// A number that may be absent: a box to tick before its slider.
bool optional_control(const Setting& setting, const RealRange& range, std::optional<double>* value,
                      bool when_released) {
    bool present = value->has_value();
    bool changed = ImGui::Checkbox((id_of(setting) + " on").c_str(), &present);
    if (changed) *value = present ? std::optional(std::max(1.0, range.low)) : std::nullopt;
    if (!*value) return changed;
    ImGui::SameLine();
    ImGui::SetNextItemWidth(-1);
    return real_control(setting, range, &**value, when_released) || changed;
}

bool choice_control(Settings& settings, const Setting& setting, const Choices& choices) {
    const std::string current = value_text(setting, setting.slot(settings));
    bool changed = false;
    if (!ImGui::BeginCombo(id_of(setting).c_str(), current.c_str())) return false;
    for (const std::string_view name : choices.names) {
        const std::string text(name);
        if (ImGui::Selectable(text.c_str(), text == current) && text != current) {
            assign(settings, setting, text);
            changed = true;
        }
    }
    ImGui::EndCombo();
    return changed;
}

bool number_control(Settings& settings, const Setting& setting, bool when_released) {
    const Slot slot = setting.slot(settings);
    if (const IntegerRange* range = std::get_if<IntegerRange>(&setting.values)) {
        if (auto* const* value = std::get_if<std::uint32_t*>(&slot)) {
            return integer_control(setting, *range, *value, when_released);
        }
        if (auto* const* value = std::get_if<std::uint64_t*>(&slot)) {
            return integer_control(setting, *range, *value, when_released);
        }
        auto whole = static_cast<std::uint32_t>(*std::get<int*>(slot));
        const bool changed = integer_control(setting, *range, &whole, when_released);
        *std::get<int*>(slot) = static_cast<int>(whole);
        return changed;
    }
    const RealRange& range = std::get<RealRange>(setting.values);
    if (auto* const* value = std::get_if<std::optional<double>*>(&slot)) {
        return optional_control(setting, range, *value, when_released);
    }
    return real_control(setting, range, std::get<double*>(slot), when_released);
}

std::string label_of(const Setting& setting) {
    std::string label(setting.name.substr(setting.name.find('.') + 1));
    std::ranges::replace(label, '_', ' ');
    std::ranges::replace(label, '-', ' ');
    return label;
}

}  // namespace

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
    const Setting& setting = *find_setting(name);
    const std::string help = help_text(setting);
    row_label(label.empty() ? label_of(setting) : std::string(label), help);
    bool changed = false;
    if (const Choices* choices = std::get_if<Choices>(&setting.values)) {
        changed = choice_control(settings, setting, *choices);
    } else if (std::holds_alternative<Toggle>(setting.values)) {
        changed = ImGui::Checkbox(id_of(setting).c_str(), std::get<bool*>(setting.slot(settings)));
    } else {
        changed = number_control(settings, setting, when_released);
    }
    tooltip(help);
    return changed;
}

}  // namespace scorefield::app
