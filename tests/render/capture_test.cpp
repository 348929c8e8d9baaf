#include "render/capture.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>

#include "tests/gpu/gpu_fixture.hpp"

namespace scorefield::render {
namespace {

class CaptureTest : public gpu::GpuTest {};

TEST_F(CaptureTest, GivesPicturesBackInTheirOrderWhileOthersAreUnderWay) {
    const VkExtent2D extent{7, 5};
    const gpu::Image image(device(), "image", VK_FORMAT_R8G8B8A8_UNORM, extent,
                           VK_IMAGE_USAGE_TRANSFER_SRC_BIT | VK_IMAGE_USAGE_TRANSFER_DST_BIT);
    Capture capture(device(), 3);
    std::vector<std::unique_ptr<gpu::Recorder>> recorders;
    std::vector<int> reds;
    for (int frame = 0; frame < 10; ++frame) {
        if (capture.full()) reds.push_back(capture.take().rgba[0]);
        recorders.push_back(std::make_unique<gpu::Recorder>(device(), "frame"));
        recorders.back()->begin();
        recorders.back()->clear(image, {float(frame) / 255, 0, 0, 1});
        capture.record(*recorders.back(), image);
        capture.submitted(device().submit(*recorders.back()));
    }
    while (!capture.empty()) {
        const Picture picture = capture.take();
        EXPECT_EQ(picture.width, 7u);
        EXPECT_EQ(picture.height, 5u);
        EXPECT_EQ(picture.rgba.size(), 7u * 5 * 4);
        reds.push_back(picture.rgba[0]);
    }
    EXPECT_EQ(reds, (std::vector<int>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}));
}

TEST_F(CaptureTest, SaysWhenItIsMisused) {
    const gpu::Image image(device(), "image", VK_FORMAT_R8G8B8A8_UNORM, {2, 2},
                           VK_IMAGE_USAGE_TRANSFER_SRC_BIT | VK_IMAGE_USAGE_TRANSFER_DST_BIT);
    Capture capture(device(), 1);
    EXPECT_THROW(capture.take(), std::logic_error);
    gpu::Recorder recorder(device(), "frame");
    recorder.begin();
    recorder.clear(image, {0, 0, 0, 1});
    capture.record(recorder, image);
    EXPECT_THROW(capture.record(recorder, image), std::logic_error);
    EXPECT_THROW(capture.take(), std::logic_error);
    capture.submitted(device().submit(recorder));
    EXPECT_EQ(capture.take().rgba.size(), 16u);
}

}  // namespace
}  // namespace scorefield::render
