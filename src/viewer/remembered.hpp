#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "settings/settings.hpp"

namespace scorefield::viewer {

/// Where a window stands on the desktop, in screen coordinates.
struct WindowPlace {
    int left = 0;
    int top = 0;

    bool operator==(const WindowPlace&) const = default;
};

/// What is remembered of the window between starts, and nothing of what it shows.
struct RememberedWindow {
    std::optional<WindowPlace> place;  ///< none: the desktop chooses
    std::uint32_t width = 0;           ///< in screen coordinates; 0: as without memory
    std::uint32_t height = 0;
    bool panel = true;      ///< beside the picture
    float panel_width = 0;  ///< as PanelChoice::width
    std::string theme;      ///< as Settings::theme; empty: as without memory
    std::string text_size;  ///< as Settings::text_size; likewise

    bool operator==(const RememberedWindow&) const = default;
};

/// The user's folder of configurations: $XDG_CONFIG_HOME/scorefield, else $HOME/.config/scorefield, else empty.
std::filesystem::path configuration_folder();

/// What the folder remembers; nothing, and the reason in `note`, where that is damaged or cannot be trusted.
RememberedWindow read_remembered(const std::filesystem::path& folder, std::string& note);

/// Replaces what the folder remembers. Throws base::Error (running) as base::PrivateFolder.
void write_remembered(const std::filesystem::path& folder, const RememberedWindow& window);

/// Takes size, theme and text size over into the settings that neither flags nor scene have given.
void take_remembered(const RememberedWindow& window, settings::Request& request);

}  // namespace scorefield::viewer
