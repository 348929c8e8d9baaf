#include "gpu/memory.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "gpu/check.hpp"
#include "gpu/structure.hpp"

namespace scorefield::gpu {

struct MemoryBlock {
    std::uint32_t type;
    MemoryKind kind;
    bool dedicated;
    VkDeviceMemory memory;
    std::byte* mapped;
    bool coherent;
    RangeAllocator ranges;
};

namespace {

constexpr VkDeviceSize kBlockBytes = VkDeviceSize{64} << 20;

VkDeviceSize round_up(VkDeviceSize value, VkDeviceSize multiple) {
    return (value + multiple - 1) / multiple * multiple;
}

/// How well a memory type suits a use; negative: not at all.
int suitability(VkMemoryPropertyFlags flags, MemoryUse use) {
    const auto has = [flags](VkMemoryPropertyFlags bit) { return (flags & bit) != 0 ? 1 : 0; };
    if (has(VK_MEMORY_PROPERTY_LAZILY_ALLOCATED_BIT) || has(VK_MEMORY_PROPERTY_PROTECTED_BIT)) return -1;
    if (has(VK_MEMORY_PROPERTY_DEVICE_COHERENT_BIT_AMD)) return -1;
    const int local = has(VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT);
    const int coherent = has(VK_MEMORY_PROPERTY_HOST_COHERENT_BIT);
    const int cached = has(VK_MEMORY_PROPERTY_HOST_CACHED_BIT);
    if (use == MemoryUse::device) return 2 * local + (1 - has(VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT));
    if (!has(VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT)) return -1;
    if (use == MemoryUse::upload) return 4 * coherent + 2 * (1 - cached) + (1 - local);
    return 4 * coherent + 2 * cached + (1 - local);
}

}  // namespace

MemoryPool::MemoryPool(VkPhysicalDevice physical, VkDevice device, VkDeviceSize non_coherent_atom)
    : device_(device), atom_(non_coherent_atom) {
    vkGetPhysicalDeviceMemoryProperties(physical, &properties_);
}

MemoryPool::~MemoryPool() {
    for (const auto& block : blocks_) vkFreeMemory(device_, block->memory, nullptr);
}

Allocation MemoryPool::allocate(const std::string& name, const VkMemoryRequirements& requirements, MemoryUse use,
                                MemoryKind kind) {
    const std::scoped_lock lock(mutex_);
    for (const std::uint32_t type : candidate_types(requirements.memoryTypeBits, use)) {
        Allocation found = allocate_from(type, requirements, kind);
        if (found.block == nullptr) continue;
        found.name = name;
        NamedMemory& named = table_[name];
        ++named.count;
        named.bytes += found.bytes;
        return found;
    }
    throw base::running_error("the Vulkan device is out of memory", std::to_string(requirements.size) + " bytes",
                              "no suitable memory is left",
                              "ask for fewer particles or a smaller image, or close other programs");
}

void MemoryPool::free(const Allocation& allocation) {
    if (allocation.block == nullptr) return;
    const std::scoped_lock lock(mutex_);
    allocation.block->ranges.free(allocation.offset);
    const auto named = table_.find(allocation.name);
    named->second.bytes -= allocation.bytes;
    if (--named->second.count == 0) table_.erase(named);
    if (allocation.block->ranges.allocations() > 0) return;
    // One empty block per type and kind stays, so that a buffer made and dropped again and again costs nothing.
    const auto spare = [&](const std::unique_ptr<MemoryBlock>& other) {
        return other.get() != allocation.block && other->type == allocation.block->type &&
               other->kind == allocation.block->kind && !other->dedicated && other->ranges.allocations() == 0;
    };
    if (!allocation.block->dedicated && std::none_of(blocks_.begin(), blocks_.end(), spare)) return;
    vkFreeMemory(device_, allocation.block->memory, nullptr);
    std::erase_if(blocks_, [&](const auto& block) { return block.get() == allocation.block; });
}

void MemoryPool::flush(const Allocation& allocation) const {
    if (allocation.coherent || allocation.mapped == nullptr) return;
    const VkMappedMemoryRange range = whole_atoms(allocation);
    check(vkFlushMappedMemoryRanges(device_, 1, &range), "vkFlushMappedMemoryRanges");
}

void MemoryPool::invalidate(const Allocation& allocation) const {
    if (allocation.coherent || allocation.mapped == nullptr) return;
    const VkMappedMemoryRange range = whole_atoms(allocation);
    check(vkInvalidateMappedMemoryRanges(device_, 1, &range), "vkInvalidateMappedMemoryRanges");
}

VkMappedMemoryRange MemoryPool::whole_atoms(const Allocation& allocation) const {
    auto range = make_structure<VkMappedMemoryRange>(VK_STRUCTURE_TYPE_MAPPED_MEMORY_RANGE);
    range.memory = allocation.memory;
    range.offset = allocation.offset;  // host-visible pieces start and end on atoms, see allocate_from
    range.size = round_up(allocation.bytes, atom_);
    return range;
}

MemoryStatistics MemoryPool::statistics() const {
    const std::scoped_lock lock(mutex_);
    MemoryStatistics statistics;
    for (const auto& block : blocks_) {
        ++statistics.blocks;
        statistics.allocations += block->ranges.allocations();
        statistics.reserved_bytes += block->ranges.size();
        statistics.used_bytes += block->ranges.used();
    }
    return statistics;
}

VkDeviceSize MemoryPool::free_bytes() const {
    const std::span heaps(properties_.memoryHeaps, properties_.memoryHeapCount);
    const auto own_bytes = [](const VkMemoryHeap& heap) {
        return (heap.flags & VK_MEMORY_HEAP_DEVICE_LOCAL_BIT) != 0 ? heap.size : 0;
    };
    const auto largest = std::ranges::max_element(heaps, {}, own_bytes);
    const auto index = static_cast<std::uint32_t>(largest - heaps.begin());
    VkDeviceSize reserved = 0;
    const std::scoped_lock lock(mutex_);
    for (const auto& block : blocks_) {
        if (properties_.memoryTypes[block->type].heapIndex == index) reserved += block->ranges.size();
    }
    return largest->size > reserved ? largest->size - reserved : 0;
}

std::map<std::string, NamedMemory> MemoryPool::table() const {
    const std::scoped_lock lock(mutex_);
    return table_;
}

std::vector<std::uint32_t> MemoryPool::candidate_types(std::uint32_t type_bits, MemoryUse use) const {
    const auto score = [&](std::uint32_t type) {
        return suitability(properties_.memoryTypes[type].propertyFlags, use);
    };
    std::vector<std::uint32_t> types;
    for (std::uint32_t type = 0; type < properties_.memoryTypeCount; ++type) {
        if ((type_bits >> type & 1U) != 0 && score(type) >= 0) types.push_back(type);
    }
    std::stable_sort(types.begin(), types.end(), [&](auto a, auto b) { return score(a) > score(b); });
    return types;
}

Allocation MemoryPool::allocate_from(std::uint32_t type, const VkMemoryRequirements& requirements, MemoryKind kind) {
    VkDeviceSize bytes = requirements.size;
    VkDeviceSize alignment = requirements.alignment;
    if ((properties_.memoryTypes[type].propertyFlags & VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT) != 0) {
        bytes = round_up(bytes, atom_);
        alignment = std::max(alignment, atom_);
    }
    const auto piece_of = [&](MemoryBlock& block) -> Allocation {
        const auto offset = block.ranges.allocate(bytes, alignment);
        if (!offset) return {};
        return {.block = &block,
                .memory = block.memory,
                .offset = *offset,
                .bytes = requirements.size,
                .mapped = block.mapped ? block.mapped + *offset : nullptr,
                .coherent = block.coherent};
    };
    const VkDeviceSize usual = block_bytes(type);
    const bool dedicated = bytes > usual / 2;
    if (!dedicated) {
        for (const auto& block : blocks_) {
            if (block->type != type || block->kind != kind || block->dedicated) continue;
            if (Allocation piece = piece_of(*block); piece.block != nullptr) return piece;
        }
    }
    MemoryBlock* block = new_block(type, dedicated ? bytes : usual, kind, dedicated);
    return block != nullptr ? piece_of(*block) : Allocation{};
}

MemoryBlock* MemoryPool::new_block(std::uint32_t type, VkDeviceSize bytes, MemoryKind kind, bool dedicated) {
    auto info = make_structure<VkMemoryAllocateInfo>(VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO);
    info.allocationSize = bytes;
    info.memoryTypeIndex = type;
    VkDeviceMemory memory = VK_NULL_HANDLE;
    const VkResult result = vkAllocateMemory(device_, &info, nullptr, &memory);
    if (result == VK_ERROR_OUT_OF_DEVICE_MEMORY || result == VK_ERROR_OUT_OF_HOST_MEMORY) return nullptr;
    check(result, "vkAllocateMemory");
    const VkMemoryPropertyFlags flags = properties_.memoryTypes[type].propertyFlags;
    void* mapped = nullptr;
    if ((flags & VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT) != 0) {
        const VkResult mapping = vkMapMemory(device_, memory, 0, VK_WHOLE_SIZE, 0, &mapped);
        if (mapping < 0) vkFreeMemory(device_, memory, nullptr);
        check(mapping, "vkMapMemory");
    }
    blocks_.push_back(std::make_unique<MemoryBlock>(
        MemoryBlock{type, kind, dedicated, memory, static_cast<std::byte*>(mapped),
                    (flags & VK_MEMORY_PROPERTY_HOST_COHERENT_BIT) != 0, RangeAllocator(bytes)}));
    return blocks_.back().get();
}

VkDeviceSize MemoryPool::block_bytes(std::uint32_t type) const {
    const VkDeviceSize heap = properties_.memoryHeaps[properties_.memoryTypes[type].heapIndex].size;
    return std::min(kBlockBytes, round_up(heap / 16, VkDeviceSize{1} << 16));
}

}  // namespace scorefield::gpu
