#include "gpu/descriptor_pools.hpp"

#include <array>
#include <cstdint>

#include "gpu/check.hpp"
#include "gpu/structure.hpp"

namespace scorefield::gpu {
namespace {

constexpr std::uint32_t kSetsPerPool = 128;
constexpr std::uint32_t kStorageBuffersPerSet = 8;

}  // namespace

DescriptorPools::~DescriptorPools() {
    for (const VkDescriptorPool pool : pools_) vkDestroyDescriptorPool(device_, pool, nullptr);
}

VkDescriptorSet DescriptorPools::allocate(VkDescriptorSetLayout layout) {
    auto info = make_structure<VkDescriptorSetAllocateInfo>(VK_STRUCTURE_TYPE_DESCRIPTOR_SET_ALLOCATE_INFO);
    info.descriptorSetCount = 1;
    info.pSetLayouts = &layout;
    VkDescriptorSet set = VK_NULL_HANDLE;
    for (; current_ < pools_.size(); ++current_) {
        info.descriptorPool = pools_[current_];
        const VkResult result = vkAllocateDescriptorSets(device_, &info, &set);
        if (result == VK_SUCCESS) return set;
        if (result != VK_ERROR_OUT_OF_POOL_MEMORY && result != VK_ERROR_FRAGMENTED_POOL) {
            check(result, "vkAllocateDescriptorSets");
        }
    }
    add_pool();
    info.descriptorPool = pools_.back();
    check(vkAllocateDescriptorSets(device_, &info, &set), "vkAllocateDescriptorSets");
    return set;
}

void DescriptorPools::reset() {
    for (const VkDescriptorPool pool : pools_) check(vkResetDescriptorPool(device_, pool, 0), "vkResetDescriptorPool");
    current_ = 0;
}

void DescriptorPools::add_pool() {
    const std::array sizes = {
        VkDescriptorPoolSize{VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, kSetsPerPool * kStorageBuffersPerSet},
        VkDescriptorPoolSize{VK_DESCRIPTOR_TYPE_UNIFORM_BUFFER, kSetsPerPool},
        VkDescriptorPoolSize{VK_DESCRIPTOR_TYPE_STORAGE_IMAGE, kSetsPerPool},
        VkDescriptorPoolSize{VK_DESCRIPTOR_TYPE_COMBINED_IMAGE_SAMPLER, kSetsPerPool}};
    auto info = make_structure<VkDescriptorPoolCreateInfo>(VK_STRUCTURE_TYPE_DESCRIPTOR_POOL_CREATE_INFO);
    info.maxSets = kSetsPerPool;
    info.poolSizeCount = static_cast<std::uint32_t>(sizes.size());
    info.pPoolSizes = sizes.data();
    VkDescriptorPool pool = VK_NULL_HANDLE;
    check(vkCreateDescriptorPool(device_, &info, nullptr, &pool), "vkCreateDescriptorPool");
    pools_.push_back(pool);
}

}  // namespace scorefield::gpu
