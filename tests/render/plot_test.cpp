#include "render/plot.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace scorefield::render {
namespace {

constexpr Area kArea = {10, 20, 400, 300};
constexpr double kNothing = std::numeric_limits<double>::quiet_NaN();

/// What a plot draws beyond its frame, whose marks do not depend on the curves: those of one curve.
std::vector<Mark> curve_marks(Plot plot) {
    Canvas with;
    draw_plot(with, kArea, plot);
    plot.curves.clear();
    Canvas without;
    draw_plot(without, kArea, plot);
    return {with.marks().begin() + static_cast<std::ptrdiff_t>(without.marks().size()), with.marks().end()};
}

Plot plot_of(Curve curve) {
    return {.title = "",
            .x = {.label = "", .low = 0, .high = 10},
            .y = {.label = "", .low = 1, .high = 100, .logarithmic = true},
            .curves = {std::move(curve)}};
}

double length(const Mark& mark) {
    return std::hypot(double{mark.to[0] - mark.from[0]}, double{mark.to[1] - mark.from[1]});
}

TEST(Plot, PutsPointsWhereTheAxesSay) {
    const Area inside = plot_inside(kArea);
    const std::vector<Mark> marks = curve_marks(plot_of({.name = "", .x = {0, 5, 10}, .y = {1, 10, 100}}));
    ASSERT_EQ(marks.size(), 2u);
    // 10 is half way from 1 to 100 in the logarithm.
    const std::array<double, 3> across = {inside.x, inside.x + inside.width / 2, inside.x + inside.width};
    const std::array<double, 3> down = {inside.y + inside.height, inside.y + inside.height / 2, inside.y};
    for (std::size_t i = 0; i < 2; ++i) {
        EXPECT_NEAR(double{marks[i].from[0]}, across[i], 1e-3);
        EXPECT_NEAR(double{marks[i].from[1]}, down[i], 1e-3);
        EXPECT_NEAR(double{marks[i].to[0]}, across[i + 1], 1e-3);
        EXPECT_NEAR(double{marks[i].to[1]}, down[i + 1], 1e-3);
    }
}

TEST(Plot, KeepsCurvesWithinTheFrame) {
    const Area inside = plot_inside(kArea);
    // From far below on the left to far above on the right: through the middle of the frame, which it leaves again.
    const std::vector<Mark> marks = curve_marks(plot_of({.name = "", .x = {-10, 20}, .y = {1e-3, 1e5}}));
    ASSERT_EQ(marks.size(), 1u);
    EXPECT_NEAR(double{marks[0].from[1]}, inside.y + inside.height, 1e-3);
    EXPECT_NEAR(double{marks[0].to[1]}, inside.y, 1e-3);
    EXPECT_GT(double{marks[0].from[0]}, inside.x);
    EXPECT_LT(double{marks[0].to[0]}, inside.x + inside.width);
    EXPECT_THAT(curve_marks(plot_of({.name = "", .x = {-2, -1}, .y = {2, 3}})), testing::SizeIs(0));
}

TEST(Plot, LeavesOutWhatHasNoPlace) {
    const std::vector<Mark> marks =
        curve_marks(plot_of({.name = "", .x = {1, 2, 3, 4, 5, 6, 7}, .y = {2, 3, kNothing, 4, 5, -1, 6}}));
    EXPECT_EQ(marks.size(), 2u);
}

TEST(Plot, DashesHalfOfALine) {
    const Area inside = plot_inside(kArea);
    const std::vector<Mark> marks =
        curve_marks(plot_of({.name = "", .x = {0, 3, 10}, .y = {10, 10, 10}, .dashed = true}));
    double drawn = 0;
    for (const Mark& mark : marks) drawn += length(mark);
    EXPECT_NEAR(drawn, inside.width / 2, 9);  // but for a last dash or gap
    EXPECT_GT(marks.size(), 10u);
}

TEST(Plot, MarksThePointsWithinTheFrame) {
    const Area inside = plot_inside(kArea);
    Curve curve = {.name = "", .x = {-1, 5, 10}, .y = {10, 10, kNothing}, .marker = 8};
    const std::vector<Mark> marks = curve_marks(plot_of(curve));
    ASSERT_EQ(marks.size(), 2u);  // the square in the middle, and the line to it
    EXPECT_NEAR(double{marks[0].from[0]}, inside.x + inside.width / 2 - 4, 1e-3);
    EXPECT_NEAR(double{marks[0].to[1]}, inside.y + inside.height / 2 + 4, 1e-3);
}

TEST(Plot, HasLogarithmicAxesOverWhatHasAPlaceOnThem) {
    const Axis axis = logarithmic_axis("error", std::vector<double>{0.5, -1, kNothing, 0, 8, HUGE_VAL}, 2);
    EXPECT_DOUBLE_EQ(axis.low, 0.25);
    EXPECT_DOUBLE_EQ(axis.high, 16);
    EXPECT_TRUE(axis.logarithmic);
    const Axis nothing = logarithmic_axis("", {}, 2);
    EXPECT_LT(nothing.low, nothing.high);
}

TEST(Plot, KeepsCurvesBelowTheLegend) {
    Plot plot = plot_of({.name = "loss", .x = {0, 10}, .y = {100, 100}});
    leave_room_for_legend(plot, kArea.height);
    const std::vector<Mark> marks = curve_marks(plot);
    // The line, then the ground of the legend.
    EXPECT_GT(marks[0].from[1], marks[1].to[1]);
    EXPECT_LT(double{marks[0].from[1]}, plot_inside(kArea).y + 0.36 * plot_inside(kArea).height);
}

TEST(Plot, NamesCurvesInTheLegend) {
    const std::size_t unnamed = curve_marks(plot_of({.name = "", .x = {0, 1}, .y = {2, 2}})).size();
    const std::size_t named = curve_marks(plot_of({.name = "loss", .x = {0, 1}, .y = {2, 2}})).size();
    EXPECT_EQ(named, unnamed + 1 + 1 + 4);  // ground, swatch, letters
}

}  // namespace
}  // namespace scorefield::render
