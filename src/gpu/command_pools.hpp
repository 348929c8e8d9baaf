#pragma once

#include <vulkan/vulkan.h>

#include <cstdint>
#include <mutex>
#include <vector>

namespace scorefield::gpu {

/// A pool with one primary command buffer.
struct CommandPool {
    VkCommandPool pool = VK_NULL_HANDLE;
    VkCommandBuffer commands = VK_NULL_HANDLE;
};

/// Command pools that are used again and live as long as this object. The validation layer (1.3.239) crashes where one
/// thread destroys a command pool while another records debug labels (Khronos Vulkan-ValidationLayers, issue 5172).
/// Usable from several threads.
class CommandPools {
  public:
    CommandPools(VkDevice device, std::uint32_t queue_family) : device_(device), queue_family_(queue_family) {}
    /// No pool is in use.
    ~CommandPools();
    CommandPools(const CommandPools&) = delete;
    CommandPools& operator=(const CommandPools&) = delete;

    /// A pool for one recorder. It may have to be reset.
    CommandPool take();
    /// The GPU must be done with it.
    void give_back(CommandPool pool);

  private:
    VkDevice device_;
    std::uint32_t queue_family_;
    std::mutex mutex_;
    std::vector<VkCommandPool> all_;
    std::vector<CommandPool> free_;
};

}  // namespace scorefield::gpu
