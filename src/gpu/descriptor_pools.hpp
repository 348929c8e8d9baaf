#pragma once

#include <vulkan/vulkan.h>

#include <cstddef>
#include <vector>

namespace scorefield::gpu {

/// Descriptor sets for one recording after another: pools are added as needed and kept.
class DescriptorPools {
  public:
    explicit DescriptorPools(VkDevice device) : device_(device) {}
    ~DescriptorPools();
    DescriptorPools(const DescriptorPools&) = delete;
    DescriptorPools& operator=(const DescriptorPools&) = delete;

    VkDescriptorSet allocate(VkDescriptorSetLayout layout);
    /// Takes all sets back; the GPU must be done with them.
    void reset();

  private:
    void add_pool();

    VkDevice device_;
    std::vector<VkDescriptorPool> pools_;
    std::size_t current_ = 0;
};

}  // namespace scorefield::gpu
