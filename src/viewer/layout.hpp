#pragma once

#include <vulkan/vulkan.h>

#include <cstdint>

namespace scorefield::viewer {

/// Whether the user wants the panel.
struct PanelChoice {
    bool beside = true;  ///< beside the picture
    bool over = false;   ///< over the picture, in a window that has no room for both
};

/// Where panel, status bar and picture are, in pixels.
struct Layout {
    VkExtent2D window{};
    bool narrow = false;      ///< there is no room for the panel beside the picture
    std::uint32_t panel = 0;  ///< width; 0: not to be seen
    std::uint32_t left = 0;   ///< of the picture: the panel's width where it stands beside it, else 0
    std::uint32_t strip = 0;  ///< height of the status bar; 0: there is none
    std::uint32_t row = 0;    ///< height of a status bar, whether there is one or not
    VkExtent2D picture{};
};

/// In a window that has no room for both, the panel grows narrower, then stands over the picture when it is asked for.
/// `scale`: pixels of the monitor per screen unit.
Layout layout_of(VkExtent2D window, float scale, const PanelChoice& panel);

}  // namespace scorefield::viewer
