#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "render/font.hpp"
#include "render/glyph_atlas.hpp"

namespace scorefield::render {
namespace {

TEST(Font, IsATrueTypeFile) {
    const auto bytes = font_bytes();
    ASSERT_GT(bytes.size(), 100'000u);
    // The version number 1.0 that TrueType files start with.
    EXPECT_EQ((std::vector<std::uint8_t>{bytes[0], bytes[1], bytes[2], bytes[3]}),
              (std::vector<std::uint8_t>{0, 1, 0, 0}));
}

TEST(GlyphAtlas, HoldsEveryGlyphInsideAndApart) {
    const GlyphAtlas& atlas = glyph_atlas();
    std::vector<int> owners(std::size_t{atlas.width} * atlas.height, 0);
    for (const FontSize& size : atlas.sizes) {
        for (const auto& [code, glyph] : size.glyphs) {
            ASSERT_LE(glyph.x + glyph.width, atlas.width);
            ASSERT_LE(glyph.y + glyph.height, atlas.height);
            for (std::uint32_t y = 0; y < glyph.height; ++y) {
                for (std::uint32_t x = 0; x < glyph.width; ++x) {
                    ++owners[std::size_t{glyph.y + y} * atlas.width + glyph.x + x];
                }
            }
        }
    }
    EXPECT_LE(*std::max_element(owners.begin(), owners.end()), 1);
}

TEST(GlyphAtlas, DrawsTheLettersOfTheField) {
    for (const FontSize& size : glyph_atlas().sizes) {
        for (const char32_t code : U"Ag0σαᾱηελ·−→±×²₀") {
            if (code == 0) continue;
            const auto found = size.glyphs.find(code);
            ASSERT_NE(found, size.glyphs.end()) << std::uint32_t(code);
            const Glyph& glyph = found->second;
            std::uint64_t ink = 0;
            for (std::uint32_t y = 0; y < glyph.height; ++y) {
                const auto row = glyph_atlas().coverage.begin() +
                                 std::ptrdiff_t(std::size_t{glyph.y + y} * glyph_atlas().width + glyph.x);
                ink = std::accumulate(row, row + glyph.width, ink);
            }
            EXPECT_GT(ink, 200u) << std::uint32_t(code) << " at " << size.pixels;
        }
    }
}

TEST(GlyphAtlas, ChoosesTheLargestSizeThatFits) {
    EXPECT_EQ(glyph_atlas().size_for(15).pixels, 15u);
    EXPECT_EQ(glyph_atlas().size_for(17).pixels, 15u);
    EXPECT_EQ(glyph_atlas().size_for(1).pixels, 11u);
    EXPECT_EQ(glyph_atlas().size_for(1000).pixels, 36u);
}

TEST(Text, DecodesUtf8AndShowsWhatItDoesNotKnowAsAQuestionMark) {
    const FontSize& size = glyph_atlas().size_for(15);
    const Glyph* question = &size.glyphs.at(U'?');
    const auto sigma = place_text(size, "σ=1");
    ASSERT_EQ(sigma.size(), 3u);
    EXPECT_EQ(sigma[0].glyph, &size.glyphs.at(U'σ'));
    EXPECT_LT(sigma[0].pen, sigma[1].pen);
    for (const char* text : {"\xff", "\xcf", "\xe2\x88", "\xf0\x9f\x8e\x89", "字"}) {
        const auto placed = place_text(size, text);
        ASSERT_FALSE(placed.empty());
        for (const auto& glyph : placed) EXPECT_EQ(glyph.glyph, question);
    }
    EXPECT_EQ(text_width(size, ""), 0);
}

TEST(Text, PutsAccentsOverTheLetterBeforeThem) {
    const FontSize& size = glyph_atlas().size_for(36);
    EXPECT_NEAR(text_width(size, "x̂"), text_width(size, "x"), 1);  // U+0302; whole pixels
    const auto placed = place_text(size, "x̂");
    ASSERT_EQ(placed.size(), 2u);
    const int left = placed[1].pen + placed[1].glyph->left;
    EXPECT_GE(left, placed[0].pen);
    EXPECT_LE(left + static_cast<int>(placed[1].glyph->width),
              placed[0].pen + static_cast<int>(placed[0].glyph->advance));
    EXPECT_LE(placed[1].glyph->top + static_cast<int>(placed[1].glyph->height), placed[0].glyph->top);
}

TEST(Text, IsCutOffAtThePicturesEdges) {
    Picture picture{9, 7, std::vector<std::uint8_t>(9 * 7 * 4, 10)};
    draw_text(picture, glyph_atlas().size_for(36), -12, -15, "WWWWWW", {255, 255, 255});
    EXPECT_GT(*std::max_element(picture.rgba.begin(), picture.rgba.end()), 10);
    EXPECT_EQ(picture.rgba.size(), 9u * 7 * 4);
}

}  // namespace
}  // namespace scorefield::render
