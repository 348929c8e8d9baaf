#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "gpu/transfer.hpp"
#include "render/capture.hpp"
#include "render/tone_curve.hpp"
#include "render/tone_mapper.hpp"
#include "tests/gpu/gpu_fixture.hpp"
#include "tests/render/lightness.hpp"

namespace scorefield::render {
namespace {

/// Levels by which two correct pictures may differ: the table has 256 entries, so that a brightness on the edge of two
/// may fall to either side, and neighbours differ by at most 2 levels; the output's own rounding adds 1.
constexpr int kLevels = 3;

Colour scaled(Colour colour, double by) {
    for (float& c : colour) c = static_cast<float>(c * by);
    return colour;
}

/// How much the particles cover: what place_colour takes away from what is below.
double share_of_particles(const Look& look, double brightness) {
    const Colour over_black = place_colour(look, brightness, 0.5, {0, 0, 0});
    const Colour over_white = place_colour(look, brightness, 0.5, {1, 1, 1});
    return 1 - (double{over_white[0]} - double{over_black[0]});
}

class ToneMap : public gpu::GpuTest {
  protected:
    struct Result {
        Picture picture;
        std::vector<std::uint32_t> density_after;
        std::vector<std::uint32_t> colour_after;
    };

    /// `overlay`: sums of 100 points, on the ground first; all 0: none.
    static Result run(const std::vector<std::uint32_t>& density, const std::vector<std::uint32_t>& colour,
                      const std::vector<std::uint32_t>& overlay, VkExtent2D extent, std::uint32_t count,
                      const SplatWeights& weights, double pixel_size, const Look& look) {
        const ToneMapper mapper(device());
        const gpu::Buffer density_buffer = gpu::make_buffer<std::uint32_t>(device(), "density", density);
        const gpu::Buffer colour_buffer = gpu::make_buffer<std::uint32_t>(device(), "colour", colour);
        const gpu::Buffer overlay_buffer = gpu::make_buffer<std::uint32_t>(device(), "overlay", overlay);
        const bool has_overlay = std::any_of(overlay.begin(), overlay.end(), [](std::uint32_t v) { return v > 0; });
        const gpu::Image scene(
            device(), "scene", VK_FORMAT_R8G8B8A8_UNORM, extent,
            VK_IMAGE_USAGE_STORAGE_BIT | VK_IMAGE_USAGE_TRANSFER_SRC_BIT | VK_IMAGE_USAGE_TRANSFER_DST_BIT);
        Camera2d camera;
        camera.half_height = 0.5 * extent.height * pixel_size;
        gpu::Recorder recorder(device(), "tone map");
        Capture capture(device(), 1);
        recorder.begin();
        recorder.clear(scene, clear_colour(look.background));
        if (has_overlay) {
            mapper.record_overlay(recorder, {overlay_buffer, colour_buffer, extent},
                                  {100, double(weights.weight()), pixel_size, 1}, look.background,
                                  look.overlay_strength, scene);
        }
        mapper.record_pixels(recorder, {density_buffer, colour_buffer, extent},
                             {{density_buffer, 0, count, count, 2}, camera, weights}, look, scene);
        capture.record(recorder, scene);
        capture.submitted(device().submit(recorder));
        Result result;
        result.picture = capture.take();
        result.density_after = gpu::download<std::uint32_t>(device(), density_buffer);
        result.colour_after = gpu::download<std::uint32_t>(device(), colour_buffer);
        return result;
    }
};

TEST_F(ToneMap, EqualsTheHostsPictureInEveryModeAndMap) {
    const VkExtent2D extent{67, 13};
    const std::size_t pixels = extent.width * extent.height;
    const std::uint32_t count = 1000;
    const double pixel_size = 0.05;
    std::mt19937 random(4);
    std::vector<Look> looks;
    for (std::size_t map = 0; map < kColourMapNames.size(); ++map) {
        looks.emplace_back();
        looks.back().map = static_cast<ColourMap>(map);
        looks.back().exposure = 0.7 * double(map) - 1;
    }
    looks.emplace_back().mode = ColourMode::origin;
    for (const Background background : {Background::light, Background::transparent}) {
        for (const ColourMode mode : {ColourMode::density, ColourMode::origin}) {
            looks.emplace_back().mode = mode;
            looks.back().background = background;
        }
    }
    for (const Look& look : looks) {
        const bool transparent = look.background == Background::transparent;
        for (const bool overlaid : {false, true}) {
            const bool coloured = look.mode == ColourMode::origin;
            const SplatWeights weights = choose_weights(count, 1, coloured);
            std::vector<std::uint32_t> density(pixels), colour(pixels), overlay(pixels);
            for (std::size_t i = 0; i < pixels; ++i) {
                density[i] = random() % 3 == 0 ? 0 : std::uint32_t(std::exp2(double(random() % 1700) / 100));
                colour[i] = coloured ? std::uint32_t(double(density[i]) * double(random() % 256)) : 0;
                if (coloured) colour[i] = std::min(colour[i], density[i] * weights.colour_levels());
                overlay[i] = overlaid ? std::uint32_t(random() % (4 * weights.weight())) : 0;
            }
            const Result found = run(density, colour, overlay, extent, count, weights, pixel_size, look);
            const ToneCurve curve{look.exposure};
            const double unit = 1 / (double(count) * weights.weight() * pixel_size * pixel_size);
            const double overlay_unit = 1 / (100.0 * weights.weight() * pixel_size * pixel_size);
            int worst = 0;
            for (std::size_t i = 0; i < pixels; ++i) {
                const double data = overlaid ? ToneCurve{}.brightness(overlay[i] * overlay_unit) : 0;
                // A premultiplied colour over nothing is the colour over black.
                const Colour below = transparent
                                         ? scaled(palette_of(look.background).data, data * look.overlay_strength)
                                         : overlay_colour(look, data);
                const double origin = colour[i] / double(weights.colour_levels()) / std::max(1u, density[i]);
                const Colour expected = place_colour(look, curve.brightness(density[i] * unit), origin, below);
                for (std::size_t c = 0; c < 3; ++c) {
                    worst = std::max(
                        worst, std::abs(int(found.picture.rgba[4 * i + c]) - int(std::lround(expected[c] * 255))));
                }
                // Alpha is a colour whose particles and data are 1: what they leave of white is what was below.
                const double bare = 1 - data * look.overlay_strength;
                const double left = bare * (1 - share_of_particles(look, curve.brightness(density[i] * unit)));
                ASSERT_NEAR(found.picture.rgba[4 * i + 3], transparent ? 255 * (1 - left) : 255, transparent ? 1.6 : 0);
            }
            EXPECT_LE(worst, kLevels) << kColourModeNames[std::size_t(look.mode)] << " "
                                      << kColourMapNames[std::size_t(look.map)] << " overlaid " << overlaid;
            EXPECT_EQ(found.density_after, std::vector<std::uint32_t>(pixels, 0));
            if (coloured) {
                EXPECT_EQ(found.colour_after, std::vector<std::uint32_t>(pixels, 0));
            }
        }
    }
}

/// Particles at the edges, beyond them, on top of each other and not finite, over a ground that is not plain.
TEST_F(ToneMap, GoesOverParticlesAsOverPixels) {
    const VkExtent2D extent{83, 41};
    const std::uint32_t count = 517;
    const ToneMapper mapper(device());
    const Splatter splatter(device());
    std::mt19937 random(9);
    std::uniform_real_distribution<float> place(-1.3f, 1.3f);
    std::vector<float> planes;
    for (std::uint32_t i = 0; i < 2 * count; ++i) planes.push_back(i % 7 == 3 ? 0.25f : place(random));
    planes[5] = NAN;
    planes[count + 11] = INFINITY;
    std::vector<float> origins(count);
    std::generate(origins.begin(), origins.end(), [&] { return 0.5f + place(random) / 2.6f; });
    std::vector<std::uint8_t> ground(4 * std::size_t{extent.width} * extent.height);
    std::generate(ground.begin(), ground.end(), [&] { return std::uint8_t(random()); });
    const gpu::Buffer values = gpu::make_buffer<float>(device(), "values", planes);
    const gpu::Buffer channel = gpu::make_buffer<float>(device(), "channel", origins);
    const gpu::Buffer below = gpu::make_buffer<std::uint8_t>(device(), "ground", ground);
    const std::vector<std::uint32_t> zeros(std::size_t{extent.width} * extent.height, 0);
    const gpu::Buffer density = gpu::make_buffer<std::uint32_t>(device(), "density", zeros);
    const gpu::Buffer colour = gpu::make_buffer<std::uint32_t>(device(), "colour", zeros);
    const gpu::Image scene(
        device(), "scene", VK_FORMAT_R8G8B8A8_UNORM, extent,
        VK_IMAGE_USAGE_STORAGE_BIT | VK_IMAGE_USAGE_TRANSFER_SRC_BIT | VK_IMAGE_USAGE_TRANSFER_DST_BIT);
    const Camera2d camera{{0.05, -0.1}, 0.9, 1};
    for (const ColourMode mode : {ColourMode::density, ColourMode::origin}) {
        for (std::uint32_t radius = 1; radius <= kMaxDotRadius; ++radius) {
            for (const std::uint32_t dim : {1u, 2u}) {
                Look look;
                look.mode = mode;
                const Particles particles{values, 0, count, count, dim};
                const Splatted splatted = {particles, camera,
                                           choose_weights(count, radius, mode == ColourMode::origin)};
                ASSERT_EQ(splatted.weights.radius, radius);
                std::vector<Picture> pictures;
                for (const auto record : {&ToneMapper::record_pixels, &ToneMapper::record_places}) {
                    gpu::Recorder recorder(device(), "tone map");
                    Capture capture(device(), 1);
                    recorder.begin();
                    recorder.copy(below, scene);
                    splatter.record(recorder, particles, channel, camera, splatted.weights, {density, colour, extent});
                    (mapper.*record)(recorder, {density, colour, extent}, splatted, look, scene);
                    capture.record(recorder, scene);
                    capture.submitted(device().submit(recorder));
                    pictures.push_back(capture.take());
                    EXPECT_EQ(gpu::download<std::uint32_t>(device(), density), zeros) << radius << " " << dim;
                    EXPECT_EQ(gpu::download<std::uint32_t>(device(), colour), zeros) << radius << " " << dim;
                }
                EXPECT_EQ(pictures[0], pictures[1])
                    << kColourModeNames[std::size_t(mode)] << " " << radius << " " << dim;
                EXPECT_NE(pictures[0].rgba, ground);
            }
        }
    }
}

TEST_F(ToneMap, MoreDensityIsNeverDarkerUpToTheLargestSum) {
    const VkExtent2D extent{33, 1};
    std::vector<std::uint32_t> density;
    for (int bit = 0; bit <= 32; ++bit) density.push_back(bit == 0 ? 0 : std::uint32_t((std::uint64_t{1} << bit) - 1));
    const std::vector<std::uint32_t> none(33, 0);
    const SplatWeights weights = choose_weights(100'000, 1, false);
    const Picture picture = run(density, none, none, extent, 100'000, weights, 0.007, {}).picture;
    double last = -1;
    for (std::size_t i = 0; i < 33; ++i) {
        const Colour colour = {picture.rgba[4 * i] / 255.0f, picture.rgba[4 * i + 1] / 255.0f,
                               picture.rgba[4 * i + 2] / 255.0f};
        EXPECT_GE(lightness(colour), last) << "density " << density[i];
        last = lightness(colour);
    }
    EXPECT_GT(last, 90);
}

TEST_F(ToneMap, APictureIsEquallyBrightAtAnyCountAndPixelSize) {
    const std::vector<std::uint32_t> none(1, 0);
    std::vector<std::uint8_t> first;
    for (const std::uint32_t count : {1000u, 10'000u, 1'000'000u}) {
        for (const double pixel_size : {0.1, 0.2}) {
            const SplatWeights weights = choose_weights(count, 1, false);
            // The density 0.25 per unit squared, which all of these counts hit exactly.
            const auto sum = std::uint32_t(0.25 * count * pixel_size * pixel_size * weights.weight());
            const auto pixel = run({sum}, none, none, {1, 1}, count, weights, pixel_size, {}).picture.rgba;
            if (first.empty()) first = pixel;
            for (std::size_t c = 0; c < 4; ++c) EXPECT_NEAR(pixel[c], first[c], 2) << count << " " << pixel_size;
        }
    }
}

}  // namespace
}  // namespace scorefield::render
