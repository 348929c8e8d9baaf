#pragma once

#include <cstdint>
#include <vector>

#include "render/colour_map.hpp"

namespace scorefield::render {

/// Pixels in rows from the top, four bytes each: red, green, blue (sRGB, multiplied by alpha), alpha.
struct Picture {
    std::uint32_t width = 0;
    std::uint32_t height = 0;
    std::vector<std::uint8_t> rgba;

    bool operator==(const Picture&) const = default;
};

/// A picture of that colour alone, opaque.
Picture blank_picture(std::uint32_t width, std::uint32_t height, const Colour& colour);

/// Puts `tile` into a picture that has room for it there.
void paste(Picture& picture, const Picture& tile, std::uint32_t left, std::uint32_t top);

}  // namespace scorefield::render
