#include "render/contact_sheet.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <stdexcept>

#include "tests/render/pictures.hpp"

namespace scorefield::render {
namespace {

Picture cut(const Picture& sheet, std::uint32_t left, std::uint32_t top, std::uint32_t width, std::uint32_t height) {
    Picture part{width, height, {}};
    for (std::uint32_t y = 0; y < height; ++y) {
        const auto row = sheet.rgba.begin() + std::ptrdiff_t((std::size_t{top + y} * sheet.width + left) * 4);
        part.rgba.insert(part.rgba.end(), row, row + std::ptrdiff_t{width} * 4);
    }
    return part;
}

bool has_ink(const Picture& picture) {
    return std::any_of(picture.rgba.begin(), picture.rgba.end(), [](std::uint8_t v) { return v > 100 && v < 255; });
}

TEST(ContactSheet, HoldsEveryPictureUntouchedWithItsCaptionBelow) {
    std::vector<Tile> tiles;
    for (unsigned i = 0; i < 7; ++i) tiles.push_back({random_picture(90, 40, i), "step " + std::to_string(i)});
    const Picture sheet = contact_sheet(tiles, "A title");
    const SheetLayout layout = lay_out(7, 90, 40, true);
    ASSERT_EQ(sheet.width, layout.width());
    ASSERT_EQ(sheet.height, layout.height());
    EXPECT_EQ(layout.rows, 4u);
    EXPECT_EQ(layout.columns, 2u);
    for (std::uint32_t i = 0; i < 7; ++i) {
        EXPECT_EQ(cut(sheet, layout.left(i), layout.top(i), 90, 40), tiles[i].picture) << i;
        EXPECT_TRUE(has_ink(cut(sheet, layout.left(i), layout.top(i) + 40, 90, layout.caption_height))) << i;
    }
    EXPECT_TRUE(has_ink(cut(sheet, layout.margin, layout.margin, 100, layout.title_height)));
    // The place of the eighth picture stays empty.
    EXPECT_FALSE(has_ink(cut(sheet, layout.left(7), layout.top(7), 90, 40)));
}

TEST(ContactSheet, KeepsAMarginAroundEverything) {
    const Picture white{50, 20, std::vector<std::uint8_t>(50 * 20 * 4, 255)};
    const Picture sheet = contact_sheet({{white, ""}, {white, ""}}, "");
    const SheetLayout layout = lay_out(2, 50, 20, false);
    EXPECT_FALSE(has_ink(cut(sheet, 0, 0, sheet.width, layout.margin)));
    EXPECT_FALSE(has_ink(cut(sheet, 0, 0, layout.margin, sheet.height)));
    EXPECT_FALSE(has_ink(cut(sheet, sheet.width - layout.margin, 0, layout.margin, sheet.height)));
}

TEST(ContactSheet, SuitsTheBackgroundOfItsPictures) {
    const Picture sheet = contact_sheet({{random_picture(90, 40, 1), "step 1"}}, "A title", Background::light);
    const SheetLayout layout = lay_out(1, 90, 40, true);
    const Picture title = cut(sheet, layout.margin, layout.margin, 90, layout.title_height - layout.margin);
    const auto [darkest, brightest] = std::minmax_element(title.rgba.begin(), title.rgba.end());
    EXPECT_LT(*darkest, 40);
    EXPECT_GT(title.rgba[0], 240);
}

TEST(ContactSheet, ChoosesAGridWithoutManyHoles) {
    EXPECT_EQ(lay_out(10, 400, 360, true).columns, 5u);
    EXPECT_EQ(lay_out(12, 400, 400, true).columns, 4u);
    EXPECT_EQ(lay_out(1, 400, 400, true).columns, 1u);
}

TEST(ContactSheet, RefusesNoTilesAndUnequalSizes) {
    EXPECT_THROW(contact_sheet({}, "x"), std::invalid_argument);
    EXPECT_THROW(contact_sheet({{random_picture(4, 4, 1), ""}, {random_picture(4, 5, 1), ""}}, ""),
                 std::invalid_argument);
}

}  // namespace
}  // namespace scorefield::render
