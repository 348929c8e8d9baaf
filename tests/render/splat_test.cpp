#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>

#include "gpu/transfer.hpp"
#include "render/splatter.hpp"
#include "tests/gpu/gpu_fixture.hpp"
#include "tests/render/host_splat.hpp"

namespace scorefield::render {
namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();

class Splat : public gpu::GpuTest {
  protected:
    /// Splats planes x and y, which lie at an odd place of a larger buffer full of NaN.
    static HostSplat run(const std::vector<float>& x, const std::vector<float>& y, const std::vector<float>& channel,
                         const Camera2d& camera, VkExtent2D extent, const SplatWeights& weights) {
        const std::size_t count = x.size();
        const std::size_t first = 5;
        const std::size_t stride = count + 3;
        std::vector<float> values(first + 2 * stride, kNan);
        std::copy(x.begin(), x.end(), values.begin() + first);
        std::copy(y.begin(), y.end(), values.begin() + std::ptrdiff_t(first + stride));
        const gpu::Buffer buffer = gpu::make_buffer<float>(device(), "values", values);
        return run({buffer, first, std::uint32_t(stride), std::uint32_t(count), 2}, channel, camera, extent, weights);
    }

    static HostSplat run(const Particles& particles, const std::vector<float>& channel, const Camera2d& camera,
                         VkExtent2D extent, const SplatWeights& weights) {
        const Splatter splatter(device());
        const std::vector<float> levels = channel.empty() ? std::vector<float>(1) : channel;
        const gpu::Buffer channels = gpu::make_buffer<float>(device(), "channel", levels);
        const VkDeviceSize bytes = VkDeviceSize{4} * extent.width * extent.height;
        const gpu::Buffer density(device(), "density", bytes);
        const gpu::Buffer colour(device(), "colour", bytes);
        gpu::Recorder recorder(device(), "splat");
        recorder.begin();
        recorder.fill(density, 0);
        recorder.fill(colour, 0);
        splatter.record(recorder, particles, channels, camera, weights, {density, colour, extent});
        device().wait(device().submit(recorder));
        return {gpu::download<std::uint32_t>(device(), density), gpu::download<std::uint32_t>(device(), colour)};
    }
};

/// Radius and colour.
class SplatOf : public Splat, public ::testing::WithParamInterface<std::tuple<std::uint32_t, bool>> {};

TEST_P(SplatOf, EqualsTheHostsSumsExactlyAtOddAndTinySizes) {
    const auto [radius, coloured] = GetParam();
    unsigned seed = 1;
    for (const VkExtent2D extent : {VkExtent2D{1, 1}, VkExtent2D{3, 5}, VkExtent2D{67, 41}, VkExtent2D{333, 217}}) {
        const std::size_t count = 300 + 7 * seed;
        const auto x = random_plane(count, seed);
        const auto y = random_plane(count, seed + 100);
        std::vector<float> channel;
        for (std::size_t i = 0; coloured && i < count; ++i) channel.push_back(float(i) / float(count - 1));
        const Camera2d camera{{0.3, -0.1}, 1.1, 1.3};
        const SplatWeights weights = choose_weights(std::uint32_t(count), radius, coloured);
        const HostSplat expected = host_splat(x, y, channel, camera, extent, weights);
        const HostSplat found = run(x, y, channel, camera, extent, weights);
        EXPECT_EQ(found.density, expected.density) << extent.width << "x" << extent.height;
        EXPECT_EQ(found.colour, expected.colour) << extent.width << "x" << extent.height;
        ++seed;
    }
}

TEST_P(SplatOf, EveryParticleInsideGivesItsWholeWeight) {
    const auto [radius, coloured] = GetParam();
    const std::size_t count = 1001;
    const std::vector<float> channel(coloured ? count : 0, 1.0f);
    const SplatWeights weights = choose_weights(count, radius, coloured);
    // All within 6 deviations of 0.1 of the centre: far from the edges of a view of height 2.
    const HostSplat found =
        run(random_plane(count, 7, 0.1f), random_plane(count, 8, 0.1f), channel, {}, {160, 90}, weights);
    const auto sum = [](const std::vector<std::uint32_t>& of) {
        return std::accumulate(of.begin(), of.end(), std::uint64_t{0});
    };
    EXPECT_EQ(sum(found.density), std::uint64_t{count} * weights.weight());
    EXPECT_EQ(sum(found.colour), coloured ? std::uint64_t{count} * weights.weight() * weights.colour_levels() : 0);
}

INSTANTIATE_TEST_SUITE_P(, SplatOf, ::testing::Combine(::testing::Values(1u, 2u, 3u), ::testing::Bool()),
                         [](const auto& of) {
                             return "radius" + std::to_string(std::get<0>(of.param)) +
                                    (std::get<1>(of.param) ? "coloured" : "");
                         });

TEST_F(Splat, HoldsAllParticlesOnOnePixelWithoutOverflow) {
    const std::size_t count = 50'000;
    const std::vector<float> zero(count, 0.0f);
    const std::vector<float> one(count, 1.0f);
    // The centre of the middle pixel of 3 × 3 is the camera's centre; a radius of 1 puts all of the weight there.
    const SplatWeights weights = choose_weights(count, 1, true);
    const HostSplat found = run(zero, zero, one, {}, {3, 3}, weights);
    const std::uint64_t density = std::uint64_t{count} * weights.weight();
    ASSERT_LT(density * weights.colour_levels(), std::uint64_t{1} << 32);
    EXPECT_EQ(found.density[4], density);
    EXPECT_EQ(found.colour[4], density * weights.colour_levels());
    EXPECT_EQ(std::accumulate(found.density.begin(), found.density.end(), std::uint64_t{0}), density);
}

TEST_F(Splat, SkipsWhatIsNotFiniteOrFarAway) {
    const std::vector<float> bad = {kNan, kInfinity, -kInfinity, 1e38f, -1e38f, 3e9f, -3e9f, 1e5f};
    std::vector<float> x;
    std::vector<float> y;
    for (const float value : bad) {
        for (const float other : {0.0f, value}) {
            x.push_back(value);
            y.push_back(other);
            x.push_back(other);
            y.push_back(value);
        }
    }
    const SplatWeights weights = choose_weights(std::uint32_t(x.size()), 2, false);
    const HostSplat found = run(x, y, {}, {}, {64, 48}, weights);
    EXPECT_EQ(*std::max_element(found.density.begin(), found.density.end()), 0u);
}

TEST_F(Splat, CutsFootprintsAtTheEdges) {
    // Particles along all four edges and corners of the view [−1, 1]², half of them outside.
    std::vector<float> x;
    std::vector<float> y;
    for (const float along : {-1.0f, -0.37f, 0.0f, 0.61f, 1.0f}) {
        for (const float across : {-1.03f, -1.0f, -0.98f, 0.98f, 1.0f, 1.03f}) {
            x.insert(x.end(), {along, across});
            y.insert(y.end(), {across, along});
        }
    }
    const VkExtent2D extent{40, 40};
    for (std::uint32_t radius = 1; radius <= kMaxDotRadius; ++radius) {
        const SplatWeights weights = choose_weights(std::uint32_t(x.size()), radius, false);
        EXPECT_EQ(run(x, y, {}, {}, extent, weights).density, host_splat(x, y, {}, {}, extent, weights).density);
    }
}

TEST_F(Splat, SpreadsOneDimensionOverAStripEvenly) {
    const std::uint32_t count = 4096;
    const gpu::Buffer values = gpu::make_buffer<float>(device(), "values", std::vector<float>(count, 0.25f));
    const VkExtent2D extent{32, 32};
    const SplatWeights weights = choose_weights(count, 1, false);
    // Van der Corput's sequence of 4 096 points is k/4096 in some order.
    std::vector<float> y;
    for (std::uint32_t k = 0; k < count; ++k) y.push_back(float(k) / float(count) - 0.5f);
    const auto expected = host_splat(std::vector<float>(count, 0.25f), y, {}, {}, extent, weights);
    EXPECT_EQ(run({values, 0, count, count, 1}, {}, {}, extent, weights).density, expected.density);
}

TEST_F(Splat, OriginIsTheNormalDistributionFunctionOfTheFirstCoordinate) {
    const std::uint32_t count = 1000;
    std::vector<float> values(2 + count, 1e6f);
    for (std::uint32_t i = 0; i < count; ++i) values[2 + i] = 40.0f + 2.5f * (-5 + 10 * float(i) / float(count - 1));
    values[2] = kNan;
    values[3] = kInfinity;
    values[4] = -kInfinity;
    const gpu::Buffer buffer = gpu::make_buffer<float>(device(), "values", values);
    const gpu::Buffer channel = gpu::make_buffer<float>(device(), "channel", std::vector<float>(count, kNan));
    const Splatter splatter(device());
    gpu::Recorder recorder(device(), "origin");
    recorder.begin();
    splatter.record_origin(recorder, {buffer, 2, count, count, 1}, 40, 2.5, channel);
    device().wait(device().submit(recorder));
    const auto found = gpu::download<float>(device(), channel);
    EXPECT_EQ(found[0], 0.5f);
    EXPECT_NEAR(found[1], 1, 1e-4);
    EXPECT_NEAR(found[2], 0, 1e-4);
    for (std::uint32_t i = 3; i < count; ++i) {
        // The stated accuracy of the approximation.
        EXPECT_NEAR(found[i], 0.5 * std::erfc(-(double(values[2 + i]) - 40) / 2.5 / std::sqrt(2.0)), 2e-4);
        EXPECT_GE(found[i], 0);
        EXPECT_LE(found[i], 1);
    }
}

}  // namespace
}  // namespace scorefield::render
