#include "gpu/image.hpp"

#include <fmt/format.h>

#include <stdexcept>

#include "base/error.hpp"
#include "gpu/check.hpp"
#include "gpu/device.hpp"
#include "gpu/structure.hpp"

namespace scorefield::gpu {
namespace {

/// Usages that a view of the image's own format serves.
constexpr VkImageUsageFlags kDrawn = VK_IMAGE_USAGE_SAMPLED_BIT | VK_IMAGE_USAGE_COLOR_ATTACHMENT_BIT;

/// Whether texels are four bytes, which shaders store as one word.
bool has_bytes(VkFormat format) {
    return format == VK_FORMAT_R8G8B8A8_UNORM || format == VK_FORMAT_B8G8R8A8_UNORM;
}

VkImageCreateFlags flags_of(VkFormat format, VkImageUsageFlags usage) {
    const bool as_words = has_bytes(format) && (usage & VK_IMAGE_USAGE_STORAGE_BIT) != 0;
    return as_words ? VK_IMAGE_CREATE_MUTABLE_FORMAT_BIT | VK_IMAGE_CREATE_EXTENDED_USAGE_BIT : 0;
}

void require_supported(const Device& device, const std::string& name, VkFormat format, VkExtent2D extent,
                       VkImageUsageFlags usage) {
    const std::string what =
        fmt::format("image '{}' of {}x{} pixels is not possible", name, extent.width, extent.height);
    const std::uint32_t most = device.properties().max_image_extent;
    if (extent.width == 0 || extent.height == 0 || extent.width > most || extent.height > most) {
        throw base::request_error(what, device.properties().name,
                                  fmt::format("width and height must be 1 to {} (maxImageDimension2D)", most),
                                  "ask for a smaller image, or choose another `device`");
    }
    VkImageFormatProperties properties{};
    const VkResult result =
        vkGetPhysicalDeviceImageFormatProperties(device.physical(), format, VK_IMAGE_TYPE_2D, VK_IMAGE_TILING_OPTIMAL,
                                                 usage, flags_of(format, usage), &properties);
    if (result == VK_ERROR_FORMAT_NOT_SUPPORTED || extent.width > properties.maxExtent.width ||
        extent.height > properties.maxExtent.height) {
        throw base::running_error(
            what, device.properties().name,
            fmt::format("format {} is not offered with usage {:#x}", static_cast<int>(format), usage),
            "ask for a smaller image, or choose another `device`");
    }
    check(result, "vkGetPhysicalDeviceImageFormatProperties");
}

}  // namespace

VkDeviceSize texel_bytes(VkFormat format) {
    switch (format) {
        case VK_FORMAT_R8_UNORM:
            return 1;
        case VK_FORMAT_R8G8B8A8_UNORM:
        case VK_FORMAT_B8G8R8A8_UNORM:
        case VK_FORMAT_R32_SFLOAT:
        case VK_FORMAT_R32_UINT:
            return 4;
        case VK_FORMAT_R32G32B32A32_SFLOAT:
            return 16;
        default:
            throw std::logic_error(fmt::format("images of format {} are not copied", static_cast<int>(format)));
    }
}

void Image::Core::make_views(VkImageUsageFlags usage) {
    const auto make = [&](VkFormat view_format, VkImageUsageFlags view_usage) {
        auto restriction = make_structure<VkImageViewUsageCreateInfo>(VK_STRUCTURE_TYPE_IMAGE_VIEW_USAGE_CREATE_INFO);
        restriction.usage = view_usage;
        auto info = make_structure<VkImageViewCreateInfo>(VK_STRUCTURE_TYPE_IMAGE_VIEW_CREATE_INFO);
        info.pNext = &restriction;
        info.image = image;
        info.viewType = VK_IMAGE_VIEW_TYPE_2D;
        info.format = view_format;
        info.subresourceRange = {VK_IMAGE_ASPECT_COLOR_BIT, 0, 1, 0, 1};
        VkImageView made = VK_NULL_HANDLE;
        check(vkCreateImageView(device->handle(), &info, nullptr, &made), "vkCreateImageView");
        device->set_name(VK_OBJECT_TYPE_IMAGE_VIEW, object_number(made), name);
        return made;
    };
    if (const VkImageUsageFlags drawn = usage & kDrawn; drawn != 0) view = make(format, drawn);
    if ((usage & VK_IMAGE_USAGE_STORAGE_BIT) != 0) {
        storage_view = make(has_bytes(format) ? VK_FORMAT_R32_UINT : format, VK_IMAGE_USAGE_STORAGE_BIT);
    }
}

Image::Core::~Core() {
    device->retire([owner = device, old_view = view, old_storage = storage_view,
                    old_image = owned ? image : VK_NULL_HANDLE, memory = allocation] {
        vkDestroyImageView(owner->handle(), old_view, nullptr);
        vkDestroyImageView(owner->handle(), old_storage, nullptr);
        vkDestroyImage(owner->handle(), old_image, nullptr);
        owner->memory().free(memory);
    });
}

Image::Image(Device& device, const std::string& name, VkFormat format, VkExtent2D extent, VkImageUsageFlags usage) {
    require_supported(device, name, format, extent, usage);
    core_ = std::make_shared<Core>(device);
    core_->id = device.next_resource_id();
    core_->name = name;
    core_->format = format;
    core_->extent = extent;
    core_->owned = true;
    auto info = make_structure<VkImageCreateInfo>(VK_STRUCTURE_TYPE_IMAGE_CREATE_INFO);
    info.flags = flags_of(format, usage);
    info.imageType = VK_IMAGE_TYPE_2D;
    info.format = format;
    info.extent = {extent.width, extent.height, 1};
    info.mipLevels = 1;
    info.arrayLayers = 1;
    info.samples = VK_SAMPLE_COUNT_1_BIT;
    info.tiling = VK_IMAGE_TILING_OPTIMAL;
    info.usage = usage;
    check(vkCreateImage(device.handle(), &info, nullptr, &core_->image), "vkCreateImage");
    VkMemoryRequirements requirements{};
    vkGetImageMemoryRequirements(device.handle(), core_->image, &requirements);
    core_->allocation = device.memory().allocate(name, requirements, MemoryUse::device, MemoryKind::image);
    check(vkBindImageMemory(device.handle(), core_->image, core_->allocation.memory, core_->allocation.offset),
          "vkBindImageMemory");
    device.set_name(VK_OBJECT_TYPE_IMAGE, object_number(core_->image), name);
    core_->make_views(usage);
}

Image Image::wrap(Device& device, const std::string& name, VkImage image, VkFormat format, VkExtent2D extent) {
    Image wrapped;
    wrapped.core_ = std::make_shared<Core>(device);
    wrapped.core_->id = device.next_resource_id();
    wrapped.core_->name = name;
    wrapped.core_->image = image;
    wrapped.core_->format = format;
    wrapped.core_->extent = extent;
    device.set_name(VK_OBJECT_TYPE_IMAGE, object_number(image), name);
    wrapped.core_->make_views(VK_IMAGE_USAGE_COLOR_ATTACHMENT_BIT);
    return wrapped;
}

const std::string& Image::name() const {
    return core_->name;
}
VkFormat Image::format() const {
    return core_->format;
}
VkExtent2D Image::extent() const {
    return core_->extent;
}
VkImage Image::handle() const {
    return core_->image;
}
VkImageView Image::view() const {
    return core_->view;
}
VkImageView Image::storage_view() const {
    return core_->storage_view;
}

}  // namespace scorefield::gpu
