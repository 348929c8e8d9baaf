#include "gpu/image.hpp"

#include <gmock/gmock.h>

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "base/error.hpp"
#include "gpu/gpu_fixture.hpp"
#include "gpu/readback.hpp"
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
        Readback<Pixel> host(device(), "pixels", count);
        Recorder recorder(device(), "read pixels");
        recorder.begin();
        host.record(recorder, image);
        host.submitted(device().submit(recorder));
        const std::span<const Pixel> values = host.wait();
        return {values.begin(), values.end()};
    }
};

// paint.comp writes (x, y, x + y, 255).
TEST_F(ImageTest, StorageWritesAndSamplingSeeTheSamePixels) {
    constexpr std::uint32_t kWidth = 37;
    constexpr std::uint32_t kHeight = 21;
    const ComputePipeline paint(device(), "paint", shaders::gpu_paint_comp);
    const ComputePipeline sample(device(), "sample", shaders::gpu_sample_image_comp);
    const Image image(device(), "painted", kFormat, {kWidth, kHeight}, kEverything);
    const Buffer words(device(), "words", kWidth * kHeight * 4);
    Recorder recorder(device(), "paint and look");
    recorder.begin();
    recorder.dispatch(paint, {writes(image)}, kNoPush, 5, 3);
    recorder.dispatch(sample, {reads(image, Filter::nearest), writes(words)}, kNoPush, 5, 3);
    device().submit(recorder);
    const auto sampled = download<std::uint32_t>(device(), words);
    const std::vector<Pixel> read = pixels(image);
    for (std::uint32_t y = 0; y < kHeight; ++y) {
        for (std::uint32_t x = 0; x < kWidth; ++x) {
            const Pixel expected{static_cast<std::uint8_t>(x), static_cast<std::uint8_t>(y),
                                 static_cast<std::uint8_t>(x + y), 255};
            ASSERT_EQ(read[y * kWidth + x], expected) << x << ", " << y;
            ASSERT_EQ(sampled[y * kWidth + x], x * 1000 + y);
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

TEST_F(ImageTest, CopiesKeepBytesWhateverTheFormat) {
    const Image source(device(), "source", kFormat, {5, 3}, kEverything);
    const Image target(device(), "target", VK_FORMAT_B8G8R8A8_UNORM, {5, 3}, kEverything);
    const Image other(device(), "other", kFormat, {5, 4}, kEverything);
    const ComputePipeline paint(device(), "paint", shaders::gpu_paint_comp);
    Recorder recorder(device(), "copy image");
    recorder.begin();
    recorder.dispatch(paint, {writes(source)}, kNoPush, 1, 1);
    recorder.clear(target, {1, 1, 1, 1});
    recorder.copy(source, target);
    EXPECT_THROW(recorder.copy(source, other), std::logic_error);
    device().wait(device().submit(recorder));
    EXPECT_EQ(pixels(target), pixels(source));
    EXPECT_EQ(pixels(target)[14], (Pixel{4, 2, 6, 255}));
}

// A square over the left half: clear 0.2, then brightness 0.4 by each blend mode. Bytes: 0.2 = 51,
// 0.4 = 102, alpha 0.5: 0.5·0.4 + 0.5·0.2 = 0.3 = 76.5 (either neighbour).
TEST_F(ImageTest, DrawsPullVerticesAndBlend) {
    const Image image(device(), "canvas", kFormat, {16, 8}, kEverything);
    const std::vector<float> squares = {-1.0F, 0.0F, 1.0F, 0.4F};
    const Buffer centres = make_buffer<float>(device(), "centres", squares);
    struct Case {
        Blend blend;
        float alpha;
        std::uint8_t low, high;
    };
    for (const Case& one : {Case{Blend::none, 1.0F, 102, 102}, Case{Blend::alpha, 0.5F, 76, 77}}) {
        const GraphicsPipeline quads(device(), "quads", shaders::gpu_quads_vert, shaders::gpu_quads_frag, one.blend);
        Recorder recorder(device(), "draw");
        recorder.begin();
        recorder.clear(image, {0.2F, 0.2F, 0.2F, 1});
        recorder.draw(quads, image, {reads(centres)}, one.alpha, 6, 1);
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

TEST_F(ImageTest, LaterDrawsKeepTheContent) {
    const Image image(device(), "canvas", kFormat, {8, 8}, kEverything);
    // Half sizes 1 about (−1, 0) and 0.5 about (0.5, 0.5): columns 0 to 3, then columns and rows 4 to 7.
    const Buffer left = make_buffer<float>(device(), "left", std::vector<float>{-1, 0, 1, 1});
    const Buffer corner = make_buffer<float>(device(), "corner", std::vector<float>{0.5F, 0.5F, 0.5F, 1});
    const GraphicsPipeline quads(device(), "quads", shaders::gpu_quads_vert, shaders::gpu_quads_frag, Blend::none);
    Recorder recorder(device(), "two draws");
    recorder.begin();
    recorder.clear(image, {0, 0, 0, 0});
    recorder.draw(quads, image, {reads(left)}, 1.0F, 6);
    recorder.draw(quads, image, {reads(corner)}, 0.2F, 6);
    device().submit(recorder);
    const std::vector<Pixel> result = pixels(image);
    for (std::size_t y = 0; y < 8; ++y) {
        for (std::size_t x = 0; x < 8; ++x) {
            const int expected = x < 4 ? 255 : y < 4 ? 0 : 51;
            EXPECT_EQ(result[8 * y + x][0], expected) << x << ", " << y;
        }
    }
}

// The 5x3 image of 4-byte texels needs 60 bytes.
TEST_F(ImageTest, CopiesThatLeaveTheBufferAreRefused) {
    const Image image(device(), "image", kFormat, {5, 3}, kEverything);
    const Buffer exact(device(), "exact", 60);
    const Buffer shorter(device(), "shorter", 56);
    const Buffer longer(device(), "longer", 68);
    Recorder recorder(device(), "copies");
    recorder.begin();
    recorder.clear(image, {0, 0, 0, 0});
    EXPECT_NO_THROW(recorder.copy(image, exact));
    EXPECT_NO_THROW(recorder.copy(longer, image, 8));
    EXPECT_THROW(recorder.copy(image, shorter), std::logic_error);
    EXPECT_THROW(recorder.copy(shorter, image), std::logic_error);
    EXPECT_THROW(recorder.copy(image, exact, 4), std::logic_error);
    EXPECT_THROW(recorder.copy(longer, image, 12), std::logic_error);
    EXPECT_THROW(recorder.copy(image, longer, 2), std::logic_error) << "not a multiple of 4";
    EXPECT_THROW(recorder.copy(image, exact, ~VkDeviceSize{3}), std::logic_error) << "wraps around";
    device().submit(recorder);
}

TEST_F(ImageTest, ImpossibleImagesAreRefused) {
    const std::uint32_t most = device().properties().max_image_extent;
    const auto refuses = [](VkFormat format, VkExtent2D extent, VkImageUsageFlags usage) {
        EXPECT_THAT([&] { Image(device(), "image", format, extent, usage); },
                    testing::ThrowsMessage<base::Error>(
                        testing::HasSubstr("; ask for a smaller image, or choose another `device`")));
    };
    refuses(kFormat, {most + 1, 1}, VK_IMAGE_USAGE_SAMPLED_BIT);
    refuses(kFormat, {4, 0}, VK_IMAGE_USAGE_SAMPLED_BIT);
    refuses(VK_FORMAT_R64G64B64A64_UINT, {4, 4}, VK_IMAGE_USAGE_COLOR_ATTACHMENT_BIT);
}

}  // namespace
}  // namespace scorefield::gpu
