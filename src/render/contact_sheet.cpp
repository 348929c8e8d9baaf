#include "render/contact_sheet.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <stdexcept>

#include "render/glyph_atlas.hpp"

namespace scorefield::render {
namespace {

std::array<std::uint8_t, 3> sheet_bytes(const Colour& colour) {
    std::array<std::uint8_t, 3> bytes{};
    for (std::size_t c = 0; c < bytes.size(); ++c)
        bytes.at(c) = static_cast<std::uint8_t>(std::lround(255 * colour.at(c)));
    return bytes;
}

std::uint32_t choose_columns(std::uint32_t tiles, std::uint32_t tile_width, std::uint32_t tile_height) {
    std::uint32_t best = 1;
    double least = 1e30;
    for (std::uint32_t columns = 1; columns <= tiles; ++columns) {
        const std::uint32_t rows = (tiles + columns - 1) / columns;
        const double shape = double(columns) * tile_width / (double(rows) * tile_height);
        const double holes = columns * rows - tiles;
        const double cost = std::abs(std::log(shape / 1.5)) + 4 * holes / tiles;
        if (cost < least) {
            least = cost;
            best = columns;
        }
    }
    return best;
}

}  // namespace

SheetLayout lay_out(std::uint32_t tiles, std::uint32_t tile_width, std::uint32_t tile_height, bool titled) {
    SheetLayout layout;
    layout.tile_width = tile_width;
    layout.tile_height = tile_height;
    layout.columns = choose_columns(tiles, tile_width, tile_height);
    layout.rows = (tiles + layout.columns - 1) / layout.columns;
    layout.title_height = titled ? 44 : 0;
    return layout;
}

Picture contact_sheet(const std::vector<Tile>& tiles, const std::string& title, Background background) {
    if (tiles.empty()) throw std::invalid_argument("a contact sheet needs a tile");
    const Palette& palette = palette_of(background);
    const Picture& first = tiles.front().picture;
    const SheetLayout layout =
        lay_out(static_cast<std::uint32_t>(tiles.size()), first.width, first.height, !title.empty());
    Picture sheet = blank_picture(layout.width(), layout.height(), palette.paper);
    const FontSize& heading = glyph_atlas().size_for(28);
    const FontSize& small = glyph_atlas().size_for(18);
    const int margin = static_cast<int>(layout.margin);
    draw_text(sheet, heading, margin, margin, title, sheet_bytes(palette.bright));
    for (std::uint32_t i = 0; i < tiles.size(); ++i) {
        const Picture& picture = tiles[i].picture;
        if (picture.width != first.width || picture.height != first.height) {
            throw std::invalid_argument("the tiles of a contact sheet must have one size");
        }
        paste(sheet, picture, layout.left(i), layout.top(i));
        const int middle = static_cast<int>(layout.left(i) + picture.width / 2);
        const int left = middle - text_width(small, tiles[i].caption) / 2;
        draw_text(sheet, small, left, static_cast<int>(layout.top(i) + picture.height + 5), tiles[i].caption,
                  sheet_bytes(palette.text));
    }
    return sheet;
}

}  // namespace scorefield::render
