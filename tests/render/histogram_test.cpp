// The histogram of one-dimensional particles: counts against the host, and bars where the picture should have them.
#include "render/histogram.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numeric>
#include <random>

#include "gpu/transfer.hpp"
#include "render/capture.hpp"
#include "render/renderer.hpp"
#include "tests/gpu/gpu_fixture.hpp"
#include "tests/render/pictures.hpp"

namespace scorefield::render {
namespace {

class HistogramTest : public gpu::GpuTest {};

TEST_F(HistogramTest, CountsParticlesByBins) {
    constexpr std::uint32_t kFirst = 5;
    std::mt19937 random(4);
    std::normal_distribution<float> normal(0.3F, 1.0F);
    std::vector<float> values(kFirst, 0.0F);  // belong to others
    for (int i = 0; i < 4321; ++i) values.push_back(normal(random));
    values[700] = std::numeric_limits<float>::quiet_NaN();
    values[701] = std::numeric_limits<float>::infinity();
    values[702] = -1e30F;
    const auto count = static_cast<std::uint32_t>(values.size()) - kFirst;
    const gpu::Buffer buffer = gpu::make_buffer<float>(device(), "particles", values);
    for (const std::uint32_t width : {64U, 101U, 640U}) {
        const PictureTargets targets = Renderer::make_targets(device(), {width, 48});
        Camera2d camera;
        camera.half_height = 0.9;
        camera.centre = {0.2, 0};
        Histogram histogram(device(), VK_FORMAT_R8G8B8A8_UNORM);
        gpu::Recorder recorder(device(), "histogram");
        for (int again = 0; again < 2; ++again) {
            recorder.begin();
            recorder.clear(targets.scene, {0, 0, 0, 1});
            histogram.record(recorder, {buffer, kFirst, count, count, 1}, camera, {4, 40, 1}, {{1, 1, 1}, 1},
                             targets.scene);
            device().wait(device().submit(recorder));
        }
        const std::vector<std::uint32_t> counts = gpu::download<std::uint32_t>(device(), histogram.counts());
        const std::size_t bins = (width + 3) / 4;
        const double cell = Histogram::kBarWidth * camera.pixel_size({width, 48});
        const double low = camera.to_world({width, 48}, {0, 0})[0];
        std::vector<std::uint32_t> expected(bins);
        std::uint32_t near_edges = 0;
        for (std::uint32_t i = kFirst; i < values.size(); ++i) {
            const double bin = (static_cast<double>(values[i]) - low) / cell;
            if (bin >= 0 && bin < static_cast<double>(bins)) ++expected[static_cast<std::size_t>(bin)];
            if (std::abs(bin - std::round(bin)) < 1e-4) ++near_edges;
        }
        // Single precision may move a particle at the edge of a bin into the next one.
        std::uint32_t apart = 0;
        for (std::size_t i = 0; i < bins; ++i) {
            apart += static_cast<std::uint32_t>(std::abs(static_cast<int>(counts[i]) - static_cast<int>(expected[i])));
        }
        EXPECT_LE(apart, 2 * near_edges) << width;
        EXPECT_GT(std::accumulate(expected.begin(), expected.end(), 0U), 1500U);
    }
}

TEST_F(HistogramTest, DrawsDensitiesAsHeights) {
    // All particles in one bin of 4 pixels: their density is 1/(4 pixels), here 1/(4·2/64) = 8.
    const gpu::Buffer buffer = gpu::make_buffer<float>(device(), "particles", std::vector<float>(100, 0.1F));
    const VkExtent2D extent{64, 64};
    const PictureTargets targets = Renderer::make_targets(device(), extent);
    const auto shoot = [&](double most) {
        Histogram histogram(device(), VK_FORMAT_R8G8B8A8_UNORM);
        gpu::Recorder recorder(device(), "histogram");
        Capture capture(device(), 1);
        recorder.begin();
        recorder.clear(targets.scene, {0, 0, 0, 1});
        histogram.record(recorder, {buffer, 0, 100, 100, 1}, {}, {10, 50, most}, {{0, 1, 0}, 1}, targets.scene);
        capture.record(recorder, targets.scene);
        capture.submitted(device().submit(recorder));
        return capture.take();
    };
    const auto green_rows = [](const Picture& picture, std::size_t column) {
        std::vector<std::size_t> rows;
        for (std::size_t row = 0; row < 64; ++row) {
            if (picture.rgba[4 * (row * 64 + column) + 1] > 128) rows.push_back(row);
        }
        return rows;
    };
    // 0.1 is in column 35, of the bin of columns 32 … 35.
    const Picture half = shoot(16);
    const std::vector<std::size_t> rows = green_rows(half, 33);
    ASSERT_EQ(rows.size(), 20U) << "half of the forty rows";
    EXPECT_EQ(rows.front(), 30U);
    EXPECT_EQ(rows.back(), 49U);
    EXPECT_TRUE(green_rows(half, 31).empty());
    EXPECT_TRUE(green_rows(half, 36).empty());
    EXPECT_EQ(green_rows(shoot(2), 33).size(), 40U) << "higher bars end at the top";
}

}  // namespace
}  // namespace scorefield::render
