#include "viewer/controls.hpp"

#include <fmt/format.h>
#include <imgui.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

#include "base/error.hpp"
#include "base/text.hpp"
#include "settings/command_text.hpp"
#include "viewer/number_field.hpp"
#include "viewer/setting_change.hpp"

namespace scorefield::viewer {
namespace {

constexpr float kLabelShare = 0.36f;  ///< of the row
constexpr float kDot = 0.17f;         ///< radius of the mark beside a label, in lines of text

/// Items are told apart by their settings' names.
std::string id_of(const settings::Setting& setting) {
    return "##" + std::string(setting.name);
}

bool changed_by(const NumberEdit& edit, bool when_released) {
    return when_released ? edit.released : edit.dragged;
}

/// Reads a typed text as the command line does. True when the setting has another value; what is refused leaves it.
bool take_typed(settings::Settings& settings, const settings::Setting& setting, const std::string& text) {
    const std::string before = settings::value_text(settings, setting);
    try {
        settings::assign(settings, setting, plain_number(text));
    } catch (const base::Error& error) {
        TypedNumber::current().refuse(error.what());
        return false;
    }
    return settings::value_text(settings, setting) != before;
}

/// A field with a button at each side that goes one down or up within the range.
template <class Value>
NumberEdit stepped_field(const settings::Setting& setting, ImGuiDataType type, Value* value, Value low, Value high) {
    const ImGuiStyle& style = ImGui::GetStyle();
    const float side = ImGui::GetFrameHeight();
    const std::string id = id_of(setting);
    ImGui::SetNextItemWidth(ImGui::CalcItemWidth() - 2 * (side + style.ItemInnerSpacing.x));
    NumberEdit edit = number_field(id.c_str(), type, value, type == ImGuiDataType_U64 ? "%llu" : "%u", nullptr);
    ImGui::PushButtonRepeat(true);
    const auto step = [&](const char* sign, bool possible, Value next) {
        ImGui::SameLine(0, style.ItemInnerSpacing.x);
        ImGui::BeginDisabled(!possible);
        if (ImGui::Button((sign + id).c_str(), {side, side})) {
            *value = next;
            edit.dragged = edit.released = true;
        }
        ImGui::EndDisabled();
    };
    step("-", *value > low, *value - 1);
    step("+", *value < high, *value + 1);
    ImGui::PopButtonRepeat();
    return edit;
}

/// Whole numbers: a slider as far as it is handy; without a handy end a field.
template <class Value>
NumberEdit integer_field(const settings::Setting& setting, const settings::IntegerRange& range, Value* value) {
    const ImGuiDataType type = sizeof(Value) == sizeof(std::uint64_t) ? ImGuiDataType_U64 : ImGuiDataType_U32;
    const auto low = static_cast<Value>(range.low);
    const auto most = static_cast<Value>(std::min<std::uint64_t>(range.high, std::numeric_limits<Value>::max()));
    if (range.slider_max == 0) return stepped_field(setting, type, value, low, most);
    constexpr std::uint64_t kLogarithmicFrom = 100;
    const auto high = static_cast<Value>(range.slider_max);
    const SliderEnds ends = {&low, &high, range.slider_max > kLogarithmicFrom};
    NumberEdit edit =
        number_field(id_of(setting).c_str(), type, value, type == ImGuiDataType_U64 ? "%llu" : "%u", &ends);
    if (edit.dragged) *value = std::clamp(*value, low, most);
    return edit;
}

NumberEdit real_field(const settings::Setting& setting, const settings::RealRange& range, double* value) {
    const double high = range.slider_max == 0 ? range.high : range.slider_max;
    constexpr double kSmallestShare = 1e-6;
    const bool positive = range.open_low || range.low > 0;
    const double low = positive ? std::max(range.low, high * kSmallestShare) : range.low;
    constexpr double kLogarithmicFrom = 20;
    const SliderEnds ends = {&low, &high, range.logarithmic || (positive && high > kLogarithmicFrom)};
    NumberEdit edit = number_field(id_of(setting).c_str(), ImGuiDataType_Double, value, "%.4g", &ends);
    if (edit.dragged) *value = std::clamp(*value, range.open_low ? low : range.low, range.high);
    return edit;
}

/// The value with which a ticked box starts: the default where it is a number, else the nearest value to 1.
template <class Value>
Value first_value(const settings::Setting& setting, Value low, Value high) {
    Value preset{};
    const char* const end = setting.unset.data() + setting.unset.size();
    const auto [rest, error] = std::from_chars(setting.unset.data(), end, preset);
    const bool number = error == std::errc() && rest == end;
    return std::clamp(number ? preset : Value{1}, low, high);
}

/// A number that may be absent: a box to tick before its field. True when the box has changed it.
template <class Value>
bool presence_box(const settings::Setting& setting, std::optional<Value>* value, Value first) {
    bool present = value->has_value();
    const bool changed = ImGui::Checkbox((id_of(setting) + " on").c_str(), &present);
    if (changed) *value = present ? std::optional(first) : std::nullopt;
    ImGui::SameLine();
    if (!*value) {
        ImGui::TextDisabled("%s", base::with_flags(setting.unset).c_str());
    } else {
        ImGui::SetNextItemWidth(-1);
    }
    return changed;
}

/// One of `names`; where the slot may be empty also what holds then.
bool choice_control(settings::Settings& settings, const settings::Setting& setting,
                    std::span<const std::string_view> names) {
    const settings::Slot slot = setting.slot(settings);
    const std::string current = settings::value_text(setting, slot);
    const std::string unset = setting.unset.empty() ? "default" : base::with_flags(setting.unset);
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
        const bool is_current = text == (current.empty() ? std::string(setting.unset) : current);
        if (ImGui::Selectable(text.c_str(), is_current) && !is_current) {
            settings::assign(settings, setting, text);
            changed = true;
        }
    }
    ImGui::EndCombo();
    return changed;
}

/// Whole numbers held as int, of ranges that it holds.
NumberEdit int_field(const settings::Setting& setting, const settings::IntegerRange& range, int* value) {
    auto whole = static_cast<std::uint32_t>(*value);
    NumberEdit edit = integer_field(setting, range, &whole);
    *value = static_cast<int>(whole);
    return edit;
}

NumberEdit whole_field(const settings::Slot& slot, const settings::Setting& setting,
                       const settings::IntegerRange& range) {
    if (auto* const* value = std::get_if<std::uint32_t*>(&slot)) return integer_field(setting, range, *value);
    if (auto* const* value = std::get_if<std::uint64_t*>(&slot)) return integer_field(setting, range, *value);
    if (auto* const* value = std::get_if<std::optional<int>*>(&slot)) return int_field(setting, range, &***value);
    return int_field(setting, range, std::get<int*>(slot));
}

bool number_control(settings::Settings& settings, const settings::Setting& setting, bool when_released) {
    const settings::Slot slot = setting.slot(settings);
    const settings::IntegerRange* const whole = std::get_if<settings::IntegerRange>(&setting.values);
    bool changed = false;
    if (auto* const* value = std::get_if<std::optional<int>*>(&slot)) {
        const int first = first_value(setting, static_cast<int>(whole->low), static_cast<int>(whole->high));
        changed = presence_box(setting, *value, first);
        if (!**value) return changed;
    }
    if (auto* const* value = std::get_if<std::optional<double>*>(&slot)) {
        const settings::RealRange& range = std::get<settings::RealRange>(setting.values);
        changed = presence_box(setting, *value, first_value(setting, range.low, range.high));
        if (!**value) return changed;
    }
    NumberEdit edit;
    if (whole != nullptr) {
        edit = whole_field(slot, setting, *whole);
    } else {
        auto* const* optional = std::get_if<std::optional<double>*>(&slot);
        double* const value = optional != nullptr ? &***optional : std::get<double*>(slot);
        edit = real_field(setting, std::get<settings::RealRange>(setting.values), value);
    }
    if (edit.typed) return take_typed(settings, setting, *edit.typed) || changed;
    return changed_by(edit, when_released) || changed;
}

bool toggle_control(settings::Settings& settings, const settings::Setting& setting) {
    constexpr std::array<std::string_view, 2> kNames = {"on", "off"};
    const settings::Slot slot = setting.slot(settings);
    if (auto* const* value = std::get_if<bool*>(&slot)) return ImGui::Checkbox(id_of(setting).c_str(), *value);
    return choice_control(settings, setting, kNames);
}

std::string label_of(const settings::Setting& setting) {
    std::string label(setting.name.substr(setting.name.find('.') + 1));
    std::ranges::replace(label, '_', ' ');
    std::ranges::replace(label, '-', ' ');
    return label;
}

}  // namespace

bool button(const char* label, float width, const std::string& help, bool enabled) {
    ImGui::BeginDisabled(!enabled);
    const bool pressed = ImGui::Button(label, {width, 0});
    ImGui::EndDisabled();
    tooltip(help);
    return pressed;
}

float share_of_row(int items) {
    const float gap = ImGui::GetStyle().ItemSpacing.x;
    return (ImGui::GetContentRegionAvail().x - static_cast<float>(items - 1) * gap) / static_cast<float>(items);
}

std::string help_text(const settings::Setting& setting) {
    std::string text(setting.help);
    const std::string values = settings::values_text(setting);
    const std::string by_default = settings::default_text(setting);
    if (!values.empty()) text += "\n\n" + values;
    if (!by_default.empty()) text += "\nDefault: " + by_default;
    return text + "\n--" + std::string(setting.name);
}

void tooltip(const std::string& text) {
    if (!ImGui::IsItemHovered()) return;
    ImGui::BeginTooltip();
    ImGui::PushTextWrapPos(ImGui::GetFontSize() * 22);
    ImGui::TextUnformatted(base::with_flags(text).c_str());
    ImGui::PopTextWrapPos();
    ImGui::EndTooltip();
}

bool setting_menu(settings::Settings& settings, const settings::Setting& setting, bool resets) {
    const std::string id = "menu" + id_of(setting);
    ImGui::OpenPopupOnItemClick(id.c_str(), ImGuiPopupFlags_MouseButtonRight);
    if (!ImGui::BeginPopup(id.c_str())) return false;
    bool reset = false;
    if (resets) {
        const std::string by_default = settings::default_text(setting);
        const std::string label = by_default.empty() ? "Reset" : "Reset to " + base::with_flags(by_default);
        reset = ImGui::MenuItem(label.c_str(), nullptr, false, settings::differs_from_default(settings, setting));
        if (reset) settings::reset(settings, setting);
    }
    const std::string flag = settings::flag_text(settings, setting);
    const std::string copy = flag.empty() ? "Copy as flag" : "Copy " + flag.substr(1);
    if (ImGui::MenuItem(copy.c_str(), nullptr, false, !flag.empty())) ImGui::SetClipboardText(flag.c_str() + 1);
    ImGui::EndPopup();
    return reset;
}

void row_label(std::string_view label, const std::string& help, bool marked) {
    ImGui::AlignTextToFramePadding();
    ImGui::TextUnformatted(label.data(), label.data() + label.size());
    tooltip(help);
    const float column = ImGui::GetContentRegionMax().x * kLabelShare;
    if (marked) {
        const float radius = kDot * ImGui::GetFontSize();
        const ImVec2 low = ImGui::GetItemRectMin();
        const ImVec2 high = ImGui::GetItemRectMax();
        const float most = ImGui::GetWindowPos().x + column - 1.5F * radius;
        ImGui::GetWindowDrawList()->AddCircleFilled({std::min(high.x + 2.5F * radius, most), (low.y + high.y) / 2},
                                                    radius, ImGui::GetColorU32(ImGuiCol_CheckMark));
    }
    ImGui::SameLine(column);
    ImGui::SetNextItemWidth(-1);
}

void text_row(std::string_view label, const std::string& text, const std::string& help) {
    row_label(label, help);
    ImGui::TextUnformatted(text.c_str());
    tooltip(help);
}

bool control(settings::Settings& settings, std::string_view name, std::string_view label, bool when_released) {
    return control(settings, *settings::find_setting(name), label, when_released);
}

bool control(settings::Settings& settings, const settings::Setting& setting, std::string_view label,
             bool when_released) {
    const std::string help = help_text(setting);
    ImGui::BeginGroup();
    row_label(label.empty() ? label_of(setting) : std::string(label), help,
              settings::differs_from_default(settings, setting));
    bool changed = false;
    if (const settings::Choices* choices = std::get_if<settings::Choices>(&setting.values)) {
        changed = choice_control(settings, setting, choices->names);
    } else if (std::holds_alternative<settings::Toggle>(setting.values)) {
        changed = toggle_control(settings, setting);
    } else {
        changed = number_control(settings, setting, when_released);
    }
    tooltip(help);
    ImGui::EndGroup();
    return setting_menu(settings, setting) || changed;
}

bool checkbox(settings::Settings& settings, std::string_view name, std::string_view label) {
    const settings::Setting& setting = *settings::find_setting(name);
    const bool changed =
        ImGui::Checkbox((std::string(label) + id_of(setting)).c_str(), std::get<bool*>(setting.slot(settings)));
    tooltip(help_text(setting));
    return setting_menu(settings, setting) || changed;
}

}  // namespace scorefield::viewer
