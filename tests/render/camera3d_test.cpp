#include "render/camera3d.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numbers>
#include <random>
#include <vector>

#include "render/fly.hpp"
#include "render/line_projection.hpp"

namespace scorefield::render {
namespace {

/// Pixel and depth by the definition of a pinhole camera on a sphere around its target, without matrices.
PixelPoint pinhole(const Camera3d& camera, VkExtent2D extent, const Point3& world) {
    const double degree = std::numbers::pi / 180;
    const double a = camera.orbit.azimuth * degree;
    const double e = camera.orbit.elevation * degree;
    Point3 offset{};
    for (std::size_t i = 0; i < 3; ++i) {
        offset[i] = world[i] - camera.scene.centre[i] - camera.scene.radius * camera.orbit.pan[i];
    }
    // The camera's right hand, its upper side, and the way from the target to the camera.
    const double right = -std::sin(a) * offset[0] + std::cos(a) * offset[1];
    const double outwards = std::cos(a) * offset[0] + std::sin(a) * offset[1];
    const double up = std::cos(e) * offset[2] - std::sin(e) * outwards;
    const double depth = camera.distance(extent) - (std::cos(e) * outwards + std::sin(e) * offset[2]);
    const bool flat = camera.orbit.projection == Projection::orthographic;
    const double plane = flat ? camera.distance(extent) : depth;
    const double scale = 0.5 * extent.height / (plane * std::tan(0.5 * Camera3d::kFieldOfView * degree));
    return {0.5 * extent.width + scale * right, 0.5 * extent.height - scale * up, depth};
}

class Views {
  public:
    Camera3d camera() {
        Camera3d camera{{{place_(random_), place_(random_), place_(random_)}, 0.2 + std::abs(place_(random_))}, {}};
        camera.orbit = {
            .projection = std::abs(place_(random_)) < 1.5 ? Projection::perspective : Projection::orthographic,
            .azimuth = 60 * place_(random_),
            .elevation = 30 * place_(random_),
            .zoom = std::exp2(place_(random_)),
            .pan = {0.1 * place_(random_), 0.1 * place_(random_), 0.1 * place_(random_)}};
        return camera;
    }
    VkExtent2D extent() { return {size_(random_), size_(random_)}; }
    /// Within twice the ball.
    Point3 point(const Camera3d& camera) {
        Point3 point{};
        for (std::size_t i = 0; i < 3; ++i)
            point[i] = camera.scene.centre[i] + 0.6 * camera.scene.radius * place_(random_);
        return point;
    }

  private:
    std::mt19937 random_{3};
    std::uniform_real_distribution<double> place_{-3, 3};
    std::uniform_int_distribution<std::uint32_t> size_{1, 2000};
};

TEST(Camera3d, ProjectsAsAPinholeOnASphere) {
    Views views;
    int hidden = 0;
    for (int i = 0; i < 500; ++i) {
        const Camera3d camera = views.camera();
        const VkExtent2D extent = views.extent();
        const Point3 point = views.point(camera);
        const PixelPoint expected = pinhole(camera, extent, point);
        const auto found = camera.to_pixel(extent, point);
        ASSERT_EQ(found.has_value(), expected.depth >= camera.nearest_depth(extent));
        if (!found) {
            ++hidden;
            continue;
        }
        // A few dozen roundings of pixels, which near points at a depth of 2% of the distance magnify.
        EXPECT_NEAR(found->x, expected.x, 1e-9 * (1e3 + std::abs(expected.x)));
        EXPECT_NEAR(found->y, expected.y, 1e-9 * (1e3 + std::abs(expected.y)));
        EXPECT_NEAR(found->depth, expected.depth, 1e-12 * (10 + std::abs(expected.depth)));
    }
    EXPECT_GT(hidden, 5) << "points behind the camera are among them";
}

TEST(Camera3d, WorldToPixelAndBackIsTheIdentity) {
    Views views;
    for (int i = 0; i < 300; ++i) {
        const Camera3d camera = views.camera();
        const VkExtent2D extent = views.extent();
        const Point3 point = views.point(camera);
        const auto pixel = camera.to_pixel(extent, point);
        if (!pixel) continue;
        const Point3 back = camera.to_world(extent, *pixel);
        for (std::size_t axis = 0; axis < 3; ++axis) EXPECT_NEAR(back.at(axis), point.at(axis), 1e-9);
    }
}

TEST(Camera3d, ShowsItsBallWholeAtEveryAngleAndShape) {
    Views views;
    for (int i = 0; i < 200; ++i) {
        Camera3d camera = views.camera();
        camera.orbit.zoom = 1;
        camera.orbit.pan = {0, 0, 0};
        const VkExtent2D extent = views.extent();
        double widest = 0;
        for (int k = 0; k < 200; ++k) {
            Point3 point = views.point(camera);
            const double away = std::hypot(point[0] - camera.scene.centre[0], point[1] - camera.scene.centre[1],
                                           point[2] - camera.scene.centre[2]);
            for (std::size_t axis = 0; axis < 3; ++axis) {
                point.at(axis) = camera.scene.centre.at(axis) +
                                 (point.at(axis) - camera.scene.centre.at(axis)) * camera.scene.radius / away;
            }
            const auto pixel = camera.to_pixel(extent, point);
            ASSERT_TRUE(pixel);
            const double half = 0.5 * std::min(extent.width, extent.height);
            const double off =
                std::max(std::abs(pixel->x - 0.5 * extent.width), std::abs(pixel->y - 0.5 * extent.height));
            EXPECT_TRUE(pixel->x >= 0 && pixel->x <= extent.width && pixel->y >= 0 && pixel->y <= extent.height);
            widest = std::max(widest, off / half);
        }
        EXPECT_GT(widest, 0.6) << "and does not leave it small";
    }
}

TEST(Camera3d, BothProjectionsAgreeInThePlaneOfTheTarget) {
    Views views;
    for (int i = 0; i < 50; ++i) {
        Camera3d camera = views.camera();
        const VkExtent2D extent = {640, 360};
        const Point3 point = camera.to_world(extent, {123, 45, camera.distance(extent)});
        for (const Projection projection : {Projection::perspective, Projection::orthographic}) {
            camera.orbit.projection = projection;
            const auto pixel = camera.to_pixel(extent, point);
            ASSERT_TRUE(pixel);
            EXPECT_NEAR(pixel->x, 123, 1e-8);
            EXPECT_NEAR(pixel->y, 45, 1e-8);
        }
    }
}

TEST(Camera3d, PanMovesWhatIsInThePlaneOfTheTargetWithThePointer) {
    Views views;
    for (int i = 0; i < 50; ++i) {
        Camera3d camera = views.camera();
        const VkExtent2D extent = {640, 360};
        const Point3 point = camera.to_world(extent, {200, 150, camera.distance(extent)});
        camera.pan(extent, 13, -7);
        const auto pixel = camera.to_pixel(extent, point);
        ASSERT_TRUE(pixel);
        EXPECT_NEAR(pixel->x, 213, 1e-6);
        EXPECT_NEAR(pixel->y, 143, 1e-6);
    }
}

TEST(Fly, LooksAroundFromWhereTheCameraStandsAndMovesAlongItsView) {
    Views views;
    const VkExtent2D extent = {640, 360};
    // What is at depth 0 is the camera itself.
    const auto eye = [&](const Camera3d& camera) { return camera.to_world(extent, {320, 180, 0}); };
    for (int i = 0; i < 50; ++i) {
        Camera3d camera = views.camera();
        camera.orbit.projection = Projection::perspective;
        camera.orbit.elevation = std::clamp(camera.orbit.elevation, -60.0, 60.0);
        const Point3 before = eye(camera);
        const Point3 ahead = camera.to_world(extent, {320, 180, 0.7 * camera.distance(extent)});
        look_around(camera, extent, 0, 12);
        for (std::size_t axis = 0; axis < 3; ++axis) EXPECT_NEAR(eye(camera).at(axis), before.at(axis), 1e-9);
        // Pixels are even in the tangent of the angle: tan x = x within 3.5% over half the field of view.
        EXPECT_NEAR(camera.to_pixel(extent, ahead)->y, 192, 0.5);
        EXPECT_NEAR(camera.to_pixel(extent, ahead)->x, 320, 1e-6);
        look_around(camera, extent, 0, -12);
        fly_ahead(camera, extent, 0.7);
        for (std::size_t axis = 0; axis < 3; ++axis) EXPECT_NEAR(eye(camera).at(axis), ahead.at(axis), 1e-9);
        look_around(camera, extent, 9, 0);
        for (std::size_t axis = 0; axis < 3; ++axis) EXPECT_NEAR(eye(camera).at(axis), ahead.at(axis), 1e-9);
    }
}

TEST(Orbit, TurnsContentWithThePointerAndStopsAtThePoles) {
    Camera3d camera;
    camera.orbit.azimuth = 0;
    camera.orbit.elevation = 0;
    const VkExtent2D extent = {640, 360};
    const auto column = [&] { return camera.to_pixel(extent, {0.5, 0, 0})->x; };
    const double before = column();
    turn(camera.orbit, 40, 0);
    EXPECT_GT(column(), before);
    turn(camera.orbit, 1e4, 1e6);
    EXPECT_EQ(camera.orbit.elevation, 90);
    EXPECT_GE(camera.orbit.azimuth, -180);
    EXPECT_LT(camera.orbit.azimuth, 180);
    EXPECT_TRUE(camera.to_pixel(extent, {0.1, 0.2, 0.3})) << "a pole is a view as others";
    EXPECT_NEAR(wrapped(-190), 170, 1e-12);
    EXPECT_EQ(wrapped(180), -180);
    for (int i = 0; i < 100; ++i) dolly(camera.orbit, 3);
    EXPECT_EQ(camera.orbit.zoom, kMostOrbitZoom);
    for (int i = 0; i < 100; ++i) dolly(camera.orbit, 0.3);
    EXPECT_EQ(camera.orbit.zoom, kLeastOrbitZoom);
}

TEST(Ball, HoldsAllFinitePointsAndBothBallsOfAJoin) {
    std::mt19937 random(5);
    std::normal_distribution<float> normal(2, 3);
    std::vector<float> points(4 * 500);
    for (float& value : points) value = normal(random);
    constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
    points[4 * 7 + 1] = kNan;
    points[4 * 8] = std::numeric_limits<float>::infinity();
    const Ball ball = ball_of(points, 4);
    const auto away = [](const Point3& a, const Point3& b) {
        return std::hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
    };
    double farthest = 0;
    for (std::size_t i = 0; i < 500; ++i) {
        const Point3 point = {points[4 * i], points[4 * i + 1], points[4 * i + 2]};
        if (i != 7 && i != 8) farthest = std::max(farthest, away(point, ball.centre));
    }
    EXPECT_DOUBLE_EQ(farthest, ball.radius);
    EXPECT_EQ(ball_of({}, 3), Ball());
    EXPECT_EQ(ball_of(std::vector<float>{1, 2}, 2), Ball());

    const Ball small = {{1, 0, 0}, 0.5};
    const Ball other = {{-3, 0, 0}, 1};
    const Ball both = join(small, other);
    EXPECT_DOUBLE_EQ(both.radius, 2.75);
    EXPECT_DOUBLE_EQ(both.centre[0], -1.25);
    EXPECT_EQ(join(other, {{-3, 0.2, 0}, 0.3}), other);
    EXPECT_EQ(join({{-3, 0.2, 0}, 0.3}, other), other);
}

TEST(LineProjection, EndsWhereTheCameraShowsTheEndsAndCutsOffWhatIsBehind) {
    Views views;
    int cut = 0;
    for (int i = 0; i < 400; ++i) {
        Camera3d camera = views.camera();
        camera.orbit.zoom = 8;
        const VkExtent2D extent = {640, 360};
        const Point3 from = views.point(camera);
        const Point3 to = views.point(camera);
        const WorldLine line{{from[0], from[1]}, {to[0], to[1]}, 1e9, {}, from[2], to[2]};
        const auto seen = LineProjection(camera, extent).seen(line);
        const auto first = camera.to_pixel(extent, from);
        const auto second = camera.to_pixel(extent, to);
        ASSERT_EQ(seen.has_value(), first || second);
        if (first) {
            EXPECT_NEAR(seen->from[0], first->x, 1e-6 * (1 + std::abs(first->x)));
        }
        if (second) {
            EXPECT_NEAR(seen->to[1], second->y, 1e-6 * (1 + std::abs(second->y)));
        }
        if (first.has_value() == second.has_value()) continue;
        ++cut;
        // The cut end is at the nearest depth, on the line.
        const auto& end = first ? seen->to : seen->from;
        const Point3 at = camera.to_world(extent, {end[0], end[1], camera.nearest_depth(extent)});
        const double whole = std::hypot(to[0] - from[0], to[1] - from[1], to[2] - from[2]);
        const double parts = std::hypot(at[0] - from[0], at[1] - from[1], at[2] - from[2]) +
                             std::hypot(to[0] - at[0], to[1] - at[1], to[2] - at[2]);
        EXPECT_NEAR(parts, whole, 1e-6 * whole);
    }
    EXPECT_GT(cut, 5);
}

}  // namespace
}  // namespace scorefield::render
