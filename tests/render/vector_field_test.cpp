#include "render/vector_field.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <set>

#include "render/contours.hpp"

namespace scorefield::render {
namespace {

constexpr double kNoNumber = std::numeric_limits<double>::quiet_NaN();

double length_of(const WorldLine& line) {
    return std::hypot(line.to[0] - line.from[0], line.to[1] - line.from[1]);
}

VectorGrid grid_of(const Bounds& bounds, std::size_t columns, std::size_t rows, auto vector_at) {
    VectorGrid grid = {bounds, columns, rows, {}};
    grid.field.points = grid_points(bounds, columns, rows);
    for (std::size_t i = 0; i < grid.field.points.size(); i += 2) {
        const std::array<double, 2> vector = vector_at(grid.field.points[i], grid.field.points[i + 1]);
        grid.field.vectors.insert(grid.field.vectors.end(), vector.begin(), vector.end());
    }
    return grid;
}

TEST(GridPoints, BeginAndEndOnTheEdgesRowByRow) {
    const std::vector<double> points = grid_points({{-1, 2}, {3, 6}}, 3, 2);
    EXPECT_EQ(points, (std::vector<double>{-1, 2, 1, 2, 3, 2, -1, 6, 1, 6, 3, 6}));
}

TEST(ArrowPlaces, AreThoseOfTheWorldWhateverTheBounds) {
    const double cell = 0.3;
    const auto set_of = [](const std::vector<double>& places) {
        std::set<std::array<double, 2>> set;
        for (std::size_t i = 0; i < places.size(); i += 2) set.insert({places[i], places[i + 1]});
        return set;
    };
    const auto small = set_of(arrow_places({{-1.1, 0.2}, {0.7, 1.9}}, cell));
    const auto large = set_of(arrow_places({{-3.3, -2}, {4, 5.5}}, cell));
    EXPECT_TRUE(std::ranges::includes(large, small));
    // One in each cell that the bounds touch.
    EXPECT_EQ(small.size(), 7U * 7U);
}

TEST(MagnitudeScale, EndsAtARoundNumberAboveNearlyAllLengths) {
    std::vector<double> vectors;
    for (int i = 1; i <= 100; ++i) {
        vectors.push_back(0.03 * i);
        vectors.push_back(0.04 * i);  // lengths 0.05 … 5
    }
    vectors.insert(vectors.end(), {1e9, 0, kNoNumber, 1});
    const MagnitudeScale scale(vectors);
    EXPECT_EQ(scale.high(), 5);
    EXPECT_EQ(scale.place(5), 1);
    EXPECT_NEAR(scale.place(0.5), 0.5, 1e-12);
    EXPECT_EQ(scale.place(0), 0);
    EXPECT_EQ(scale.place(1e9), 1);
    const LineLegend legend = scale.legend("|v|", {ColourMap::viridis});
    ASSERT_EQ(legend.marks.size(), 3U);
    EXPECT_EQ(legend.marks[0].text, "≤ 0.05");
    EXPECT_EQ(legend.marks[1].text, "0.5");
    EXPECT_EQ(legend.marks[2].text, "≥ 5");
}

TEST(MagnitudeScale, OfNoVectorsEndsAtOne) {
    EXPECT_EQ(MagnitudeScale({}).high(), 1);
    EXPECT_EQ(MagnitudeScale(std::vector<double>{0, 0}).high(), 1);
}

TEST(Arrows, StandInTheirMiddleAndPointAlongTheVector) {
    const VectorField field = {"|v|", {1, 2, -3, 0.5, 0, 0, 7, 7}, {3, 4, -0.06, 0.08, 0, 0, kNoNumber, 1}, {}};
    const double cell = 0.5;
    const LineDrawing drawing = arrows(field, cell, {.pixel = 0.01});
    // A shaft and a head of two lines each; nothing of the vector that is 0 and of the one that is no number.
    ASSERT_EQ(drawing.lines.size(), 6U);
    for (std::size_t arrow = 0; arrow < 2; ++arrow) {
        const WorldLine& shaft = drawing.lines[3 * arrow];
        EXPECT_NEAR((shaft.from[0] + shaft.to[0]) / 2, field.points[2 * arrow], 1e-12);
        EXPECT_NEAR((shaft.from[1] + shaft.to[1]) / 2, field.points[2 * arrow + 1], 1e-12);
        const double along = std::hypot(field.vectors[2 * arrow], field.vectors[2 * arrow + 1]);
        EXPECT_NEAR((shaft.to[0] - shaft.from[0]) / length_of(shaft), field.vectors[2 * arrow] / along, 1e-12);
        EXPECT_NEAR((shaft.to[1] - shaft.from[1]) / length_of(shaft), field.vectors[2 * arrow + 1] / along, 1e-12);
        EXPECT_LT(length_of(shaft), cell);
        for (const std::size_t head : {1U, 2U}) EXPECT_EQ(drawing.lines[3 * arrow + head].from, shaft.to);
    }
    EXPECT_GT(length_of(drawing.lines[0]), length_of(drawing.lines[3]));
}

TEST(Arrows, AreFainterWhereTheyAreLessVisible) {
    const VectorField field = {"|v|", {0, 0, 1, 1, 2, 2}, {1, 0, 1, 0, 1, 0}, {1, 0.5, 0}};
    const LineDrawing drawing = arrows(field, 0.5, {.pixel = 0.01});
    ASSERT_EQ(drawing.lines.size(), 6U);
    EXPECT_NEAR(drawing.lines[3].ink.alpha, 0.5F * drawing.lines[0].ink.alpha, 1e-6F);
}

TEST(Streamlines, FollowTheField) {
    // A rotation: lines keep their radius. The grid's interpolation is off by h²/8 of the curvature, here 5e-4.
    const VectorGrid grid = grid_of({{-2, -2}, {2, 2}}, 65, 65, [](double x, double y) { return std::array{-y, x}; });
    const LineDrawing drawing = streamlines(grid, 0.25, {.pixel = 0.01});
    ASSERT_GT(drawing.lines.size(), 200U);
    for (const WorldLine& line : drawing.lines) {
        const double from = std::hypot(line.from[0], line.from[1]);
        const double to = std::hypot(line.to[0], line.to[1]);
        if (from < 0.2 || length_of(line) > 0.0501) continue;  // heads of arrows are longer than a step
        EXPECT_NEAR(from, to, 2e-3) << line.from[0] << ' ' << line.from[1];
        // Counter-clockwise, as the field.
        EXPECT_GT(line.from[0] * line.to[1] - line.from[1] * line.to[0], 0);
    }
}

TEST(Streamlines, KeepApartAndEndWhereTheFieldIsNoNumber) {
    const VectorGrid grid = grid_of({{0, 0}, {4, 2}}, 41, 21, [](double x, double /*y*/) {
        return x > 3 ? std::array{kNoNumber, 0.0} : std::array{1.0, 0.0};
    });
    const double separation = 0.2;
    const LineDrawing drawing = streamlines(grid, separation, {.pixel = 0.01});
    std::set<long> heights;
    for (const WorldLine& line : drawing.lines) {
        EXPECT_LE(line.to[0], 3.0);
        if (line.from[1] == line.to[1]) heights.insert(std::lround(line.from[1] / separation * 10));
    }
    EXPECT_GE(heights.size(), 9U);
    long before = -10;
    for (const long height : heights) {
        EXPECT_GE(height - before, 5) << "nearer than half of the separation";
        before = height;
    }
}

TEST(Contours, AreWhereTheValueIs) {
    ScalarGrid grid = {{{-1.5, -1}, {1.5, 1}}, 61, 41, {}};
    const std::vector<double> points = grid_points(grid.bounds, grid.columns, grid.rows);
    for (std::size_t i = 0; i < points.size(); i += 2) {
        grid.values.push_back(points[i] * points[i] + 2 * points[i + 1] * points[i + 1]);
    }
    const std::array levels = {ContourLevel{0.5, 1, {}}, ContourLevel{9, 1, {}}};
    const LineDrawing drawing = contours(grid, levels);
    double length = 0;
    for (const WorldLine& line : drawing.lines) {
        for (const auto& [x, y] : {line.from, line.to}) EXPECT_NEAR(x * x + 2 * y * y, 0.5, 2e-3);
        length += length_of(line);
    }
    // The ellipse of half-axes √½ and ½: its circumference by Ramanujan's formula.
    EXPECT_NEAR(length, 3.8202, 4e-3);
}

TEST(Contours, OfASaddleDoNotCross) {
    // Corners 1 and 0 in turn; the middle, 0.5, belongs to neither side alone.
    for (const double level : {0.4, 0.6}) {
        const ScalarGrid grid = {{{0, 0}, {1, 1}}, 2, 2, {1, 0, 0, 1}};
        const LineDrawing drawing = contours(grid, std::array{ContourLevel{level, 1, {}}});
        ASSERT_EQ(drawing.lines.size(), 2U);
        const auto side = [](const WorldLine& line) {
            return std::array{line.from[0] + line.from[1] < 1, line.to[0] + line.to[1] < 1};
        };
        // Above the middle's value lines cut off the corners of value 1, on the diagonal; else the others.
        const auto first = side(drawing.lines[0]);
        EXPECT_EQ(first[0] == first[1], level > 0.5);
    }
}

TEST(ScalarGrid, InterpolatesAndKeepsItsEdgeBeyond) {
    const ScalarGrid grid = {{{0, 0}, {2, 1}}, 3, 2, {0, 1, 2, 10, 11, 12}};
    EXPECT_DOUBLE_EQ(grid.at(0.5, 0), 0.5);
    EXPECT_DOUBLE_EQ(grid.at(1.5, 0.5), 6.5);
    EXPECT_DOUBLE_EQ(grid.at(-3, -3), 0);
    EXPECT_DOUBLE_EQ(grid.at(9, 9), 12);
}

}  // namespace
}  // namespace scorefield::render
