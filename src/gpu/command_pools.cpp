#include "gpu/command_pools.hpp"

#include "gpu/check.hpp"
#include "gpu/structure.hpp"

namespace scorefield::gpu {

CommandPools::~CommandPools() {
    for (const VkCommandPool pool : all_) vkDestroyCommandPool(device_, pool, nullptr);
}

CommandPool CommandPools::take() {
    const std::scoped_lock lock(mutex_);
    if (!free_.empty()) {
        const CommandPool pool = free_.back();
        free_.pop_back();
        return pool;
    }
    // One more for this pool, and room to give all of them back: neither fails later.
    all_.reserve(all_.size() + 1);
    free_.reserve(all_.size() + 1);
    auto pool_info = make_structure<VkCommandPoolCreateInfo>(VK_STRUCTURE_TYPE_COMMAND_POOL_CREATE_INFO);
    pool_info.flags = VK_COMMAND_POOL_CREATE_TRANSIENT_BIT;
    pool_info.queueFamilyIndex = queue_family_;
    CommandPool made;
    check(vkCreateCommandPool(device_, &pool_info, nullptr, &made.pool), "vkCreateCommandPool");
    all_.push_back(made.pool);
    auto info = make_structure<VkCommandBufferAllocateInfo>(VK_STRUCTURE_TYPE_COMMAND_BUFFER_ALLOCATE_INFO);
    info.commandPool = made.pool;
    info.level = VK_COMMAND_BUFFER_LEVEL_PRIMARY;
    info.commandBufferCount = 1;
    check(vkAllocateCommandBuffers(device_, &info, &made.commands), "vkAllocateCommandBuffers");
    return made;
}

void CommandPools::give_back(CommandPool pool) {
    const std::scoped_lock lock(mutex_);
    free_.push_back(pool);
}

}  // namespace scorefield::gpu
