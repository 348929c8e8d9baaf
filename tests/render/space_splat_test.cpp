#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>
#include <tuple>

#include "gpu/transfer.hpp"
#include "render/space_splatter.hpp"
#include "tests/gpu/gpu_fixture.hpp"
#include "tests/render/host_splat.hpp"

namespace scorefield::render {
namespace {

constexpr float kNotANumber = std::numeric_limits<float>::quiet_NaN();
constexpr float kEndless = std::numeric_limits<float>::infinity();

/// Row-major points (count, 3).
struct Cloud {
    std::vector<float> points;

    std::size_t count() const { return points.size() / 3; }
    Point3 point(std::size_t i) const { return {points[3 * i], points[3 * i + 1], points[3 * i + 2]}; }
};

Cloud random_cloud(std::size_t count, unsigned seed) {
    return {random_plane(3 * count, seed, 0.5F)};
}

/// The sums in double precision, before weights are rounded to whole numbers, and how many particles each pixel has.
struct SpaceSums {
    std::vector<double> density;
    std::vector<double> colour;
    std::vector<double> visits;
};

SpaceSums reference(const Cloud& cloud, const std::vector<float>& channel, const SpaceView& view, VkExtent2D extent) {
    const std::size_t pixels = std::size_t{extent.width} * extent.height;
    SpaceSums sums{std::vector<double>(pixels), std::vector<double>(pixels), std::vector<double>(pixels)};
    for (std::size_t i = 0; i < cloud.count(); ++i) {
        const auto at = view.camera.to_pixel(extent, cloud.point(i));
        if (!at || !std::isfinite(at->x + at->y)) continue;
        const double size = view.size_depth > 0 ? view.size_depth / at->depth : 1;
        const double fade = 1 - view.fade_rate * std::clamp(at->depth - view.fade_front, 0.0, view.fade_range);
        const double amount = std::min(view.weights.unit * size * size * fade * fade, view.weights.most);
        const double reach =
            view.weights.radius == 1 ? 1 : std::clamp<double>(view.radius * size, 1, view.weights.radius);
        const auto tent = [&](double centre, double pixel) {
            double sum = 0;
            for (double other = std::floor(centre) - 4; other < centre + 5; ++other) {
                sum += std::max(0.0, 1 - std::abs(other - centre) / reach);
            }
            return std::max(0.0, 1 - std::abs(pixel - centre) / reach) / sum;
        };
        const double level = channel.empty() ? 0 : std::floor(double{channel[i]} * view.weights.colour_levels() + 0.5);
        for (std::uint32_t row = 0; row < extent.height; ++row) {
            const double up = tent(at->y - 0.5, row);
            if (up <= 0) continue;
            for (std::uint32_t column = 0; column < extent.width; ++column) {
                const double share = amount * up * tent(at->x - 0.5, column);
                const std::size_t pixel = std::size_t{row} * extent.width + column;
                sums.density[pixel] += share;
                sums.colour[pixel] += share * level;
                sums.visits[pixel] += share > 0 ? 1 : 0;
            }
        }
    }
    return sums;
}

class SpaceSplat : public gpu::GpuTest {
  protected:
    static constexpr std::uint32_t kBefore = 7;  ///< in every accumulator: particles are added

    /// Splats planes at an odd place of a larger buffer full of NaN; returns what was added.
    static HostSplat run(const Cloud& cloud, const std::vector<float>& channel, const SpaceView& view,
                         VkExtent2D extent) {
        const std::size_t count = cloud.count();
        const std::size_t first = 5;
        const std::size_t stride = count + 3;
        std::vector<float> values(first + 3 * stride, kNotANumber);
        for (std::size_t i = 0; i < cloud.points.size(); ++i) values[first + i % 3 * stride + i / 3] = cloud.points[i];
        const gpu::Buffer buffer = gpu::make_buffer<float>(device(), "values", values);
        const gpu::Buffer channels =
            gpu::make_buffer<float>(device(), "channel", channel.empty() ? std::vector<float>(1) : channel);
        const VkDeviceSize bytes = VkDeviceSize{4} * extent.width * extent.height;
        const gpu::Buffer density(device(), "density", bytes);
        const gpu::Buffer colour(device(), "colour", bytes);
        const SpaceSplatter splatter(device());
        gpu::Recorder recorder(device(), "splat in space");
        recorder.begin();
        recorder.fill(density, kBefore);
        recorder.fill(colour, kBefore);
        splatter.record(recorder, {buffer, first, std::uint32_t(stride), std::uint32_t(count), 3}, channels, view,
                        {density, colour, extent});
        device().wait(device().submit(recorder));
        HostSplat added = {gpu::download<std::uint32_t>(device(), density),
                           gpu::download<std::uint32_t>(device(), colour)};
        for (auto* sums : {&added.density, &added.colour}) {
            for (std::uint32_t& sum : *sums) sum -= kBefore;
        }
        return added;
    }

    static Camera3d camera(unsigned seed) {
        return {{{0.1, -0.2, 0.05}, 1.2},
                {.projection = seed % 2 == 0 ? Projection::perspective : Projection::orthographic,
                 .azimuth = 77.0 * seed,
                 .elevation = 40 - 23.0 * seed,
                 .zoom = 0.7 + 0.6 * seed,
                 .pan = {0.1, 0.02 * seed, -0.1}}};
    }
};

/// Radius and colour.
class SpaceSplatOf : public SpaceSplat, public ::testing::WithParamInterface<std::tuple<int, bool>> {};

TEST_P(SpaceSplatOf, EqualsTheHostsSumsAtOddAndTinySizes) {
    const auto [radius, coloured] = GetParam();
    unsigned seed = 0;
    for (const VkExtent2D extent : {VkExtent2D{1, 1}, VkExtent2D{3, 5}, VkExtent2D{67, 41}, VkExtent2D{133, 97}}) {
        const Cloud cloud = random_cloud(300 + 7 * seed, seed + 1);
        std::vector<float> channel;
        for (std::size_t i = 0; coloured && i < cloud.count(); ++i) channel.push_back(float(i) / float(cloud.count()));
        Look look;
        look.dot_radius = radius;
        look.point_size_unit = seed % 3 == 0 ? PointSizeUnit::world : PointSizeUnit::pixels;
        look.depth_fade = 0.3 * seed;
        SpaceView view = space_view(camera(seed), extent, look, std::uint32_t(cloud.count()), coloured);
        const SpaceSums expected = reference(cloud, channel, view, extent);
        const HostSplat found = run(cloud, channel, view, extent);
        // A weight is rounded to one of its neighbours; float32 places a particle within 1e-3 of a pixel.
        const double levels = view.weights.colour_levels();
        for (std::size_t i = 0; i < expected.density.size(); ++i) {
            const double tolerance = (1 + 2e-3 * view.weights.most) * (expected.visits[i] + 1e-3);
            ASSERT_NEAR(found.density[i], expected.density[i], tolerance) << extent.width << ", pixel " << i;
            if (coloured) {
                ASSERT_NEAR(found.colour[i], expected.colour[i], tolerance * levels);
            }
        }
        const auto total = [](const auto& sums) { return std::accumulate(sums.begin(), sums.end(), 0.0); };
        EXPECT_NEAR(total(found.density), total(expected.density), 1e-3 * total(expected.density) + 20);
        if (!coloured) {
            EXPECT_EQ(total(found.colour), 0);
        }
        ++seed;
    }
}

INSTANTIATE_TEST_SUITE_P(, SpaceSplatOf, ::testing::Combine(::testing::Values(1, 2, 3), ::testing::Bool()),
                         [](const auto& of) {
                             return "radius" + std::to_string(std::get<0>(of.param)) +
                                    (std::get<1>(of.param) ? "coloured" : "");
                         });

TEST_F(SpaceSplat, OfManyParticlesHasTheSameSumsInOneRow) {
    const Cloud cloud = random_cloud(20'000, 4);
    const VkExtent2D extent = {61, 45};
    Look look;
    look.dot_radius = 1;
    look.point_size_unit = PointSizeUnit::pixels;
    SpaceView view = space_view(camera(0), extent, look, std::uint32_t(cloud.count()), false);
    ASSERT_EQ(view.weights.radius, 1U);
    const SpaceSums expected = reference(cloud, {}, view, extent);
    view.weights.one_row = true;
    const HostSplat found = run(cloud, {}, view, extent);
    double error = 0;
    double noise = 0;
    for (std::size_t i = 0; i < expected.density.size(); ++i) {
        error += std::pow(found.density[i] - expected.density[i], 2);
        // Choosing a row moves at most the whole weight, half of it in the mean.
        noise += expected.density[i] * view.weights.unit;
    }
    EXPECT_LT(error, 0.5 * noise);
    const double sum = std::accumulate(found.density.begin(), found.density.end(), 0.0);
    EXPECT_NEAR(sum / std::accumulate(expected.density.begin(), expected.density.end(), 0.0), 1, 1e-3);
}

TEST_F(SpaceSplat, HoldsAllParticlesOnOnePixelWithoutOverflow) {
    const Cloud cloud{std::vector<float>(3 * 50'000, 0.0F)};
    Camera3d centred;
    const VkExtent2D extent = {3, 3};
    const SpaceView view = space_view(centred, extent, {}, std::uint32_t(cloud.count()), true);
    const HostSplat found = run(cloud, std::vector<float>(cloud.count(), 1.0F), view, extent);
    const double sum = std::accumulate(found.density.begin(), found.density.end(), 0.0);
    EXPECT_NEAR(sum, double(cloud.count()) * view.tone_scale(1, extent).weight, 1e-3 * sum);
    for (std::size_t i = 0; i < found.density.size(); ++i) {
        EXPECT_EQ(found.colour[i], found.density[i] * view.weights.colour_levels());
    }
}

TEST_F(SpaceSplat, SkipsWhatIsBehindTheCameraFarAwayOrNotFinite) {
    Camera3d from_x;
    from_x.orbit.azimuth = 0;
    from_x.orbit.elevation = 0;
    const VkExtent2D extent = {64, 48};
    const auto behind = static_cast<float>(from_x.distance(extent) * 1.01);
    Cloud cloud{{behind, 0, 0, 1e5F, 0, 0, 1e30F, 1e30F, 1e30F, 0, 9, 0, 0, 0, -9}};
    for (const float bad : {kNotANumber, kEndless, -kEndless, 1e38F, -1e38F}) {
        for (std::size_t axis = 0; axis < 3; ++axis) {
            cloud.points.insert(cloud.points.end(), {0, 0, 0});
            cloud.points[cloud.points.size() - 1 - axis] = axis == 2 && bad == -1e38F ? kNotANumber : bad;
        }
    }
    const SpaceView view = space_view(from_x, extent, {}, std::uint32_t(cloud.count()), false);
    const HostSplat found = run(cloud, {}, view, extent);
    EXPECT_EQ(*std::max_element(found.density.begin(), found.density.end()), 0U);
    const HostSplat middle = run({{0, 0, 0}}, {}, view, extent);
    EXPECT_GT(*std::max_element(middle.density.begin(), middle.density.end()), 0U);
}

TEST_F(SpaceSplat, NeedsThreeCoordinates) {
    const gpu::Buffer values = gpu::make_buffer<float>(device(), "values", std::vector<float>(2));
    const gpu::Buffer sums(device(), "sums", 4);
    const SpaceSplatter splatter(device());
    gpu::Recorder recorder(device(), "splat in space");
    recorder.begin();
    EXPECT_THROW(splatter.record(recorder, {values, 0, 1, 1, 2}, values, SpaceView(), {sums, sums, {1, 1}}),
                 std::logic_error);
    device().wait(device().submit(recorder));
}

}  // namespace
}  // namespace scorefield::render
