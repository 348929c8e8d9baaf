#include "render/annotation.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "render/ticks.hpp"

namespace scorefield::render {
namespace {

constexpr VkExtent2D kPicture = {960, 720};
using shaders::kGlyph;

std::vector<Mark> marks_of(VkExtent2D extent, const Look& look, const Captions& captions,
                           const ScalarField* field = nullptr, const Camera2d& camera = {}) {
    Canvas canvas;
    annotate(canvas, extent, camera, look, captions, false, {.field = field});
    return canvas.marks();
}

Captions named(const std::string& across, const std::string& up) {
    Captions captions;
    captions.axes = {across, up};
    return captions;
}

std::size_t glyphs(const std::vector<Mark>& marks) {
    return static_cast<std::size_t>(std::ranges::count(marks, kGlyph, &Mark::kind));
}

/// Glyphs of the first that the second has not, at the same place.
std::vector<Mark> added_glyphs(const std::vector<Mark>& with, const std::vector<Mark>& without) {
    std::vector<Mark> added;
    for (const Mark& mark : with) {
        const bool there = std::ranges::any_of(without, [&](const Mark& other) {
            return other.kind == mark.kind && other.from == mark.from && other.uv_from == mark.uv_from;
        });
        if (mark.kind == kGlyph && !there) added.push_back(mark);
    }
    return added;
}

TEST(Annotation, NamesTheAxesAtTheirEnds) {
    const std::vector<Mark> with = marks_of(kPicture, {}, named("xyz", ""));
    const std::vector<Mark> names = added_glyphs(with, marks_of(kPicture, {}, named("", "")));
    ASSERT_EQ(names.size(), 3u);
    for (const Mark& letter : names) {
        EXPECT_GT(letter.from[0], 0.9F * kPicture.width);
        EXPECT_GT(letter.from[1], 0.95F * kPicture.height);
    }
    const std::vector<Mark> up =
        added_glyphs(marks_of(kPicture, {}, named("", "h")), marks_of(kPicture, {}, named("", "")));
    ASSERT_EQ(up.size(), 1u);
    EXPECT_LT(up[0].to[0], 0.1F * kPicture.width);
    EXPECT_LT(up[0].to[1], 0.05F * kPicture.height);
}

// Wherever ticks come to stand.
TEST(Annotation, NoLabelStandsOnAName) {
    for (double shift = 0; shift < 1; shift += 0.05) {
        const Camera2d camera{{shift, shift}, 1.3, 1};
        const std::vector<Mark> all = marks_of(kPicture, {}, named("xxxx", "y"), nullptr, camera);
        const std::vector<Mark> names = added_glyphs(all, marks_of(kPicture, {}, named("", ""), nullptr, camera));
        ASSERT_EQ(names.size(), 5u);
        for (const Mark& letter : added_glyphs(all, names)) {
            for (const Mark& name : names) {
                const bool across = letter.from[0] < name.to[0] && name.from[0] < letter.to[0];
                const bool down = letter.from[1] < name.to[1] && name.from[1] < letter.to[1];
                EXPECT_FALSE(across && down) << "at shift " << shift;
            }
        }
    }
}

TEST(Annotation, SmallPicturesWithoutAxesCanHaveAScaleBar) {
    Look look;
    look.axes = false;
    EXPECT_TRUE(marks_of({120, 100}, look, {}).empty());
    look.scale_bar = true;
    for (const VkExtent2D tile : {VkExtent2D{120, 100}, VkExtent2D{420, 420}}) {
        const Camera2d camera{{3, 4}, 80, 1};
        const std::vector<Mark> marks = marks_of(tile, look, {}, nullptr, camera);
        // The bar is as long as its label says.
        const auto bar =
            std::ranges::find_if(marks, [](const Mark& mark) { return mark.kind == 1 && mark.from[1] == mark.to[1]; });
        ASSERT_NE(bar, marks.end());
        const double length = double{bar->to[0] - bar->from[0]} * camera.pixel_size(tile);
        EXPECT_NEAR(length, round_down_125(length * 1.001), 1e-3 * length);
        EXPECT_EQ(glyphs(marks), tick_label(length, length).size());
        for (const Mark& mark : marks) {
            EXPECT_GE(std::min(mark.from[0], mark.to[0]), 0);
            EXPECT_LE(std::max(mark.from[0], mark.to[0]), static_cast<float>(tile.width));
        }
    }
}

TEST(Annotation, AFieldHasALegendWithNumbers) {
    ScalarField field;
    field.title = "error";
    const std::vector<Mark> without = marks_of(kPicture, {}, {});
    const std::vector<Mark> with = marks_of(kPicture, {}, {}, &field);
    // The title, and 0, 0.5, ≥ 1.0 (the blank has no glyph).
    EXPECT_EQ(glyphs(with) - glyphs(without), 5u + 1 + 3 + 4);
}

}  // namespace
}  // namespace scorefield::render
