#pragma once

#include <vulkan/vulkan.h>

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "gpu/range_allocator.hpp"

namespace scorefield::gpu {

/// Who touches the memory: only the GPU; the host writes and the GPU reads; the GPU writes and the host reads.
enum class MemoryUse { device, upload, readback };

/// Buffers and images never share a block, so bufferImageGranularity cannot matter.
enum class MemoryKind { buffer, image };

struct MemoryBlock;

/// A piece of a block.
struct Allocation {
    MemoryBlock* block = nullptr;
    VkDeviceMemory memory = VK_NULL_HANDLE;
    VkDeviceSize offset = 0;
    VkDeviceSize bytes = 0;
    std::byte* mapped = nullptr;  ///< null for memory that the host cannot see
    bool coherent = true;
    std::string name = {};  ///< of the buffer or image
};

/// What the buffers and images of one name take.
struct NamedMemory {
    std::size_t count = 0;
    VkDeviceSize bytes = 0;
};

struct MemoryStatistics {
    std::size_t blocks = 0;
    std::size_t allocations = 0;
    VkDeviceSize reserved_bytes = 0;
    VkDeviceSize used_bytes = 0;
};

/// Device memory in blocks (64 MiB, less on small heaps; requests above half a block get one of their own), handed out
/// in pieces. Host-visible blocks stay mapped. Thread-safe.
class MemoryPool {
  public:
    MemoryPool(VkPhysicalDevice physical, VkDevice device, VkDeviceSize non_coherent_atom);
    ~MemoryPool();
    MemoryPool(const MemoryPool&) = delete;
    MemoryPool& operator=(const MemoryPool&) = delete;

    /// Throws base::Error (running) when no suitable memory is left.
    Allocation allocate(const std::string& name, const VkMemoryRequirements& requirements, MemoryUse use,
                        MemoryKind kind);
    void free(const Allocation& allocation);

    /// Host writes reach the device / device writes reach the host; nothing to do for coherent memory.
    void flush(const Allocation& allocation) const;
    void invalidate(const Allocation& allocation) const;

    MemoryStatistics statistics() const;
    /// Bytes of the largest device-local heap that this pool does not use. Other programs may use part of them.
    VkDeviceSize free_bytes() const;
    /// By name of the buffers and images, with those that were dropped but that the GPU may still use.
    std::map<std::string, NamedMemory> table() const;

  private:
    std::vector<std::uint32_t> candidate_types(std::uint32_t type_bits, MemoryUse use) const;
    Allocation allocate_from(std::uint32_t type, const VkMemoryRequirements& requirements, MemoryKind kind);
    MemoryBlock* new_block(std::uint32_t type, VkDeviceSize bytes, MemoryKind kind, bool dedicated);
    VkDeviceSize block_bytes(std::uint32_t type) const;
    VkMappedMemoryRange whole_atoms(const Allocation& allocation) const;

    VkDevice device_;
    VkDeviceSize atom_;
    VkPhysicalDeviceMemoryProperties properties_{};
    std::vector<std::unique_ptr<MemoryBlock>> blocks_;
    std::map<std::string, NamedMemory> table_;
    mutable std::mutex mutex_;
};

}  // namespace scorefield::gpu
