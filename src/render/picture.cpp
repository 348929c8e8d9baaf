#include "render/picture.hpp"

#include <cmath>
#include <cstddef>
#include <cstring>

namespace scorefield::render {

Picture blank_picture(std::uint32_t width, std::uint32_t height, const Colour& colour) {
    Picture picture{width, height, std::vector<std::uint8_t>(std::size_t{width} * height * 4, 255)};
    for (std::size_t i = 0; i < picture.rgba.size(); ++i) {
        if (i % 4 < 3) picture.rgba[i] = static_cast<std::uint8_t>(std::lround(255 * colour[i % 4]));
    }
    return picture;
}

void paste(Picture& picture, const Picture& tile, std::uint32_t left, std::uint32_t top) {
    for (std::uint32_t row = 0; row < tile.height; ++row) {
        std::memcpy(picture.rgba.data() + (std::size_t{top + row} * picture.width + left) * 4,
                    tile.rgba.data() + std::size_t{row} * tile.width * 4, std::size_t{tile.width} * 4);
    }
}

}  // namespace scorefield::render
