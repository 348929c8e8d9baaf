#include "gpu/swapchain.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "gpu/enumerate.hpp"
#include "gpu/structure.hpp"
#include "gpu/tracking.hpp"

namespace scorefield::gpu {
namespace {

/// What may touch an acquired image first; earlier stages of the frame need not wait for the window system.
constexpr VkPipelineStageFlags2 kFirstStages =
    VK_PIPELINE_STAGE_2_ALL_TRANSFER_BIT | VK_PIPELINE_STAGE_2_COLOR_ATTACHMENT_OUTPUT_BIT;
constexpr VkImageUsageFlags kUsage = VK_IMAGE_USAGE_COLOR_ATTACHMENT_BIT | VK_IMAGE_USAGE_TRANSFER_DST_BIT;
constexpr std::uint64_t kAcquireNanoseconds = 200'000'000;
constexpr const char* kOtherDevice = "choose another with `device`, or use render";

VkSurfaceFormatKHR choose_format(VkPhysicalDevice physical, VkSurfaceKHR surface) {
    const auto formats = enumerate<VkSurfaceFormatKHR>(
        "vkGetPhysicalDeviceSurfaceFormatsKHR", [=](std::uint32_t* count, VkSurfaceFormatKHR* offered) {
            return vkGetPhysicalDeviceSurfaceFormatsKHR(physical, surface, count, offered);
        });
    for (const VkFormat wanted : {VK_FORMAT_B8G8R8A8_UNORM, VK_FORMAT_R8G8B8A8_UNORM}) {
        for (const VkSurfaceFormatKHR& format : formats) {
            if (format.format == wanted && format.colorSpace == VK_COLOR_SPACE_SRGB_NONLINEAR_KHR) return format;
        }
    }
    throw base::running_error("cannot show a window", "Vulkan surface", "it offers no 8-bit format", kOtherDevice);
}

/// The first that is supported; every surface supports one.
VkCompositeAlphaFlagBitsKHR choose_alpha(VkCompositeAlphaFlagsKHR supported) {
    for (const VkCompositeAlphaFlagBitsKHR wanted :
         {VK_COMPOSITE_ALPHA_OPAQUE_BIT_KHR, VK_COMPOSITE_ALPHA_INHERIT_BIT_KHR,
          VK_COMPOSITE_ALPHA_PRE_MULTIPLIED_BIT_KHR}) {
        if ((supported & static_cast<VkCompositeAlphaFlagsKHR>(wanted)) != 0) return wanted;
    }
    return VK_COMPOSITE_ALPHA_POST_MULTIPLIED_BIT_KHR;
}

VkExtent2D choose_extent(const VkSurfaceCapabilitiesKHR& capabilities, VkExtent2D wanted) {
    if (wanted.width == 0 || wanted.height == 0) return {0, 0};
    if (capabilities.currentExtent.width != ~std::uint32_t{0}) return capabilities.currentExtent;
    return {std::clamp(wanted.width, capabilities.minImageExtent.width, capabilities.maxImageExtent.width),
            std::clamp(wanted.height, capabilities.minImageExtent.height, capabilities.maxImageExtent.height)};
}

}  // namespace

struct Swapchain::State {
    /// A semaphore for acquiring, free again once the submission that waited for it has completed.
    struct AcquireSemaphore {
        VkSemaphore semaphore = VK_NULL_HANDLE;
        Submission waited_by;
    };

    Device& device;
    VkSurfaceKHR surface;
    VkExtent2D wanted;
    VkSurfaceFormatKHR format{};
    VkSwapchainKHR swapchain = VK_NULL_HANDLE;
    VkExtent2D extent{};
    std::vector<Image> images{};
    std::vector<VkSemaphore> drawn{};  ///< per image: presenting waits for it
    std::vector<AcquireSemaphore> acquires{};
    std::size_t acquiring = 0;  ///< which of `acquires` the frame under way waits for
    bool stale = true;
    std::uint64_t generation = 0;

    State(Device& owner, VkSurfaceKHR window, VkExtent2D size) : device(owner), surface(window), wanted(size) {}
    ~State() {
        release_images();
        vkDestroySwapchainKHR(device.handle(), swapchain, nullptr);
        vkDestroySurfaceKHR(device.instance(), surface, nullptr);
    }
    State(const State&) = delete;
    State& operator=(const State&) = delete;

    VkSemaphore make_semaphore() const {
        const auto info = make_structure<VkSemaphoreCreateInfo>(VK_STRUCTURE_TYPE_SEMAPHORE_CREATE_INFO);
        VkSemaphore semaphore = VK_NULL_HANDLE;
        check(vkCreateSemaphore(device.handle(), &info, nullptr, &semaphore), "vkCreateSemaphore");
        return semaphore;
    }

    VkSurfaceCapabilitiesKHR capabilities() const {
        VkSurfaceCapabilitiesKHR now{};
        check(vkGetPhysicalDeviceSurfaceCapabilitiesKHR(device.physical(), surface, &now),
              "vkGetPhysicalDeviceSurfaceCapabilitiesKHR");
        return now;
    }

    void release_images() noexcept {
        images.clear();
        // The window system may still wait for semaphores: only an idle queue tells.
        device.drain();
        for (const VkSemaphore semaphore : drawn) vkDestroySemaphore(device.handle(), semaphore, nullptr);
        for (const AcquireSemaphore& one : acquires) vkDestroySemaphore(device.handle(), one.semaphore, nullptr);
        drawn.clear();
        acquires.clear();
    }

    /// Makes the images anew for the surface as it is now; none, cheaply, as long as that is empty.
    void renew() {
        const VkSurfaceCapabilitiesKHR now = capabilities();
        const VkExtent2D size = choose_extent(now, wanted);
        const bool empty = size.width == 0 || size.height == 0;
        if (empty && swapchain == VK_NULL_HANDLE) return;
        device.wait_idle();
        release_images();
        extent = size;
        const VkSwapchainKHR old = std::exchange(swapchain, VK_NULL_HANDLE);
        if (!empty) make_swapchain(now, old);
        vkDestroySwapchainKHR(device.handle(), old, nullptr);
        if (empty) return;
        take_images();
        ++generation;
        stale = false;
    }

    /// Notes that the images no longer fit exactly. Only another size is mended by making them anew: a window system
    /// may call them suboptimal for good.
    void note_suboptimal() {
        const VkExtent2D size = choose_extent(capabilities(), wanted);
        if (size.width != extent.width || size.height != extent.height) stale = true;
    }

    void make_swapchain(const VkSurfaceCapabilitiesKHR& now, VkSwapchainKHR old) {
        const std::uint32_t most = now.maxImageCount == 0 ? ~std::uint32_t{0} : now.maxImageCount;
        auto info = make_structure<VkSwapchainCreateInfoKHR>(VK_STRUCTURE_TYPE_SWAPCHAIN_CREATE_INFO_KHR);
        info.surface = surface;
        info.minImageCount = std::min(now.minImageCount + 1, most);
        info.imageFormat = format.format;
        info.imageColorSpace = format.colorSpace;
        info.imageExtent = extent;
        info.imageArrayLayers = 1;
        info.imageUsage = kUsage;
        info.preTransform = now.currentTransform;
        info.compositeAlpha = choose_alpha(now.supportedCompositeAlpha);
        info.presentMode = VK_PRESENT_MODE_FIFO_KHR;
        info.clipped = VK_TRUE;
        info.oldSwapchain = old;
        const VkResult result = vkCreateSwapchainKHR(device.handle(), &info, nullptr, &swapchain);
        if (result < 0) vkDestroySwapchainKHR(device.handle(), old, nullptr);
        check(result, "vkCreateSwapchainKHR");
    }

    void take_images() {
        const auto list = [this](std::uint32_t* count, VkImage* handles) {
            return vkGetSwapchainImagesKHR(device.handle(), swapchain, count, handles);
        };
        for (const VkImage handle : enumerate<VkImage>("vkGetSwapchainImagesKHR", list)) {
            images.push_back(
                Image::wrap(device, "window " + std::to_string(images.size()), handle, format.format, extent));
            drawn.push_back(make_semaphore());
        }
    }

    std::size_t free_acquire_semaphore() {
        for (std::size_t i = 0; i < acquires.size(); ++i) {
            if (device.completed(acquires[i].waited_by)) return i;
        }
        acquires.push_back({make_semaphore(), {}});
        return acquires.size() - 1;
    }

    /// Notes the hand-over for barriers and hazard log.
    void handed_over(const Image& image) const {
        BarrierTracker::acquired(*image.core(), kFirstStages);
        if (device.keeps_hazard_log()) {
            device.append_hazard_log({LoggedAcquire{image.core()->id, image.name(), kFirstStages}});
        }
    }
};

Swapchain::Swapchain(Device& device, VkSurfaceKHR surface, std::uint32_t width, std::uint32_t height)
    : state_(std::make_unique<State>(device, surface, VkExtent2D{width, height})) {
    VkBool32 supported = VK_FALSE;
    check(vkGetPhysicalDeviceSurfaceSupportKHR(device.physical(), device.queue_family(), surface, &supported),
          "vkGetPhysicalDeviceSurfaceSupportKHR");
    if (supported == VK_FALSE || !device.has_swapchain_extension()) {
        throw base::running_error("cannot show a window", device.properties().name,
                                  "this device cannot present to the window system", kOtherDevice);
    }
    const VkSurfaceCapabilitiesKHR now = state_->capabilities();
    if ((now.supportedUsageFlags & kUsage) != kUsage) {
        throw base::running_error("cannot show a window", "Vulkan surface",
                                  "its images cannot be drawn on and copied to", kOtherDevice);
    }
    state_->format = choose_format(device.physical(), surface);
    state_->renew();
}

Swapchain::~Swapchain() = default;

std::optional<Swapchain::Frame> Swapchain::acquire() {
    State& state = *state_;
    constexpr int kAttempts = 3;
    for (int attempt = 0; attempt < kAttempts; ++attempt) {
        if (state.stale) state.renew();
        if (state.swapchain == VK_NULL_HANDLE) return std::nullopt;
        const std::size_t slot = state.free_acquire_semaphore();
        std::uint32_t index = 0;
        const VkResult result = vkAcquireNextImageKHR(state.device.handle(), state.swapchain, kAcquireNanoseconds,
                                                      state.acquires[slot].semaphore, VK_NULL_HANDLE, &index);
        if (result == VK_TIMEOUT || result == VK_NOT_READY) return std::nullopt;
        if (result == VK_ERROR_OUT_OF_DATE_KHR) {
            state.stale = true;
            continue;
        }
        check(result, "vkAcquireNextImageKHR");
        if (result == VK_SUBOPTIMAL_KHR) state.note_suboptimal();  // this frame is still shown
        state.acquiring = slot;
        // Not free before the frame has been presented.
        state.acquires[slot].waited_by = {~std::uint64_t{0}};
        state.handed_over(state.images[index]);
        return Frame{state.images[index], index, {state.acquires[slot].semaphore, kFirstStages, state.drawn[index]}};
    }
    return std::nullopt;
}

void Swapchain::present(const Frame& frame) {
    State& state = *state_;
    state.acquires[state.acquiring].waited_by = state.device.last_submission();
    auto info = make_structure<VkPresentInfoKHR>(VK_STRUCTURE_TYPE_PRESENT_INFO_KHR);
    info.waitSemaphoreCount = 1;
    info.pWaitSemaphores = &frame.sync.signal;
    info.swapchainCount = 1;
    info.pSwapchains = &state.swapchain;
    info.pImageIndices = &frame.index;
    const VkResult result = [&] {
        const auto queue = state.device.lock_queue();
        return vkQueuePresentKHR(state.device.queue(), &info);
    }();
    if (result == VK_ERROR_OUT_OF_DATE_KHR) {
        state.stale = true;
        return;
    }
    check(result, "vkQueuePresentKHR");
    if (result == VK_SUBOPTIMAL_KHR) state.note_suboptimal();
}

void Swapchain::resize(std::uint32_t width, std::uint32_t height) {
    if (state_->wanted.width == width && state_->wanted.height == height) return;
    state_->wanted = {width, height};
    state_->stale = true;
}

VkFormat Swapchain::format() const {
    return state_->format.format;
}
VkExtent2D Swapchain::extent() const {
    return state_->extent;
}
std::uint32_t Swapchain::image_count() const {
    return static_cast<std::uint32_t>(state_->images.size());
}
const Image& Swapchain::image(std::uint32_t index) const {
    return state_->images.at(index);
}
std::uint64_t Swapchain::generation() const {
    return state_->generation;
}

}  // namespace scorefield::gpu
