#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string_view>
#include <vector>

#include "render/picture.hpp"

namespace scorefield::render {

/// A glyph's pixels in the atlas and where they go relative to the pen on the baseline.
struct Glyph {
    std::uint32_t x = 0;
    std::uint32_t y = 0;
    std::uint32_t width = 0;
    std::uint32_t height = 0;
    int left = 0;  ///< from the pen to the first column
    int top = 0;   ///< from the baseline to the first row; negative: above
    float advance = 0;
};

/// The embedded font at one size.
struct FontSize {
    std::uint32_t pixels = 0;  ///< line height
    int ascent = 0;            ///< from the top of a line to its baseline
    std::map<char32_t, Glyph> glyphs;
};

/// Coverage (0 … 255) of Latin, Greek and the usual signs of mathematics at a few sizes, in one grey image.
struct GlyphAtlas {
    std::uint32_t width = 0;
    std::uint32_t height = 0;
    std::vector<std::uint8_t> coverage;
    std::vector<FontSize> sizes;  ///< rising

    /// The largest size of at most `pixels`, or the smallest.
    const FontSize& size_for(std::uint32_t pixels) const;
};

/// Baked by stb_truetype when first asked for.
const GlyphAtlas& glyph_atlas();

/// A glyph of a line of text with its pen at whole pixels from the line's left end.
struct PlacedGlyph {
    const Glyph* glyph;
    int pen;
};

/// UTF-8; what the atlas lacks, and invalid bytes, show as `?`.
std::vector<PlacedGlyph> place_text(const FontSize& size, std::string_view text);
int text_width(const FontSize& size, std::string_view text);

/// Blends a line of text onto a picture, its upper left corner at (x, y); what does not fit is cut off.
void draw_text(Picture& picture, const FontSize& size, int x, int y, std::string_view text,
               std::array<std::uint8_t, 3> colour);

}  // namespace scorefield::render
