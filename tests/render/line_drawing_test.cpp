// Lines in world units, below and above the particles of a picture.
#include <gtest/gtest.h>

#include <cmath>

#include "gpu/transfer.hpp"
#include "render/capture.hpp"
#include "render/renderer.hpp"
#include "tests/gpu/gpu_fixture.hpp"
#include "tests/render/pictures.hpp"

namespace scorefield::render {
namespace {

constexpr VkExtent2D kExtent{64, 64};

class DrawnLines : public gpu::GpuTest {
  protected:
    /// A particle in the middle, with these extras.
    Picture shoot(const Extras& extras, const Camera2d& camera = {}) {
        gpu::Recorder recorder(device(), "frame");
        Capture capture(device(), 1);
        recorder.begin();
        renderer_.record(recorder, {particle_, 0, 1, 1, 2}, camera, plain(), {}, extras);
        capture.record(recorder, renderer_.scene());
        capture.submitted(device().submit(recorder));
        return capture.take();
    }

    Renderer renderer_{device(), kExtent, 1};
    gpu::Buffer particle_ = gpu::make_buffer<float>(device(), "particle", std::vector<float>{0, 0});
};

std::array<int, 3> pixel(const Picture& picture, std::size_t x, std::size_t y) {
    const std::uint8_t* const first = picture.rgba.data() + 4 * (y * picture.width + x);
    return {first[0], first[1], first[2]};
}

std::shared_ptr<const LineDrawing> one_line(const WorldLine& line) {
    auto drawing = std::make_shared<LineDrawing>();
    drawing->lines = {line};
    return drawing;
}

TEST_F(DrawnLines, HaveTheirPlaceInTheWorldAndTheirWidthInPixels) {
    const Ink green = {{0, 1, 0}, 1};
    // World −1 … 1 is the picture: y = 0.5 is between pixel rows 15 and 16.
    const auto drawing = one_line({{-0.75, 0.5}, {0.75, 0.5}, 2, green});
    const Picture near = shoot({.below = drawing});
    EXPECT_EQ(pixel(near, 32, 15), (std::array{0, 255, 0}));
    EXPECT_EQ(pixel(near, 32, 16), (std::array{0, 255, 0}));
    EXPECT_NE(pixel(near, 32, 13), (std::array{0, 255, 0}));
    EXPECT_NE(pixel(near, 2, 15), (std::array{0, 255, 0})) << "beyond its end";
    Camera2d far;
    far.half_height = 2;
    const Picture smaller = shoot({.below = drawing}, far);
    EXPECT_EQ(pixel(smaller, 32, 23), (std::array{0, 255, 0})) << "half as far from the middle, as wide as before";
    EXPECT_EQ(pixel(smaller, 32, 24), (std::array{0, 255, 0}));
    EXPECT_NE(pixel(smaller, 10, 23), (std::array{0, 255, 0}));
}

TEST_F(DrawnLines, AreBelowOrAboveTheParticles) {
    const auto across = one_line({{-1, 0}, {1, 0}, 8, {{0, 0, 1}, 1}});
    const Picture plain_picture = shoot({});
    const Picture below = shoot({.below = across});
    const Picture above = shoot({.above = across});
    EXPECT_NE(pixel(below, 32, 32), (std::array{0, 0, 255})) << "the particle";
    EXPECT_EQ(pixel(below, 5, 32), (std::array{0, 0, 255}));
    EXPECT_EQ(pixel(above, 32, 32), (std::array{0, 0, 255}));
    EXPECT_EQ(shoot({}), plain_picture) << "lines go again";
    EXPECT_EQ(shoot({.below = across, .above = across}), above);
}

TEST_F(DrawnLines, BeyondTheMostAreLeftOutWithoutHarm) {
    auto many = std::make_shared<LineDrawing>();
    for (int i = 0; i < 40'000; ++i) {
        const double y = -0.9 + 4e-5 * i;
        many->lines.push_back({{-0.9, y}, {0.9, y}, 1, {{1, 1, 1}, 0.1F}});
    }
    const Picture picture = shoot({.below = many});
    EXPECT_NE(pixel(picture, 20, 50), pixel(shoot({}), 20, 50));
}

}  // namespace
}  // namespace scorefield::render
