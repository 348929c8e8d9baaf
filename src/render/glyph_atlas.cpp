#include "render/glyph_atlas.hpp"

#include <stb_truetype.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "render/font.hpp"

namespace scorefield::render {
namespace {

constexpr std::uint32_t kAtlasWidth = 1024;
constexpr std::uint32_t kSizes[] = {11, 13, 15, 18, 22, 28, 36};

/// First and last code point of what is baked.
constexpr std::pair<char32_t, char32_t> kRanges[] = {
    {0x20, 0x7E},      // ASCII
    {0xA0, 0xFF},      // Latin-1: · × ² ± °
    {0x302, 0x302},    // combining circumflex: over the letter before it
    {0x391, 0x3C9},    // Greek
    {0x1FB1, 0x1FB1},  // alpha with macron
    {0x2013, 0x2014},  // dashes
    {0x2022, 0x2022},  // bullet
    {0x2026, 0x2026},  // ellipsis
    {0x207B, 0x207B},  // superscript minus
    {0x2080, 0x2089},  // subscript digits
    {0x2190, 0x2193},  // arrows
    {0x2208, 0x2208},  // element of
    {0x2212, 0x2212},  // minus
    {0x221A, 0x221A},  // root
    {0x2248, 0x2248},  // almost equal
    {0x2260, 0x2265},  // comparisons
};

/// Places rectangles in rows from the top, and lets the image grow downwards.
class Shelves {
  public:
    explicit Shelves(GlyphAtlas& atlas) : atlas_(atlas) {}

    void place(Glyph& glyph) {
        if (x_ + glyph.width + 1 > atlas_.width) {
            x_ = 0;
            y_ += row_ + 1;
            row_ = 0;
        }
        glyph.x = x_;
        glyph.y = y_;
        x_ += glyph.width + 1;
        row_ = std::max(row_, glyph.height);
        atlas_.height = std::max(atlas_.height, y_ + row_ + 1);
        atlas_.coverage.resize(std::size_t{atlas_.width} * atlas_.height);
    }

  private:
    GlyphAtlas& atlas_;
    std::uint32_t x_ = 0;
    std::uint32_t y_ = 0;
    std::uint32_t row_ = 0;
};

Glyph bake(const stbtt_fontinfo& font, float scale, char32_t code, GlyphAtlas& atlas, Shelves& shelves) {
    const int index = stbtt_FindGlyphIndex(&font, static_cast<int>(code));
    int advance = 0;
    int bearing = 0;
    stbtt_GetGlyphHMetrics(&font, index, &advance, &bearing);
    int x0 = 0, y0 = 0, x1 = 0, y1 = 0;
    stbtt_GetGlyphBitmapBox(&font, index, scale, scale, &x0, &y0, &x1, &y1);

    Glyph glyph;
    glyph.width = static_cast<std::uint32_t>(x1 - x0);
    glyph.height = static_cast<std::uint32_t>(y1 - y0);
    glyph.left = x0;
    glyph.top = y0;
    glyph.advance = scale * static_cast<float>(advance);
    shelves.place(glyph);
    stbtt_MakeGlyphBitmap(&font, atlas.coverage.data() + std::size_t{glyph.y} * atlas.width + glyph.x, x1 - x0, y1 - y0,
                          static_cast<int>(atlas.width), scale, scale, index);
    return glyph;
}

GlyphAtlas bake_atlas() {
    stbtt_fontinfo font;
    stbtt_InitFont(&font, font_bytes().data(), 0);
    int ascent = 0, descent = 0, gap = 0;
    stbtt_GetFontVMetrics(&font, &ascent, &descent, &gap);

    GlyphAtlas atlas;
    atlas.width = kAtlasWidth;
    Shelves shelves(atlas);
    for (const std::uint32_t pixels : kSizes) {
        const float scale = stbtt_ScaleForPixelHeight(&font, static_cast<float>(pixels));
        FontSize size;
        size.pixels = pixels;
        size.ascent = static_cast<int>(std::lround(scale * static_cast<float>(ascent)));
        for (const auto& [first, last] : kRanges) {
            for (char32_t code = first; code <= last; ++code) {
                size.glyphs.emplace(code, bake(font, scale, code, atlas, shelves));
            }
        }
        atlas.sizes.push_back(std::move(size));
    }
    return atlas;
}

/// The code point at the front of `text`, which loses it; U+FFFD for bytes that are not UTF-8.
char32_t take_code_point(std::string_view& text) {
    const auto lead = static_cast<unsigned char>(text.front());
    text.remove_prefix(1);
    if (lead < 0x80) return lead;
    const std::size_t more = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : lead >= 0xC0 ? 1 : 0;
    if (more == 0 || text.size() < more) return 0xFFFD;
    char32_t code = lead & (0x3Fu >> more);
    for (std::size_t i = 0; i < more; ++i) {
        const auto next = static_cast<unsigned char>(text[i]);
        if ((next & 0xC0u) != 0x80u) return 0xFFFD;
        code = (code << 6) | (next & 0x3Fu);
    }
    text.remove_prefix(more);
    return code;
}

std::uint8_t blend(std::uint8_t below, std::uint8_t above, std::uint8_t coverage) {
    return static_cast<std::uint8_t>((below * (255 - coverage) + above * coverage + 127) / 255);
}

}  // namespace

const FontSize& GlyphAtlas::size_for(std::uint32_t pixels) const {
    const FontSize* best = &sizes.front();
    for (const FontSize& size : sizes) {
        if (size.pixels <= pixels) best = &size;
    }
    return *best;
}

const GlyphAtlas& glyph_atlas() {
    static const GlyphAtlas atlas = bake_atlas();
    return atlas;
}

std::vector<PlacedGlyph> place_text(const FontSize& size, std::string_view text) {
    std::vector<PlacedGlyph> placed;
    float pen = 0;
    while (!text.empty()) {
        const auto found = size.glyphs.find(take_code_point(text));
        const Glyph& glyph = found != size.glyphs.end() ? found->second : size.glyphs.at(U'?');
        placed.push_back({&glyph, static_cast<int>(std::lround(pen))});
        pen += glyph.advance;
    }
    return placed;
}

int text_width(const FontSize& size, std::string_view text) {
    const auto placed = place_text(size, text);
    return placed.empty() ? 0 : placed.back().pen + static_cast<int>(std::ceil(placed.back().glyph->advance));
}

void draw_text(Picture& picture, const FontSize& size, int x, int y, std::string_view text,
               std::array<std::uint8_t, 3> colour) {
    const GlyphAtlas& atlas = glyph_atlas();
    for (const auto& [glyph, pen] : place_text(size, text)) {
        for (std::uint32_t row = 0; row < glyph->height; ++row) {
            for (std::uint32_t column = 0; column < glyph->width; ++column) {
                const int px = x + pen + glyph->left + static_cast<int>(column);
                const int py = y + size.ascent + glyph->top + static_cast<int>(row);
                if (px < 0 || py < 0 || px >= static_cast<int>(picture.width) || py >= static_cast<int>(picture.height))
                    continue;
                const std::uint8_t coverage =
                    atlas.coverage[std::size_t{glyph->y + row} * atlas.width + glyph->x + column];
                std::uint8_t* pixel = picture.rgba.data() +
                                      (static_cast<std::size_t>(py) * picture.width + static_cast<std::size_t>(px)) * 4;
                for (std::size_t c = 0; c < 3; ++c) pixel[c] = blend(pixel[c], colour[c], coverage);
            }
        }
    }
}

}  // namespace scorefield::render
