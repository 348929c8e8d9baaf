#pragma once

#include <imgui.h>

#include <cstdint>

namespace scorefield::viewer {

/// A colour 0xRRGGBB of a theme for Dear ImGui.
inline ImU32 screen_colour(std::uint32_t rgb, std::uint32_t alpha = 0xFF) {
    return IM_COL32(rgb >> 16U & 0xFFU, rgb >> 8U & 0xFFU, rgb & 0xFFU, alpha);
}

}  // namespace scorefield::viewer
