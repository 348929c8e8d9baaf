#pragma once

#include <vulkan/vulkan.h>

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace scorefield::gpu {

/// One resource as one pass uses it, whole. `layout` is VK_IMAGE_LAYOUT_UNDEFINED for buffers.
struct LoggedUse {
    std::uint64_t resource = 0;
    std::string resource_name;
    VkPipelineStageFlags2 stages = 0;
    VkAccessFlags2 access = 0;
    VkImageLayout layout = VK_IMAGE_LAYOUT_UNDEFINED;
};

/// A dispatch, copy, draw or external pass.
struct LoggedPass {
    std::string name;
    std::vector<LoggedUse> uses;
};

/// One VkMemoryBarrier2 (resource 0), or a barrier on one resource, as recorded.
struct LoggedBarrier {
    std::uint64_t resource = 0;
    VkPipelineStageFlags2 src_stages = 0;
    VkAccessFlags2 src_access = 0;
    VkPipelineStageFlags2 dst_stages = 0;
    VkAccessFlags2 dst_access = 0;
    VkImageLayout old_layout = VK_IMAGE_LAYOUT_UNDEFINED;
    VkImageLayout new_layout = VK_IMAGE_LAYOUT_UNDEFINED;  ///< equal to old_layout: no transition
};

/// One VkDependencyInfo.
struct LoggedBarriers {
    std::vector<LoggedBarrier> barriers;
};

/// A swapchain image handed over by a semaphore that `stages` wait for; its content is undefined.
struct LoggedAcquire {
    std::uint64_t resource = 0;
    std::string resource_name;
    VkPipelineStageFlags2 stages = 0;
};

using LogEntry = std::variant<LoggedPass, LoggedBarriers, LoggedAcquire>;

/// All submits of the one queue, in order.
using HazardLog = std::vector<LogEntry>;

}  // namespace scorefield::gpu
