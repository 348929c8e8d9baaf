#pragma once

#include <vulkan/vulkan.h>

#include <string>

namespace scorefield::gpu {

/// `VK_ERROR_DEVICE_LOST` and the like; the number for a result without a known name.
std::string result_name(VkResult result);

/// The one place that judges a VkResult: negative ones become base::Error (running) naming the call. Running out of
/// memory and losing the device have sentences of their own. Positive results (VK_NOT_READY, VK_SUBOPTIMAL_KHR, …)
/// pass.
void check(VkResult result, const char* call);

}  // namespace scorefield::gpu
