#pragma once

#include <vulkan/vulkan.h>

#include <cstdint>

#include "gpu/device.hpp"

namespace scorefield::gpu {

/// A VkDevice with one queue of `queue_family`, the features of Vulkan 1.3 that the rooms rely on, and the swapchain
/// extension when `with_swapchain`.
VkDevice make_logical_device(VkPhysicalDevice physical, std::uint32_t queue_family, bool with_swapchain);

bool offers_swapchain(VkPhysicalDevice physical);

DeviceProperties read_properties(VkPhysicalDevice physical, std::uint32_t queue_family);

}  // namespace scorefield::gpu
