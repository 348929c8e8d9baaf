#pragma once

#include <vulkan/vulkan.h>

#include <cstdint>

namespace scorefield::viewer {

/// Whether the user has opened the panel.
struct PanelChoice {
    bool beside = true;           ///< beside the picture
    bool over = false;            ///< over the picture, in a window that is too narrow for both
    float width = 0;              ///< of the panel, in screen units at the usual text size; 0: the usual width
    bool timeline_alone = false;  ///< neither, nor the status bar: picture and timeline
    bool about = false;           ///< there are title and description of a scene
};

/// Sizes and positions of panel, status bar, timeline and picture, in pixels.
struct Layout {
    VkExtent2D window{};
    float scale = 1;             ///< pixels per screen unit at the usual text size
    bool narrow = false;         ///< the window is too narrow for the panel beside the picture
    std::uint32_t panel = 0;     ///< width of the panel; 0: hidden
    std::uint32_t left = 0;      ///< left edge of the picture: the panel's width if it is beside the picture, else 0
    std::uint32_t strip = 0;     ///< height of the status bar; 0: hidden
    std::uint32_t row = 0;       ///< height of a status bar, even if it is hidden
    std::uint32_t timeline = 0;  ///< height of the timeline under the picture; 0: hidden
    std::uint32_t about = 0;     ///< height of title and description between picture and timeline; 0: over the picture
    VkExtent2D picture{};
};

/// In a narrower window the panel first becomes narrower. If the window is too narrow for both, an open panel covers
/// the picture. `scale`: pixels of the monitor per screen unit, times the size of the text to the usual one.
Layout layout_of(VkExtent2D window, float scale, const PanelChoice& panel);

}  // namespace scorefield::viewer
