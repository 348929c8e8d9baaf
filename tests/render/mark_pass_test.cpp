#include "render/mark_pass.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "render/capture.hpp"
#include "tests/gpu/gpu_fixture.hpp"

namespace scorefield::render {
namespace {

class Marks : public gpu::GpuTest {
  protected:
    static constexpr VkExtent2D kExtent{160, 60};

    /// The canvas drawn over black.
    static Picture draw(const Canvas& canvas) {
        const gpu::Image scene(
            device(), "scene", VK_FORMAT_R8G8B8A8_UNORM, kExtent,
            VK_IMAGE_USAGE_COLOR_ATTACHMENT_BIT | VK_IMAGE_USAGE_TRANSFER_SRC_BIT | VK_IMAGE_USAGE_TRANSFER_DST_BIT);
        MarkPass pass(device(), 1, VK_FORMAT_R8G8B8A8_UNORM);
        gpu::Recorder recorder(device(), "marks");
        Capture capture(device(), 1);
        recorder.begin();
        recorder.clear(scene, {0, 0, 0, 1});
        pass.record(recorder, canvas, scene);
        capture.record(recorder, scene);
        capture.submitted(device().submit(recorder));
        return capture.take();
    }

    static int red(const Picture& picture, std::size_t x, std::size_t y) {
        return picture.rgba[(y * kExtent.width + x) * 4];
    }

    static Picture black() {
        Picture picture{kExtent.width, kExtent.height, std::vector<std::uint8_t>(kExtent.width * kExtent.height * 4)};
        for (std::size_t i = 3; i < picture.rgba.size(); i += 4) picture.rgba[i] = 255;
        return picture;
    }
};

TEST_F(Marks, TextEqualsTheHostsLetterForLetter) {
    const FontSize& size = glyph_atlas().size_for(18);
    Canvas canvas;
    canvas.text(7.3, 11.6, size, "Agσ−t = 0.86", {{1, 0.5f, 0.25f}, 1});
    const Picture found = draw(canvas);
    Picture expected = black();
    draw_text(expected, size, 7, 12, "Agσ−t = 0.86", {255, 128, 64});
    int worst = 0;
    for (std::size_t i = 0; i < found.rgba.size(); ++i) {
        worst = std::max(worst, std::abs(int(found.rgba[i]) - int(expected.rgba[i])));
    }
    // Rounding of the blend, twice where the boxes of two letters overlap.
    EXPECT_LE(worst, 2);
}

TEST_F(Marks, TextAlignsLeftCentredAndRight) {
    const FontSize& size = glyph_atlas().size_for(15);
    const int width = text_width(size, "H");
    for (const auto& [align, x] :
         {std::pair{Align::left, 40}, {Align::centre, 40 + width / 2}, {Align::right, 40 + width}}) {
        Canvas canvas;
        canvas.text(x, 5, size, "H", {}, align);
        Picture expected = black();
        draw_text(expected, size, 40, 5, "H", {255, 255, 255});
        const Picture found = draw(canvas);
        int moved = 0;
        for (std::size_t i = 0; i < found.rgba.size(); ++i) {
            moved = std::max(moved, std::abs(int(found.rgba[i]) - int(expected.rgba[i])));
        }
        // Half of an odd width rounds up by half a pixel.
        if (align != Align::centre || width % 2 == 0) {
            EXPECT_LE(moved, 2) << int(align);
        }
    }
}

TEST_F(Marks, RectanglesCoverTheirPixelsAndBlend) {
    Canvas canvas;
    canvas.rectangle(10, 20, 5, 3, {{1, 1, 1}, 1});
    canvas.rectangle(12, 20, 5, 3, {{0, 0, 0}, 0.5f});
    const Picture found = draw(canvas);
    EXPECT_EQ(red(found, 10, 20), 255);
    EXPECT_EQ(red(found, 11, 22), 255);
    EXPECT_EQ(red(found, 9, 20), 0);
    EXPECT_EQ(red(found, 10, 23), 0);
    EXPECT_NEAR(red(found, 13, 21), 127, 1);
    EXPECT_EQ(red(found, 16, 21), 0);
}

TEST_F(Marks, LinesHaveTheirWidthAndSoftEdgesAtEveryAngle) {
    Canvas canvas;
    canvas.line(10, 10.5, 60, 10.5, 1, {});
    canvas.line(100.5, 5, 100.5, 50, 3, {});
    canvas.line(20, 20, 60, 50, 2, {});
    const Picture found = draw(canvas);
    EXPECT_EQ(red(found, 30, 10), 255);
    EXPECT_EQ(red(found, 30, 9), 0);
    EXPECT_EQ(red(found, 30, 11), 0);
    for (std::size_t x = 99; x <= 101; ++x) EXPECT_EQ(red(found, x, 30), 255);
    EXPECT_EQ(red(found, 98, 30), 0);
    EXPECT_EQ(red(found, 102, 30), 0);
    // Each column crosses 2/cos(angle) pixels of ink: slope 3/4, so 2.5; the ramp samples it at whole pixels.
    for (std::size_t x = 30; x < 50; ++x) {
        double ink = 0;
        for (std::size_t y = 15; y < 55; ++y) ink += red(found, x, y) / 255.0;
        EXPECT_NEAR(ink, 2.5, 0.15) << x;
    }
}

TEST_F(Marks, NothingIsDrawnForAnEmptyCanvas) {
    EXPECT_EQ(draw({}), black());
}

}  // namespace
}  // namespace scorefield::render
