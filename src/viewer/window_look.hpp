#pragma once

#include <array>

#include "settings/settings.hpp"
#include "viewer/theme.hpp"

namespace scorefield::viewer {

/// The sizes of text that the window can show: those of settings::kTextSizes, and larger ones for presenter mode.
inline constexpr std::array<int, 10> kFontPixels = {12, 13, 15, 17, 19, 22, 26, 30, 34, 38};

/// Colours and text size of the window.
struct WindowLook {
    const Theme* theme = nullptr;
    int text_pixels = 15;  ///< one of kFontPixels

    /// By which lengths beside text grow with it.
    float text_scale() const {
        constexpr float kUsual = 15;
        return static_cast<float>(text_pixels) / kUsual;
    }
    bool operator==(const WindowLook&) const = default;
};

/// What the settings say; `presents`: with the large text of presenter mode.
WindowLook window_look(const settings::Settings& settings, bool presents);

}  // namespace scorefield::viewer
