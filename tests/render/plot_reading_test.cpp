#include "render/plot_reading.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>

#include "render/plot_picture.hpp"

namespace scorefield::render {
namespace {

constexpr double kGap = std::numeric_limits<double>::quiet_NaN();

Plot plot_of(std::vector<Curve> curves) {
    return {.title = "losses, \"all\"",
            .x = {.label = "step", .low = 0, .high = 10},
            .y = {.label = "", .low = 1, .high = 100, .logarithmic = true},
            .curves = std::move(curves)};
}

// Half way between two points a logarithmic axis has their geometric mean, which pow and log give to a few roundings.
TEST(PlotReading, ReadsWhatTheAxesShow) {
    const Plot plot = plot_of({{.name = "loss", .x = {0, 4, 6, 8}, .y = {1, 100, kGap, 4}}});
    const Curve& curve = plot.curves.front();
    EXPECT_NEAR(read_curve(plot, curve, 2).value(), 10, 1e-12);
    EXPECT_NEAR(read_curve(plot, curve, 4).value(), 100, 1e-12);
    EXPECT_FALSE(read_curve(plot, curve, 5).has_value());
    EXPECT_FALSE(read_curve(plot, curve, 7).has_value());
    EXPECT_FALSE(read_curve(plot, curve, -0.1).has_value());
}

TEST(PlotReading, ReadsCurvesThatGoToTheLeft) {
    Plot plot = plot_of({{.name = "loss", .x = {8, 2}, .y = {20, 50}}});
    plot.y.logarithmic = false;
    EXPECT_NEAR(read_curve(plot, plot.curves.front(), 5).value(), 35, 1e-12);
}

TEST(PlotReading, ReadsNoLinesBetweenMarkers) {
    const Plot plot = plot_of({{.name = "states", .x = {0, 10}, .y = {1, 100}, .width = 0, .marker = 6}});
    EXPECT_FALSE(read_curve(plot, plot.curves.front(), 5).has_value());
    EXPECT_EQ(nearest_point(plot, plot.curves.front(), 0.99, 1, 200, 100, 6), 1U);
    EXPECT_FALSE(nearest_point(plot, plot.curves.front(), 0.5, 0.5, 200, 100, 6).has_value());
    EXPECT_FALSE(nearest_point(plot, {.name = "", .x = {kGap}, .y = {1}}, 0, 0, 200, 100, 6).has_value());
}

TEST(PlotReading, WritesNamedCurvesAsCsv) {
    const Plot plot = plot_of({{.name = "a, b", .x = {0.1, 1}, .y = {1.0 / 3, kGap}},
                               {.name = "", .x = {5}, .y = {5}},
                               {.name = "end", .x = {2}, .y = {HUGE_VAL}}});
    EXPECT_EQ(plot_csv(plot),
              "curve,step,\"losses, \"\"all\"\"\"\n"
              "\"a, b\",0.10000000000000001,0.33333333333333331\n"
              "\"a, b\",1,\n"
              "end,2,inf\n");
}

TEST(PlotReading, DrawsMarkersWithoutLines) {
    Canvas with;
    Canvas without;
    const Area area = {0, 0, 400, 300};
    draw_plot(with, area, plot_of({{.name = "", .x = {1, 5, 9}, .y = {2, 2, 2}, .width = 0, .marker = 6}}));
    draw_plot(without, area, plot_of({}));
    EXPECT_EQ(with.marks().size(), without.marks().size() + 3);
}

TEST(PlotReading, KeepsTheLegendOfASmallPlotInTheRowOfItsTitle) {
    const PlotStyle style = {.text = 15, .title = 15, .left = 46, .compact = true};
    const Area area = {0, 0, 300, 150};
    const Area inside = plot_inside(area, style);
    EXPECT_GT(inside.height, 100);
    Plot plot = plot_of({});
    plot.title = "λ";
    Canvas without;
    draw_plot(without, area, plot, style);
    for (const char* name : {"one", "two", "three", "four", "a name with no room beside the others"}) {
        plot.curves.push_back({.name = name, .x = {}, .y = {}});
    }
    Canvas with;
    draw_plot(with, area, plot, style);
    ASSERT_GT(with.marks().size(), without.marks().size());
    for (std::size_t i = without.marks().size(); i < with.marks().size(); ++i) {
        EXPECT_LE(with.marks()[i].to[1], static_cast<float>(inside.y));
        EXPECT_LE(with.marks()[i].to[0], static_cast<float>(inside.x + inside.width + 2));
    }
}

TEST(PlotReading, WritesAPlotAsSvg) {
    const std::string document = plot_svg(plot_of({{.name = "loss", .x = {0, 9}, .y = {2, 3}}}), 640, 480).document();
    EXPECT_NE(document.find("width=\"640\" height=\"480\""), std::string::npos) << document.substr(0, 300);
    EXPECT_NE(document.find("&quot;all&quot;"), std::string::npos) << document.substr(0, 600);
}

}  // namespace
}  // namespace scorefield::render
