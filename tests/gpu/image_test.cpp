#include "gpu/image.hpp"

#include <gmock/gmock.h>

#include <array>
#include <cstdint>
#include <vector>

#include "base/error.hpp"
#include "gpu/gpu_fixture.hpp"
#include "shaders/gpu/paint.comp.hpp"
#include "shaders/gpu/quads.frag.hpp"
#include "shaders/gpu/quads.vert.hpp"
#include "shaders/gpu/sample_image.comp.hpp"

namespace scorefield::gpu {
namespace {

constexpr VkFormat kFormat = VK_FORMAT_R8G8B8A8_UNORM;
constexpr VkImageUsageFlags kEverything = VK_IMAGE_USAGE_STORAGE_BIT | VK_IMAGE_USAGE_SAMPLED_BIT |
                                          VK_IMAGE_USAGE_TRANSFER_SRC_BIT | VK_IMAGE_USAGE_TRANSFER_DST_BIT |
                                          VK_IMAGE_USAGE_COLOR_ATTACHMENT_BIT;

using Pixel = std::array<std::uint8_t, 4>;

class ImageTest : public GpuTest {
  protected:
    static std::vector<Pixel> pixels(const Image& image) {
        const std::size_t count = std::size_t{image.extent().width} * image.extent().height;
        const Buffer host(device(), "pixels", count * 4, MemoryUse::readback);
        Recorder recorder(device(), "read pixels");
        recorder.begin();
        recorder.copy(image, host);
        device().wait(device().submit(recorder));
        const auto mapped = host.mapped<const Pixel>();
        return {mapped.begin(), mapped.begin() + static_cast<std::ptrdiff_t>(count)};
    }
};

// paint.comp writes (x, y, x + y, 255).
TEST_F(ImageTest, StorageWritesSamplingAndBlitSeeTheSamePixels) {
    constexpr std::uint32_t kWidth = 37;
    constexpr std::uint32_t kHeight = 21;
    const ComputePipeline paint(device(), "paint", shaders::gpu_paint_comp);
    const ComputePipeline sample(device(), "sample", shaders::gpu_sample_image_comp);
    const Image image(device(), "painted", kFormat, {kWidth, kHeight}, kEverything);
    const Image twice(device(), "twice", kFormat, {2 * kWidth, 2 * kHeight}, kEverything);
    const Buffer words(device(), "words", kWidth * kHeight * 4);
    Recorder recorder(device(), "paint and look");
    recorder.begin();
    recorder.dispatch(paint, {writes(image)}, kNoPush, 5, 3);
    recorder.dispatch(sample, {reads(image, Filter::nearest), writes(words)}, kNoPush, 5, 3);
    recorder.blit(image, twice);
    device().submit(recorder);
    const auto sampled = download<std::uint32_t>(device(), words);
    const std::vector<Pixel> read = pixels(image);
    const std::vector<Pixel> large = pixels(twice);
    for (std::uint32_t y = 0; y < kHeight; ++y) {
        for (std::uint32_t x = 0; x < kWidth; ++x) {
            const Pixel expected{static_cast<std::uint8_t>(x), static_cast<std::uint8_t>(y),
                                 static_cast<std::uint8_t>(x + y), 255};
            ASSERT_EQ(read[y * kWidth + x], expected) << x << ", " << y;
            ASSERT_EQ(sampled[y * kWidth + x], x * 1000 + y);
            ASSERT_EQ(large[(2 * y + 1) * 2 * kWidth + 2 * x], expected);
        }
    }
}

TEST_F(ImageTest, BuffersAndClearsFillImages) {
    const Image image(device(), "image", kFormat, {5, 3}, kEverything);
    std::vector<std::uint32_t> values(15);
    for (std::uint32_t i = 0; i < 15; ++i) values[i] = 0x01010101U * i;
    const Buffer source = make_buffer<std::uint32_t>(device(), "source", values);
    Recorder recorder(device(), "fill image");
    recorder.begin();
    recorder.copy(source, image);
    device().wait(device().submit(recorder));
    EXPECT_EQ(pixels(image)[14], (Pixel{14, 14, 14, 14}));
    recorder.begin();
    recorder.clear(image, {1, 0, 0.2F, 1});
    device().submit(recorder);
    EXPECT_EQ(pixels(image)[7], (Pixel{255, 0, 51, 255}));
}

// A square over the left half, drawn twice: clear 0.2, then brightness 0.4 by each blend mode. Bytes: 0.2 = 51,
// 0.4 = 102, alpha 0.5: 0.5·0.4 + 0.5·0.2 = 0.3 = 76.5 (either neighbour), additive 0.2 + 0.5·0.4 = 0.4.
TEST_F(ImageTest, DrawsPullVerticesAndBlend) {
    const Image image(device(), "canvas", kFormat, {16, 8}, kEverything);
    const std::vector<float> squares = {-1.0F, 0.0F, 1.0F, 0.4F};
    const Buffer centres = make_buffer<float>(device(), "centres", squares);
    struct Case {
        Blend blend;
        float alpha;
        std::uint8_t low, high;
    };
    for (const Case& one :
         {Case{Blend::none, 1.0F, 102, 102}, Case{Blend::alpha, 0.5F, 76, 77}, Case{Blend::additive, 0.5F, 102, 102}}) {
        const GraphicsPipeline quads(device(), "quads", shaders::gpu_quads_vert, shaders::gpu_quads_frag,
                                     {VK_PRIMITIVE_TOPOLOGY_TRIANGLE_LIST, one.blend, kFormat, {}});
        Recorder recorder(device(), "draw");
        recorder.begin();
        recorder.draw(quads, {image, std::array{0.2F, 0.2F, 0.2F, 1.0F}, {}}, {reads(centres)}, one.alpha, 6, 1);
        device().submit(recorder);
        const std::vector<Pixel> result = pixels(image);
        for (std::size_t y = 0; y < 8; ++y) {
            for (std::size_t x = 0; x < 16; ++x) {
                const std::uint8_t red = result[y * 16 + x][0];
                EXPECT_TRUE(x < 8 ? red >= one.low && red <= one.high : red == 51)
                    << x << ", " << y << ": " << int{red};
            }
        }
    }
}

TEST_F(ImageTest, LaterDrawsKeepTheContentAndStayInTheirArea) {
    const Image image(device(), "canvas", kFormat, {8, 8}, kEverything);
    const Buffer centres = make_buffer<float>(device(), "centres", std::vector<float>{0, 0, 1, 1});
    const GraphicsPipeline quads(device(), "quads", shaders::gpu_quads_vert, shaders::gpu_quads_frag,
                                 {VK_PRIMITIVE_TOPOLOGY_TRIANGLE_LIST, Blend::none, kFormat, {}});
    Recorder recorder(device(), "two draws");
    recorder.begin();
    recorder.clear(image, {0, 0, 0, 0});
    recorder.draw(quads, {image, {}, VkRect2D{{0, 0}, {2, 8}}}, {reads(centres)}, 1.0F, 6);
    recorder.draw(quads, {image, {}, VkRect2D{{4, 0}, {2, 8}}}, {reads(centres)}, 0.2F, 6);
    device().submit(recorder);
    const std::vector<Pixel> result = pixels(image);
    const std::array<std::uint8_t, 8> expected = {255, 255, 0, 0, 51, 51, 0, 0};
    for (std::size_t i = 0; i < 64; ++i) EXPECT_EQ(result[i][0], expected[i % 8]) << i;
}

TEST_F(ImageTest, ImpossibleImagesAreRefused) {
    const std::uint32_t most = device().properties().max_image_extent;
    EXPECT_THROW(Image(device(), "wide", kFormat, {most + 1, 1}, VK_IMAGE_USAGE_SAMPLED_BIT), base::Error);
    EXPECT_THROW(Image(device(), "flat", kFormat, {4, 0}, VK_IMAGE_USAGE_SAMPLED_BIT), base::Error);
    EXPECT_THROW(Image(device(), "odd", VK_FORMAT_R64G64B64A64_UINT, {4, 4}, VK_IMAGE_USAGE_COLOR_ATTACHMENT_BIT),
                 base::Error);
}

}  // namespace
}  // namespace scorefield::gpu
