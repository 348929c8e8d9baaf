#include "session/still.hpp"

#include <cmath>
#include <random>

#include "gpu/transfer.hpp"
#include "render/capture.hpp"
#include "render/renderer.hpp"
#include "tests/gpu/gpu_fixture.hpp"

namespace scorefield::session {
namespace {

/// Particles with origins, data, a field, and lines below and above; in `dim` dimensions.
class StillTest : public gpu::GpuTest {
  protected:
    static constexpr std::uint32_t kCount = 300;
    static constexpr VkExtent2D kExtent = {131, 87};

    static std::vector<float> cloud(std::size_t values, unsigned seed) {
        std::mt19937 random(seed);
        std::normal_distribution<float> normal(0, 0.6F);
        std::vector<float> all(values);
        for (float& value : all) value = normal(random);
        return all;
    }

    static StillContent content(std::uint32_t dim) {
        StillContent content;
        content.extent = kExtent;
        content.look.mode = render::ColourMode::origin;
        content.look.axes = false;
        content.look.dot_radius = 1;
        if (dim == 3) content.camera = render::Camera3d{{{0, 0, 0}, 2}, {}};
        if (dim < 3) content.camera = render::Camera2d{{0.1, 0}, 1.5, 1};
        auto lines = std::make_shared<render::LineDrawing>();
        lines->lines.push_back({{-1, -0.5}, {1, 0.7}, 2, {{1, 0.5F, 0}, 1}});
        content.below = lines;
        content.above = lines;
        content.overlay = std::make_shared<const data::Points>(data::Points{40, dim, cloud(40 * dim, 3)});
        return content;
    }

    /// What the renderer of the window draws.
    static render::Picture drawn(const StillContent& content, const gpu::Buffer& values, const gpu::Buffer& origins,
                                 std::uint32_t dim, VkExtent2D extent) {
        render::Renderer renderer(device(), extent, kCount);
        renderer.set_overlay(content.overlay->values, dim);
        renderer.take_origins(gpu::make_buffer<float>(device(), "origins", gpu::download<float>(device(), origins)));
        gpu::Recorder recorder(device(), "window");
        render::Capture capture(device(), 1);
        recorder.begin();
        renderer.record(recorder, {values, 5, kCount + 2, kCount, dim}, content.camera, content.look, content.captions,
                        {.below = content.below, .above = content.above});
        capture.record(recorder, renderer.scene());
        capture.submitted(device().submit(recorder));
        return capture.take();
    }
};

TEST_F(StillTest, IsThePictureOfTheWindowOrALargerOne) {
    for (const std::uint32_t dim : {1U, 2U, 3U}) {
        // Planes do not begin at 0 and have gaps; what follows them is poison.
        std::vector<float> planes(5 + std::size_t{kCount + 2} * dim, NAN);
        const std::vector<float> places = cloud(std::size_t{kCount} * dim, 7);
        for (std::uint32_t e = 0; e < dim; ++e) {
            for (std::uint32_t i = 0; i < kCount; ++i) planes[5 + e * (kCount + 2) + i] = places[e * kCount + i];
        }
        const gpu::Buffer values = gpu::make_buffer<float>(device(), "values", planes);
        std::vector<float> shares(kCount);
        std::mt19937 random(dim);
        for (float& share : shares) share = float(random() % 1000) / 1000;
        const gpu::Buffer origins = gpu::make_buffer<float>(device(), "origins", shares);
        const StillContent shown = content(dim);
        for (const std::uint32_t scale : {1U, 2U}) {
            Still still(device(), kCount, dim);
            EXPECT_FALSE(still.arrived());
            gpu::Recorder recorder(device(), "frame");
            recorder.begin();
            still.record(recorder, {values, 5, kCount + 2, kCount, dim}, origins, shown);
            const gpu::Submission submission = device().submit(recorder);
            still.submitted(submission);
            device().wait(submission);
            EXPECT_TRUE(still.arrived());
            const render::Picture found = still.draw(scale);
            StillContent larger = shown;
            auto lines = std::make_shared<render::LineDrawing>(*shown.below);
            for (render::WorldLine& line : lines->lines) line.width *= scale;
            larger.below = larger.above = lines;
            larger.look.dot_radius *= static_cast<int>(scale);
            EXPECT_EQ(found, drawn(larger, values, origins, dim, {kExtent.width * scale, kExtent.height * scale}))
                << dim << " dimensions, " << scale << " times";
        }
    }
}

}  // namespace
}  // namespace scorefield::session
