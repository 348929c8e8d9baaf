#pragma once

#include <cstdint>
#include <string_view>

namespace scorefield::viewer {

/// Colours of the window, as 0xRRGGBB.
struct Theme {
    bool is_dark = true;
    std::uint32_t background = 0;  ///< of panel and timeline
    std::uint32_t surface = 0;     ///< of popups and dialogs, which lie over them
    std::uint32_t control = 0;     ///< of fields, sliders and the status bar
    std::uint32_t hovered = 0;     ///< of a control below the mouse
    std::uint32_t active = 0;      ///< of a control that is held, and of a selected row
    std::uint32_t grab = 0;        ///< of a slider; its number may stand on it
    std::uint32_t border = 0;
    std::uint32_t text = 0;
    std::uint32_t secondary = 0;  ///< text that only explains
    std::uint32_t accent = 0;     ///< marks and values; as text too
    std::uint32_t warning = 0;
    std::uint32_t error = 0;
    std::uint32_t on_colour = 0;  ///< text on accent, warning and error
};

/// That of `ui.theme`.
const Theme& theme_of(std::string_view name);

/// The contrast ratio of two colours (WCAG 2.1): 1 of equal ones, 21 of black and white.
double contrast(std::uint32_t a, std::uint32_t b);

}  // namespace scorefield::viewer
