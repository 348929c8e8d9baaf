#include "gpu/tracking.hpp"

#include <algorithm>
#include <bit>
#include <stdexcept>

#include "gpu/structure.hpp"

namespace scorefield::gpu {
namespace {

constexpr VkAccessFlags2 kWrites = VK_ACCESS_2_SHADER_WRITE_BIT | VK_ACCESS_2_SHADER_STORAGE_WRITE_BIT |
                                   VK_ACCESS_2_COLOR_ATTACHMENT_WRITE_BIT |
                                   VK_ACCESS_2_DEPTH_STENCIL_ATTACHMENT_WRITE_BIT | VK_ACCESS_2_TRANSFER_WRITE_BIT |
                                   VK_ACCESS_2_HOST_WRITE_BIT | VK_ACCESS_2_MEMORY_WRITE_BIT;

/// Calls action(index) for every stage bit.
template <class Action>
void for_each_stage(VkPipelineStageFlags2 stages, Action action) {
    for (; stages != 0; stages &= stages - 1) action(static_cast<std::size_t>(std::countr_zero(stages)));
}

/// Whether the last write is visible to every stage of `use` through its whole access.
bool sees_last_write(const ResourceState& state, VkPipelineStageFlags2 stages, VkAccessFlags2 access) {
    bool all = true;
    for_each_stage(stages, [&](std::size_t stage) {
        VkAccessFlags2 seen = 0;
        for (const Visibility& visible : state.visible) {
            if ((visible.stages >> stage & 1U) != 0) seen |= visible.access;
        }
        all = all && (access & ~seen) == 0;
    });
    return all;
}

VkPipelineStageFlags2 read_stages(const ResourceState& state) {
    VkPipelineStageFlags2 stages = 0;
    for (const PendingRead& read : state.reads) stages |= read.stage;
    return stages;
}

void add_barrier(Resource& resource, const Use& use, VkPipelineStageFlags2 src_stages, VkAccessFlags2 src_access,
                 BarrierBatch& batch) {
    ResourceState& state = resource.state;
    if (resource.image != VK_NULL_HANDLE) {
        auto barrier = make_structure<VkImageMemoryBarrier2>(VK_STRUCTURE_TYPE_IMAGE_MEMORY_BARRIER_2);
        barrier.srcStageMask = src_stages;
        barrier.srcAccessMask = src_access;
        barrier.dstStageMask = use.stages;
        barrier.dstAccessMask = use.access;
        barrier.oldLayout = state.layout;
        barrier.newLayout = use.layout;
        barrier.srcQueueFamilyIndex = VK_QUEUE_FAMILY_IGNORED;
        barrier.dstQueueFamilyIndex = VK_QUEUE_FAMILY_IGNORED;
        barrier.image = resource.image;
        barrier.subresourceRange = {VK_IMAGE_ASPECT_COLOR_BIT, 0, 1, 0, 1};
        batch.images.push_back(barrier);
        batch.image_ids.push_back(resource.id);
    } else {
        auto barrier = make_structure<VkBufferMemoryBarrier2>(VK_STRUCTURE_TYPE_BUFFER_MEMORY_BARRIER_2);
        barrier.srcStageMask = src_stages;
        barrier.srcAccessMask = src_access;
        barrier.dstStageMask = use.stages;
        barrier.dstAccessMask = use.access;
        barrier.srcQueueFamilyIndex = VK_QUEUE_FAMILY_IGNORED;
        barrier.dstQueueFamilyIndex = VK_QUEUE_FAMILY_IGNORED;
        barrier.buffer = resource.buffer;
        barrier.size = VK_WHOLE_SIZE;
        batch.buffers.push_back(barrier);
        batch.buffer_ids.push_back(resource.id);
    }
    state.visible.push_back({use.stages, use.access});
}

/// A layout transition reads and writes the image between the accesses before and after it.
void add_transition(Resource& resource, const Use& use, BarrierBatch& batch) {
    ResourceState& state = resource.state;
    const bool after_reads = !state.reads.empty();
    const VkPipelineStageFlags2 src_stages = after_reads ? read_stages(state) : state.write_stages;
    const VkAccessFlags2 src_access = after_reads ? 0 : state.write_access;
    state.visible.clear();
    add_barrier(resource, use, src_stages, src_access, batch);
    state.write_stages = use.stages;
    state.write_access = 0;
    state.reads.clear();
    state.layout = use.layout;
}

/// The barrier on this one resource, if it needs one.
void memory_dependency(Resource& resource, const Use& use, BarrierBatch& batch) {
    ResourceState& state = resource.state;
    if (resource.image != VK_NULL_HANDLE && state.layout != use.layout) {
        add_transition(resource, use, batch);
        return;
    }
    if (state.write_stages == 0) return;
    // A write after reads needs no more than to wait for them: the write before them has been made available for them.
    const bool only_overwrites = is_write(use.access) && !is_read(use.access) && !state.reads.empty();
    if (only_overwrites) return;
    const VkAccessFlags2 needed = state.reads.empty() ? use.access : use.access & ~kWrites;
    if (sees_last_write(state, use.stages, needed)) return;
    add_barrier(resource, use, state.write_stages, state.write_access, batch);
}

}  // namespace

bool is_write(VkAccessFlags2 access) {
    return (access & kWrites) != 0;
}

bool is_read(VkAccessFlags2 access) {
    return (access & ~kWrites) != 0;
}

void BarrierBatch::clear() {
    memory.clear();
    buffers.clear();
    images.clear();
    buffer_ids.clear();
    image_ids.clear();
}

std::uint64_t BarrierTracker::open(const std::string& recorder) {
    if (!open_recorder_.empty()) {
        throw std::logic_error("recorder '" + recorder + "' begins while '" + open_recorder_ + "' is recording");
    }
    open_recorder_ = recorder;
    order_at_open_ = order_;
    return ++recordings_;
}

void BarrierTracker::keep() {
    open_recorder_.clear();
}

void BarrierTracker::abandon() {
    open_recorder_.clear();
    order_ = order_at_open_;
}

void BarrierTracker::pass(const std::vector<ResourceUse>& uses, BarrierBatch& batch) {
    batch.clear();
    for (const ResourceUse& use : uses) memory_dependency(*use.resource, use.use, batch);

    // Barriers of one vkCmdPipelineBarrier2 do not chain with each other: all apply to the order before it.
    const Order before = order_;
    for (const auto& barrier : batch.buffers)
        apply(before, barrier.srcStageMask, barrier.dstStageMask, passes_, order_);
    for (const auto& barrier : batch.images) apply(before, barrier.srcStageMask, barrier.dstStageMask, passes_, order_);
    execution_dependencies(uses, batch);
    for (const auto& barrier : batch.memory) apply(before, barrier.srcStageMask, barrier.dstStageMask, passes_, order_);

    ++passes_;
    for (const ResourceUse& use : uses) note(*use.resource, use.use);
}

void BarrierTracker::acquired(Resource& image, VkPipelineStageFlags2 stages) {
    image.state = {};
    image.state.write_stages = stages;
}

void BarrierTracker::execution_dependencies(const std::vector<ResourceUse>& uses, BarrierBatch& batch) const {
    for (const auto& [resource, use] : uses) {
        if (!is_write(use.access)) continue;
        VkPipelineStageFlags2 waits_for = 0;
        for (const PendingRead& read : resource->state.reads) {
            if (!ordered(read, use.stages)) waits_for |= read.stage;
        }
        if (waits_for == 0) continue;
        const auto same = std::find_if(batch.memory.begin(), batch.memory.end(), [&](const VkMemoryBarrier2& barrier) {
            return barrier.dstStageMask == use.stages;
        });
        if (same != batch.memory.end()) {
            same->srcStageMask |= waits_for;
            continue;
        }
        auto barrier = make_structure<VkMemoryBarrier2>(VK_STRUCTURE_TYPE_MEMORY_BARRIER_2);
        barrier.srcStageMask = waits_for;
        barrier.dstStageMask = use.stages;
        batch.memory.push_back(barrier);
    }
}

bool BarrierTracker::ordered(const PendingRead& read, VkPipelineStageFlags2 later) const {
    const auto from = static_cast<std::size_t>(std::countr_zero(read.stage));
    bool all = true;
    for_each_stage(later, [&](std::size_t stage) { all = all && order_[from][stage] >= read.pass; });
    return all;
}

void BarrierTracker::apply(const Order& before, VkPipelineStageFlags2 src, VkPipelineStageFlags2 dst,
                           std::uint64_t pass, Order& after) {
    for (std::size_t from = 0; from < before.size(); ++from) {
        std::uint64_t reach = (src >> from & 1U) != 0 ? pass : 0;
        for_each_stage(src, [&](std::size_t through) { reach = std::max(reach, before[from][through]); });
        if (reach == 0) continue;
        for_each_stage(dst, [&](std::size_t to) { after[from][to] = std::max(after[from][to], reach); });
    }
}

void BarrierTracker::note(Resource& resource, const Use& use) const {
    ResourceState& state = resource.state;
    if (is_write(use.access)) {
        state.write_stages = use.stages;
        state.write_access = use.access & kWrites;
        state.visible.clear();
        state.reads.clear();
        return;
    }
    for_each_stage(use.stages, [&](std::size_t stage) {
        const VkPipelineStageFlags2 bit = VkPipelineStageFlags2{1} << stage;
        if (bit == VK_PIPELINE_STAGE_2_HOST_BIT) return;  // the host itself submits what overwrites later
        const auto same = std::find_if(state.reads.begin(), state.reads.end(),
                                       [&](const PendingRead& read) { return read.stage == bit; });
        if (same != state.reads.end()) {
            same->pass = passes_;
        } else {
            state.reads.push_back({bit, passes_});
        }
    });
}

}  // namespace scorefield::gpu
