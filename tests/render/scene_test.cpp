#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "gpu/transfer.hpp"
#include "render/capture.hpp"
#include "render/renderer.hpp"
#include "render/tone_curve.hpp"
#include "tests/gpu/gpu_fixture.hpp"
#include "tests/render/host_splat.hpp"
#include "tests/render/pictures.hpp"

namespace scorefield::render {
namespace {

class Scene : public gpu::GpuTest {
  protected:
    static Picture shoot(Renderer& renderer, const std::vector<float>& planes, const Camera2d& camera, const Look& look,
                         const Captions& captions = {}) {
        const auto count = std::uint32_t(planes.size() / 2);
        const gpu::Buffer values = gpu::make_buffer<float>(device(), "particles", planes);
        gpu::Recorder recorder(device(), "frame");
        Capture capture(device(), 1);
        recorder.begin();
        renderer.record(recorder, {values, 0, count, count, 2}, camera, look, captions);
        capture.record(recorder, renderer.scene());
        capture.submitted(device().submit(recorder));
        return capture.take();
    }

    static std::vector<float> cloud(std::size_t count, unsigned seed) { return random_plane(2 * count, seed, 0.6f); }
};

TEST_F(Scene, EqualsThePictureComposedOnTheHost) {
    const VkExtent2D extent{97, 71};
    const std::size_t count = 700;
    const Camera2d camera{{0.1, 0.05}, 1.2, 1};
    const auto planes = cloud(count, 3);
    const auto data = random_plane(2 * 400, 9, 0.5f);  // row-major points
    std::vector<float> data_x, data_y;
    for (std::size_t i = 0; i < data.size(); i += 2) data_x.push_back(data[i]), data_y.push_back(data[i + 1]);
    Look look = plain();
    look.overlay = true;
    look.dot_radius = 2;
    Renderer renderer(device(), extent, count);
    renderer.set_overlay(data, 2);
    const Picture found = shoot(renderer, planes, camera, look);

    const double size = camera.pixel_size(extent);
    const SplatWeights weights = choose_weights(count, 2, false);
    const SplatWeights data_weights = choose_weights(400, 2, false);
    const std::span all(planes);
    const auto particles = host_splat(all.first(count), all.last(count), {}, camera, extent, weights);
    const auto points = host_splat(data_x, data_y, {}, camera, extent, data_weights);
    int worst = 0;
    for (std::size_t i = 0; i < particles.density.size(); ++i) {
        const double p = particles.density[i] / (double(count) * weights.weight() * size * size);
        const double q = points.density[i] / (400.0 * data_weights.weight() * size * size);
        const Colour below = overlay_colour(look, ToneCurve{}.brightness(q));
        const Colour expected = place_colour(look, ToneCurve{look.exposure}.brightness(p), 0, below);
        for (std::size_t c = 0; c < 3; ++c) {
            worst = std::max(worst, std::abs(int(found.rgba[4 * i + c]) - int(std::lround(expected[c] * 255))));
        }
    }
    // One entry of the 256-entry colour table (at most 2 levels) and the output's rounding.
    EXPECT_LE(worst, 3);
}

/// Over the dark ground, a transparent picture is the dark one: particles, data and lines alike.
TEST_F(Scene, IsTransparentWhereNothingIsDrawn) {
    const VkExtent2D extent{120, 90};
    const auto planes = cloud(900, 4);
    Look look = plain();
    look.overlay = true;
    Renderer renderer(device(), extent, 900);
    renderer.set_overlay(random_plane(2 * 300, 6, 0.4f), 2);
    const Camera2d camera{{0, 0}, 1.5, 1};
    for (const ColourMode mode : {ColourMode::density, ColourMode::origin}) {
        look.mode = mode;
        look.background = Background::dark;
        const Picture dark = shoot(renderer, planes, camera, look);
        look.background = Background::transparent;
        const Picture seen = shoot(renderer, planes, camera, look);
        const Colour& ground = palette_of(Background::dark).ground;
        std::size_t clear = 0;
        for (std::size_t i = 0; i < seen.rgba.size(); i += 4) {
            const double alpha = seen.rgba[i + 3] / 255.0;
            clear += seen.rgba[i + 3] == 0;
            for (std::size_t c = 0; c < 3; ++c) {
                // Rounded twice, over the data and over the particles, in each picture.
                ASSERT_NEAR(seen.rgba[i + c] + 255 * (1 - alpha) * ground[c], dark.rgba[i + c], 2);
                ASSERT_LE(seen.rgba[i + c], seen.rgba[i + 3] + 1) << "more colour than alpha";
            }
        }
        EXPECT_GT(clear, seen.rgba.size() / 4 / 10);
        EXPECT_LT(clear, seen.rgba.size() / 4);
    }
}

TEST_F(Scene, IsTheSameTwiceAndInAnotherRenderer) {
    const auto planes = cloud(2000, 5);
    Look look;
    look.mode = ColourMode::origin;
    const Captions captions{{"ddim   step 17/50   t = 680   σ = 0.86"}, {"10 000 particles"}};
    Renderer first(device(), {320, 240}, 2000);
    first.set_overlay(cloud(100, 6), 2);
    const Picture a = shoot(first, planes, {}, look, captions);
    const Picture b = shoot(first, planes, {}, look, captions);
    Renderer second(device(), {320, 240}, 5000);
    second.warm_up();
    second.set_overlay(cloud(100, 6), 2);
    EXPECT_EQ(a, b);
    EXPECT_EQ(a, shoot(second, planes, {}, look, captions));
}

/// With particles, data, a field and captions: every pass that draws.
TEST_F(Scene, IsTheSameWithBlueFirst) {
    const VkExtent2D extent{320, 240};
    const auto planes = cloud(500, 5);
    const gpu::Buffer values = gpu::make_buffer<float>(device(), "particles", planes);
    const ScalarField field = {
        .bounds = {{-1, -1}, {1, 1}}, .columns = 2, .rows = 2, .values = {0, 0.2f, 0.7f, 1}, .title = {}};
    std::vector<Picture> pictures;
    for (const VkFormat format : {VK_FORMAT_R8G8B8A8_UNORM, VK_FORMAT_B8G8R8A8_UNORM}) {
        for (const ColourMode mode : {ColourMode::density, ColourMode::origin}) {
            Renderer renderer(device(), {extent, format}, 500);
            renderer.set_overlay(cloud(100, 6), 2);
            Look look;
            look.mode = mode;
            gpu::Recorder recorder(device(), "frame");
            Capture capture(device(), 1);
            recorder.begin();
            renderer.record(recorder, {values, 0, 500, 500, 2}, {}, look, {{"caption"}, {}}, {.field = &field});
            capture.record(recorder, renderer.scene());
            capture.submitted(device().submit(recorder));
            pictures.push_back(capture.take());
        }
    }
    EXPECT_EQ(pictures[0], pictures[2]);
    EXPECT_EQ(pictures[1], pictures[3]);
    EXPECT_NE(pictures[0], pictures[1]);
    Renderer renderer(device(), {extent, VK_FORMAT_B8G8R8A8_UNORM}, 1);
    EXPECT_THROW(renderer.take_targets(Renderer::make_targets(device(), extent)), std::logic_error);
}

TEST_F(Scene, DrawsAtOddAndTinySizesAndAfterResizing) {
    Renderer renderer(device(), {64, 64}, 100);
    for (const VkExtent2D extent : {VkExtent2D{1, 1}, VkExtent2D{3, 5}, VkExtent2D{333, 217}, VkExtent2D{64, 64}}) {
        renderer.take_targets(Renderer::make_targets(device(), extent));
        const Picture picture = shoot(renderer, cloud(100, 1), {}, {}, {{"caption"}, {"below"}});
        EXPECT_EQ(picture.width, extent.width);
        EXPECT_EQ(picture.height, extent.height);
        Renderer fresh(device(), extent, 100);
        EXPECT_EQ(picture, shoot(fresh, cloud(100, 1), {}, {}, {{"caption"}, {"below"}}));
    }
}

TEST_F(Scene, OverlayFollowsTheCameraAndCanBeSwitched) {
    const auto planes = cloud(50, 2);
    const auto data = cloud(500, 3);
    Look on = plain();
    on.overlay = true;
    Camera2d moved;
    moved.pan({80, 60}, 11, 7);
    Renderer renderer(device(), {80, 60}, 50);
    renderer.set_overlay(data, 2);
    const Picture before = shoot(renderer, planes, {}, on);
    const Picture after = shoot(renderer, planes, moved, on);
    Renderer fresh(device(), {80, 60}, 50);
    const Picture without = shoot(fresh, planes, {}, on);
    fresh.set_overlay(data, 2);
    EXPECT_EQ(after, shoot(fresh, planes, moved, on));
    EXPECT_EQ(before, shoot(renderer, planes, {}, on));
    EXPECT_EQ(without, shoot(renderer, planes, {}, plain()));
    EXPECT_NE(before, without);
    EXPECT_NE(before, after);
}

TEST_F(Scene, ColoursByOriginAfterItWasRecorded) {
    const std::uint32_t count = 4;
    // Two particles that started left, two right, now on opposite sides.
    const std::vector<float> start = {-2, -2, 2, 2, 0, 0, 0, 0};
    const std::vector<float> now = {0.5f, 0.5f, -0.5f, -0.5f, 0, 0, 0, 0};
    const VkExtent2D extent{40, 20};
    Look look = plain();
    look.mode = ColourMode::origin;
    Renderer renderer(device(), extent, count);
    const Picture unknown = shoot(renderer, now, {}, look);
    const gpu::Buffer values = gpu::make_buffer<float>(device(), "start", start);
    gpu::Recorder recorder(device(), "origin");
    recorder.begin();
    renderer.record_origin(recorder, {values, 0, count, count, 2}, 0, 1);
    device().wait(device().submit(recorder));
    const Picture known = shoot(renderer, now, {}, look);
    const auto pixel = [&](const Picture& picture, std::size_t x) {
        return &picture.rgba[(10 * extent.width + x) * 4];
    };
    EXPECT_NEAR(pixel(unknown, 25)[0], pixel(unknown, 25)[2], 20) << "neutral as long as nothing is known";
    EXPECT_GT(pixel(known, 25)[2], pixel(known, 25)[0] + 40) << "started left: blue";
    EXPECT_GT(pixel(known, 15)[0], pixel(known, 15)[2] + 40) << "started right: orange";
}

TEST_F(Scene, AxesAndCaptionsChangeOnlyTheirPlaces) {
    const VkExtent2D extent{640, 360};
    const auto planes = cloud(100, 4);
    Look with = plain();
    with.axes = true;
    Renderer renderer(device(), extent, 100);
    const Picture bare = shoot(renderer, planes, {}, plain());
    const Picture captioned = shoot(renderer, planes, {}, plain(), {{"step 1/50"}, {}});
    const Picture framed = shoot(renderer, planes, {}, with);
    const auto changed_in = [&](const Picture& picture, std::uint32_t x0, std::uint32_t y0, std::uint32_t x1,
                                std::uint32_t y1) {
        for (std::uint32_t y = y0; y < y1; ++y) {
            for (std::uint32_t x = x0; x < x1; ++x) {
                const std::size_t at = (std::size_t{y} * extent.width + x) * 4;
                if (!std::equal(&bare.rgba[at], &bare.rgba[at] + 4, &picture.rgba[at])) return true;
            }
        }
        return false;
    };
    EXPECT_TRUE(changed_in(captioned, 0, 0, 200, 60));
    EXPECT_FALSE(changed_in(captioned, 0, 60, extent.width, extent.height));
    EXPECT_FALSE(changed_in(captioned, 200, 0, extent.width, extent.height));
    EXPECT_TRUE(changed_in(framed, 0, 330, extent.width, 360)) << "horizontal axis";
    EXPECT_TRUE(changed_in(framed, 0, 0, 40, 360)) << "vertical axis";
}

TEST_F(Scene, DrawsNoParticlesAtAll) {
    Renderer renderer(device(), {32, 32}, 10);
    const gpu::Buffer values(device(), "none", 4);
    gpu::Recorder recorder(device(), "frame");
    Capture capture(device(), 1);
    recorder.begin();
    renderer.record(recorder, {values, 0, 0, 0, 2}, {}, plain(), {});
    capture.record(recorder, renderer.scene());
    capture.submitted(device().submit(recorder));
    const Picture picture = capture.take();
    const Look look = plain();
    for (std::size_t i = 0; i < picture.rgba.size(); i += 4) {
        for (std::size_t c = 0; c < 3; ++c)
            ASSERT_NEAR(picture.rgba[i + c], palette_of(look.background).ground[c] * 255, 0.51);
    }
}

TEST_F(Scene, RefusesMoreParticlesThanThereIsRoomFor) {
    Renderer renderer(device(), {8, 8}, 10);
    EXPECT_THROW(shoot(renderer, cloud(11, 1), {}, plain()), std::logic_error);
    renderer.reserve(11);
    EXPECT_EQ(shoot(renderer, cloud(11, 1), {}, plain()).width, 8u);
}

}  // namespace
}  // namespace scorefield::render
