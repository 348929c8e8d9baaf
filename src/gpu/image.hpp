#pragma once

#include <vulkan/vulkan.h>

#include <memory>
#include <string>

#include "gpu/memory.hpp"
#include "gpu/tracking.hpp"

namespace scorefield::gpu {

class Device;

/// Bytes of one texel; std::logic_error for formats that are not copied from and to buffers here.
VkDeviceSize texel_bytes(VkFormat format);

/// A two-dimensional colour image with one level, and its views (where its usage allows them). Layouts are the
/// recorder's business. Shaders read and write the texels of images with four 8-bit channels as packed words (r32ui),
/// in the byte order of the format: not every device stores to every such format.
class Image {
  public:
    Image() = default;
    /// Throws base::Error: request when the extent exceeds maxImageDimension2D or is zero, running when the device does
    /// not offer the format with that usage or memory runs out.
    Image(Device& device, const std::string& name, VkFormat format, VkExtent2D extent, VkImageUsageFlags usage);
    /// An image that belongs to somebody else (the swapchain); only the view is ours.
    static Image wrap(Device& device, const std::string& name, VkImage image, VkFormat format, VkExtent2D extent);

    Image(Image&&) noexcept = default;
    Image& operator=(Image&&) noexcept = default;
    Image(const Image&) = delete;
    Image& operator=(const Image&) = delete;

    explicit operator bool() const { return core_ != nullptr; }
    const std::string& name() const;
    VkFormat format() const;
    VkExtent2D extent() const;
    VkImage handle() const;
    VkImageView view() const;
    /// What shaders read and write as a storage image.
    VkImageView storage_view() const;

    /// For the recorder.
    struct Core;
    const std::shared_ptr<Core>& core() const { return core_; }

  private:
    std::shared_ptr<Core> core_;
};

struct Image::Core : Resource {
    explicit Core(Device& owner) : device(&owner) {}
    ~Core() override;
    void make_views(VkImageUsageFlags usage);

    Device* device;
    VkFormat format = VK_FORMAT_UNDEFINED;
    VkExtent2D extent{};
    VkImageView view = VK_NULL_HANDLE;
    VkImageView storage_view = VK_NULL_HANDLE;
    Allocation allocation;  ///< empty for a wrapped image
    bool owned = false;
};

}  // namespace scorefield::gpu
