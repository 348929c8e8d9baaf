#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "render/background.hpp"
#include "render/picture.hpp"

namespace scorefield::render {

/// A picture with the line under it.
struct Tile {
    Picture picture;
    std::string caption;  ///< UTF-8: `step 0 · t = 999`
};

/// Where things stand on a sheet, in pixels.
struct SheetLayout {
    std::uint32_t columns = 1;
    std::uint32_t rows = 1;
    std::uint32_t margin = 16;
    std::uint32_t title_height = 0;  ///< 0 without a title
    std::uint32_t caption_height = 28;
    std::uint32_t tile_width = 0;
    std::uint32_t tile_height = 0;

    std::uint32_t width() const { return margin + columns * (tile_width + margin); }
    std::uint32_t height() const { return margin + title_height + rows * (tile_height + caption_height + margin); }
    std::uint32_t left(std::uint32_t tile) const { return margin + tile % columns * (tile_width + margin); }
    std::uint32_t top(std::uint32_t tile) const {
        return margin + title_height + tile / columns * (tile_height + caption_height + margin);
    }
};

/// As many columns as make a sheet about half as wide again as it is high.
SheetLayout lay_out(std::uint32_t tiles, std::uint32_t tile_width, std::uint32_t tile_height, bool titled);

/// A grid of equally large pictures, row by row, under a title (may be empty), in colours that suit their background.
/// std::invalid_argument without tiles or when sizes differ.
Picture contact_sheet(const std::vector<Tile>& tiles, const std::string& title,
                      Background background = Background::dark);

}  // namespace scorefield::render
