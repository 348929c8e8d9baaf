#include "gpu/swapchain.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "gpu/enumerate.hpp"
#include "gpu/gpu_fixture.hpp"

namespace scorefield::gpu {
namespace {

bool offered(const char* name) {
    const auto list = [](std::uint32_t* count, VkExtensionProperties* extensions) {
        return vkEnumerateInstanceExtensionProperties(nullptr, count, extensions);
    };
    return contains(enumerate<VkExtensionProperties>("vkEnumerateInstanceExtensionProperties", list), name);
}

/// Presents to a surface without a display, which SwiftShader's driver offers. Has a device of its own, with the
/// surface extensions.
class SwapchainTest : public ::testing::Test {
  protected:
    void SetUp() override {
        ASSERT_TRUE(offered(VK_EXT_HEADLESS_SURFACE_EXTENSION_NAME)) << "run these on SwiftShader";
        DeviceRequest request;
        request.validation = Validation::sync;
        request.keep_hazard_log = true;
        request.cache_folder = cache_folder_.path();
        request.instance_extensions = {VK_KHR_SURFACE_EXTENSION_NAME, VK_EXT_HEADLESS_SURFACE_EXTENSION_NAME};
        device_ = std::make_unique<Device>(request);
        log_ = device_->message_log();
    }

    void TearDown() override {
        if (!device_) return;
        for (const std::string& finding : check_hazards(device_->hazard_log())) ADD_FAILURE() << finding;
        device_.reset();
        for (const std::string& message : log_->messages()) ADD_FAILURE() << message;
    }

    VkSurfaceKHR make_surface() {
        const auto create = reinterpret_cast<PFN_vkCreateHeadlessSurfaceEXT>(
            vkGetInstanceProcAddr(device_->instance(), "vkCreateHeadlessSurfaceEXT"));
        VkHeadlessSurfaceCreateInfoEXT info{};
        info.sType = VK_STRUCTURE_TYPE_HEADLESS_SURFACE_CREATE_INFO_EXT;
        VkSurfaceKHR surface = VK_NULL_HANDLE;
        EXPECT_EQ(create(device_->instance(), &info, nullptr, &surface), VK_SUCCESS);
        return surface;
    }

    /// Shows a plain colour; false when there was nothing to show it on.
    bool show(Swapchain& swapchain, Recorder& recorder) {
        const auto frame = swapchain.acquire();
        if (!frame) return false;
        device_->wait(recorder.submission());
        recorder.begin();
        recorder.clear(frame->image, {0.5F, 0, 0, 1});
        recorder.prepare_present(frame->image);
        device_->submit(recorder, frame->sync);
        swapchain.present(*frame);
        return true;
    }

    const base::ScratchFolder cache_folder_;
    std::unique_ptr<Device> device_;
    std::shared_ptr<const MessageLog> log_;
};

TEST_F(SwapchainTest, ShowsFramesThroughResizingAndMinimising) {
    Swapchain swapchain(*device_, make_surface(), 64, 48);
    Recorder recorder(*device_, "frame");
    for (int i = 0; i < 8; ++i) EXPECT_TRUE(show(swapchain, recorder));
    EXPECT_EQ(swapchain.generation(), 1U);
    swapchain.resize(31, 7);
    for (int i = 0; i < 8; ++i) EXPECT_TRUE(show(swapchain, recorder));
    EXPECT_EQ(swapchain.generation(), 2U);
    swapchain.resize(0, 0);
    EXPECT_FALSE(show(swapchain, recorder));
    EXPECT_FALSE(show(swapchain, recorder));
    swapchain.resize(1, 1);
    for (int i = 0; i < 8; ++i) EXPECT_TRUE(show(swapchain, recorder));
    EXPECT_EQ(swapchain.generation(), 3U);
    EXPECT_EQ(swapchain.image(0).extent().width, swapchain.extent().width);
}

}  // namespace
}  // namespace scorefield::gpu
