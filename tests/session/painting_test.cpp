#include "session/painting.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <numeric>

namespace scorefield::session {
namespace {

double ink(const Painting& painting) {
    return std::accumulate(painting.cells().begin(), painting.cells().end(), 0.0);
}

// A line of length L by a brush of radius r covers 2rL + πr² cells; its rim fades symmetrically about that radius.
TEST(Painting, CoversWhatTheBrushDoes) {
    Painting painting;
    EXPECT_TRUE(painting.empty());
    painting.stroke({100, 100}, {180, 160}, 8, false);
    const double expected = 2 * 8 * 100 + std::numbers::pi * 64;
    EXPECT_NEAR(ink(painting), expected, 0.01 * expected);
    EXPECT_EQ(painting.cells()[130 * Painting::kWidth + 140], 1.0F);
    EXPECT_EQ(painting.cells()[130 * Painting::kWidth + 10], 0.0F);
}

TEST(Painting, DoesNotHeedHowOftenOrHowFastAStrokeIsDrawn) {
    Painting once;
    once.stroke({50, 60}, {250, 60}, 6, false);
    Painting often;
    for (double x = 50; x < 250; x += 10) often.stroke({x, 60}, {x + 10, 60}, 6, false);
    EXPECT_EQ(once.cells(), often.cells());
}

TEST(Painting, IsErasedByTheBrushAndCleared) {
    Painting painting;
    painting.stroke({50, 60}, {250, 60}, 6, false);
    painting.stroke({50, 60}, {250, 60}, 9, true);
    EXPECT_TRUE(painting.empty());
    painting.stroke({-100, -50}, {1000, 500}, 6, false);  // far beyond the rim
    EXPECT_FALSE(painting.empty());
    painting.clear();
    EXPECT_TRUE(painting.empty());
}

// From its centre, the board extends 4/3 to each side and 1 up and down. The first row is at the top: column 240 of 320
// is at x = (240/320)·8/3 − 4/3 = 2/3, row 60 of 240 at y = 1 − (60/240)·2 = 1/2. The brush has a radius of 8 cells,
// 0.07.
TEST(Painting, IsADataSetWhosePointsLieWhereItIsPainted) {
    Painting painting;
    painting.stroke({240, 60}, {240, 60}, 8, false);
    const data::Points points = painted_data(painting.cells())->draw(1, 0, 100);
    ASSERT_EQ(points.dim, 2U);
    for (std::size_t i = 0; i < points.count; ++i) {
        EXPECT_NEAR(points.values[2 * i], 2.0 / 3, 0.08);
        EXPECT_NEAR(points.values[2 * i + 1], 0.5, 0.08);
    }
}

}  // namespace
}  // namespace scorefield::session
