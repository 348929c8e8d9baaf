#pragma once

#include <imgui.h>

#include <string>
#include <string_view>

#include "settings/settings.hpp"

namespace scorefield::viewer {

/// Flags of a window at a fixed place without a frame.
inline constexpr ImGuiWindowFlags kFixedWindow =
    ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoMove | ImGuiWindowFlags_NoSavedSettings |
    ImGuiWindowFlags_NoFocusOnAppearing | ImGuiWindowFlags_NoScrollWithMouse;

/// A row of the panel for one setting of the table: its label, and the control that suits its kind, with the setting's
/// help as tooltip. `label` in place of the name where not empty. True when the user has chosen another value; while a
/// slider is held that is at once, or with `when_released` once it is let go.
bool control(settings::Settings& settings, std::string_view name, std::string_view label = {},
             bool when_released = false);

/// The same for a setting whose values, help or default are narrower than in the table.
bool control(settings::Settings& settings, const settings::Setting& setting, std::string_view label = {},
             bool when_released = false);

/// A checkbox for an on/off setting, with the label on its right and the setting's help as tooltip. True if the user
/// changed it.
bool checkbox(settings::Settings& settings, std::string_view name, std::string_view label);

/// True if the button was pressed.
bool button(const char* label, float width, const std::string& help, bool enabled = true);

/// The width of each of `items` items that share the rest of a row.
float share_of_row(int items);

/// The menu of a right click on the item before: reset the setting (with `resets`), or copy it as a flag. True if it
/// was reset.
bool setting_menu(settings::Settings& settings, const settings::Setting& setting, bool resets = true);

/// What the setting is, its values, its default and its flag: the tooltip of its control.
std::string help_text(const settings::Setting& setting);

/// The tooltip of the item before, wrapped.
void tooltip(const std::string& text);

/// Text at the left of a row, the next item at its right. `marked`: a dot says that the value is not the default.
void row_label(std::string_view label, const std::string& help, bool marked = false);

/// A row that only says something.
void text_row(std::string_view label, const std::string& text, const std::string& help);

}  // namespace scorefield::viewer
