#include "render/camera.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <random>
#include <vector>

namespace scorefield::render {
namespace {

TEST(Camera, WorldToPixelAndBackIsTheIdentity) {
    std::mt19937 random(1);
    std::uniform_real_distribution<double> place(-5, 5);
    std::uniform_int_distribution<std::uint32_t> size(1, 2000);
    for (int i = 0; i < 100; ++i) {
        const VkExtent2D extent{size(random), size(random)};
        const Camera2d camera{
            {place(random), place(random)}, 0.1 + std::abs(place(random)), 0.5 + std::abs(place(random))};
        const std::array<double, 2> world = {place(random), place(random)};
        const auto back = camera.to_world(extent, camera.to_pixel(extent, world));
        // A handful of roundings at pixel values of at most 1e6.
        EXPECT_NEAR(back[0], world[0], 1e-9);
        EXPECT_NEAR(back[1], world[1], 1e-9);
    }
}

TEST(Camera, ShowsYUpwardsWithTheCentreInTheMiddle) {
    const Camera2d camera{{2, 3}, 1, 1};
    const VkExtent2D extent{400, 200};
    EXPECT_EQ(camera.to_pixel(extent, {2, 3}), (std::array<double, 2>{200, 100}));
    EXPECT_EQ(camera.to_pixel(extent, {2, 4}), (std::array<double, 2>{200, 0}));
    EXPECT_EQ(camera.to_pixel(extent, {4, 3}), (std::array<double, 2>{400, 100}));
    EXPECT_EQ(camera.visible(extent), (Bounds{{0, 2}, {4, 4}}));
}

TEST(Camera, ZoomKeepsThePointUnderThePointer) {
    const VkExtent2D extent{640, 360};
    Camera2d camera{{0.3, -0.2}, 2, 1};
    const std::array<double, 2> pixel = {500, 40};
    const auto before = camera.to_world(extent, pixel);
    camera.zoom_at(extent, pixel, 3.7);
    const auto after = camera.to_world(extent, pixel);
    EXPECT_DOUBLE_EQ(camera.zoom, 3.7);
    EXPECT_NEAR(after[0], before[0], 1e-12);
    EXPECT_NEAR(after[1], before[1], 1e-12);
}

TEST(Camera, ZoomStaysWithinItsRange) {
    Camera2d camera;
    for (int i = 0; i < 100; ++i) camera.zoom_at({10, 10}, {3, 3}, 10);
    EXPECT_EQ(camera.zoom, 1e6);
    for (int i = 0; i < 100; ++i) camera.zoom_at({10, 10}, {3, 3}, 0.1);
    EXPECT_EQ(camera.zoom, 1e-3);
}

TEST(Camera, PanMovesTheContentWithThePointer) {
    const VkExtent2D extent{640, 360};
    Camera2d camera{{0, 0}, 2, 1.5};
    const auto before = camera.to_pixel(extent, {0.5, 0.25});
    camera.pan(extent, 13, -7);
    const auto after = camera.to_pixel(extent, {0.5, 0.25});
    EXPECT_NEAR(after[0] - before[0], 13, 1e-9);
    EXPECT_NEAR(after[1] - before[1], -7, 1e-9);
}

TEST(Camera, FitShowsAllOfTheBoundsAtEveryShape) {
    const Bounds bounds{{-3, 1}, {5, 2}};
    for (const VkExtent2D extent : {VkExtent2D{1280, 720}, VkExtent2D{100, 900}, VkExtent2D{1, 1}}) {
        const Bounds visible = fit(bounds, extent).visible(extent);
        for (std::size_t axis = 0; axis < 2; ++axis) {
            EXPECT_LT(visible.low[axis], bounds.low[axis]);
            EXPECT_GT(visible.high[axis], bounds.high[axis]);
        }
    }
    const Bounds point{{1, 1}, {1, 1}};
    EXPECT_GT(fit(point, {640, 360}).half_height, 0);
}

TEST(Camera, BoundsLeaveOutWhatIsNotFinite) {
    constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
    const std::vector<float> points = {1, 2, 9, -3, 4, 9, kNan, 100, 9, 0, std::numeric_limits<float>::infinity(), 9};
    EXPECT_EQ(bounds_of(points, 3), (Bounds{{-3, 2}, {1, 4}}));
    EXPECT_EQ(bounds_of({}, 2), Bounds{});
    EXPECT_EQ(bounds_of(std::vector<float>{2, 5}, 1), (Bounds{{2, -1}, {5, 1}}));
}

}  // namespace
}  // namespace scorefield::render
