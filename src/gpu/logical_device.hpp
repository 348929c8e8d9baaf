#pragma once

#include <vulkan/vulkan.h>

#include <cstdint>

#include "gpu/device.hpp"

namespace scorefield::gpu {

/// Extensions that not every device needs.
struct DeviceExtensions {
    bool swapchain = false;
    bool calibrated_timestamps = false;
};

/// A VkDevice with one queue of `queue_family`, the features of Vulkan 1.3 that the rooms rely on, and the extensions,
/// which must be offered.
VkDevice make_logical_device(VkPhysicalDevice physical, std::uint32_t queue_family, const DeviceExtensions& enabled);

bool offers_swapchain(VkPhysicalDevice physical);
bool offers_calibrated_timestamps(VkPhysicalDevice physical);

DeviceProperties read_properties(VkPhysicalDevice physical, std::uint32_t queue_family);

}  // namespace scorefield::gpu
