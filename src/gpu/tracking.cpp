#include "gpu/tracking.hpp"

#include <algorithm>
#include <stdexcept>

#include "gpu/structure.hpp"

namespace scorefield::gpu {
namespace {

/// A stage that is tracked, and the one way in which it writes.
struct TrackedStage {
    VkPipelineStageFlags2 stage;
    VkAccessFlags2 write;
};

constexpr std::array<TrackedStage, kTrackedStageCount> kTrackedStages = {{
    {VK_PIPELINE_STAGE_2_COMPUTE_SHADER_BIT, VK_ACCESS_2_SHADER_STORAGE_WRITE_BIT},
    {VK_PIPELINE_STAGE_2_VERTEX_SHADER_BIT, VK_ACCESS_2_SHADER_STORAGE_WRITE_BIT},
    {VK_PIPELINE_STAGE_2_FRAGMENT_SHADER_BIT, VK_ACCESS_2_SHADER_STORAGE_WRITE_BIT},
    {VK_PIPELINE_STAGE_2_COLOR_ATTACHMENT_OUTPUT_BIT, VK_ACCESS_2_COLOR_ATTACHMENT_WRITE_BIT},
    {VK_PIPELINE_STAGE_2_ALL_TRANSFER_BIT, VK_ACCESS_2_TRANSFER_WRITE_BIT},
    {VK_PIPELINE_STAGE_2_HOST_BIT, 0},
}};

constexpr std::array<VkAccessFlags2, 6> kTrackedReads = {
    VK_ACCESS_2_SHADER_STORAGE_READ_BIT,   VK_ACCESS_2_UNIFORM_READ_BIT,  VK_ACCESS_2_SHADER_SAMPLED_READ_BIT,
    VK_ACCESS_2_COLOR_ATTACHMENT_READ_BIT, VK_ACCESS_2_TRANSFER_READ_BIT, VK_ACCESS_2_HOST_READ_BIT};

constexpr VkAccessFlags2 kWrites = VK_ACCESS_2_SHADER_WRITE_BIT | VK_ACCESS_2_SHADER_STORAGE_WRITE_BIT |
                                   VK_ACCESS_2_COLOR_ATTACHMENT_WRITE_BIT |
                                   VK_ACCESS_2_DEPTH_STENCIL_ATTACHMENT_WRITE_BIT | VK_ACCESS_2_TRANSFER_WRITE_BIT |
                                   VK_ACCESS_2_HOST_WRITE_BIT | VK_ACCESS_2_MEMORY_WRITE_BIT;

/// The numbers of the tracked stages among `stages`.
template <class Action>
void for_each_stage(VkPipelineStageFlags2 stages, Action action) {
    for (std::size_t i = 0; i < kTrackedStages.size(); ++i) {
        if ((stages & kTrackedStages[i].stage) != 0) action(i);
    }
}

template <class Condition>
bool all_stages(VkPipelineStageFlags2 stages, Condition condition) {
    bool all = true;
    for_each_stage(stages, [&](std::size_t stage) { all = all && condition(stage); });
    return all;
}

template <class Condition>
bool all_reads(VkAccessFlags2 access, Condition condition) {
    bool all = true;
    for (std::size_t i = 0; i < kTrackedReads.size(); ++i) {
        if ((access & kTrackedReads[i]) != 0) all = all && condition(i);
    }
    return all;
}

VkAccessFlags2 writes_of(VkPipelineStageFlags2 stages) {
    VkAccessFlags2 access = 0;
    for_each_stage(stages, [&](std::size_t stage) { access |= kTrackedStages[stage].write; });
    return access;
}

void require_tracked(const ResourceUse& use) {
    VkPipelineStageFlags2 stages = 0;
    VkAccessFlags2 access = writes_of(use.use.stages);
    for (const TrackedStage& tracked : kTrackedStages) stages |= tracked.stage;
    for (const VkAccessFlags2 read : kTrackedReads) access |= read;
    if ((use.use.stages & ~stages) == 0 && (use.use.access & ~access) == 0) return;
    throw std::logic_error("the use of '" + use.resource->name + "' names a stage or access that is not tracked");
}

VkPipelineStageFlags2 read_stages(const ResourceState& state) {
    VkPipelineStageFlags2 stages = 0;
    for (const PendingRead& read : state.reads) stages |= read.stage;
    return stages;
}

/// A transition reads and writes the image between what came before and the pass. What has been read is available.
VkImageMemoryBarrier2 transition(const Resource& resource, const Use& use) {
    const ResourceState& state = resource.state;
    auto barrier = make_structure<VkImageMemoryBarrier2>(VK_STRUCTURE_TYPE_IMAGE_MEMORY_BARRIER_2);
    barrier.srcStageMask = state.reads.empty() ? state.write_stages : read_stages(state);
    barrier.srcAccessMask = state.reads.empty() && !state.available ? writes_of(state.write_stages) : 0;
    barrier.dstStageMask = use.stages;
    barrier.dstAccessMask = use.access;
    barrier.oldLayout = state.layout;
    barrier.newLayout = use.layout;
    barrier.srcQueueFamilyIndex = VK_QUEUE_FAMILY_IGNORED;
    barrier.dstQueueFamilyIndex = VK_QUEUE_FAMILY_IGNORED;
    barrier.image = resource.image;
    barrier.subresourceRange = {VK_IMAGE_ASPECT_COLOR_BIT, 0, 1, 0, 1};
    return barrier;
}

}  // namespace

VkAccessFlags2 write_part(VkAccessFlags2 access) {
    return access & kWrites;
}

VkAccessFlags2 read_part(VkAccessFlags2 access) {
    return access & ~kWrites;
}

void PendingReads::note(VkPipelineStageFlags2 stage, std::uint64_t pass) {
    std::size_t at = 0;
    while (at < count_ && reads_[at].stage != stage) ++at;
    reads_[at] = {stage, pass};  // require_tracked keeps it inside: there is one per stage
    count_ = std::max(count_, at + 1);
}

void BarrierBatch::clear() {
    memory.reset();
    transitions.clear();
    transition_ids.clear();
}

std::uint64_t BarrierTracker::open(const std::string& recorder) {
    if (open_by_ == std::this_thread::get_id()) {
        throw std::logic_error("recorder '" + recorder + "' begins while '" + open_recorder_ + "' is recording");
    }
    open_mutex_.lock();
    open_by_ = std::this_thread::get_id();
    open_recorder_ = recorder;
    order_at_open_ = order_;
    return ++recordings_;
}

void BarrierTracker::close() {
    open_by_ = std::thread::id();
    open_mutex_.unlock();
}

void BarrierTracker::keep() {
    close();
}

void BarrierTracker::abandon() {
    order_ = order_at_open_;
    close();
}

void BarrierTracker::pass(const std::vector<ResourceUse>& uses, BarrierBatch& batch) {
    for (const ResourceUse& use : uses) require_tracked(use);
    batch.clear();
    auto barrier = make_structure<VkMemoryBarrier2>(VK_STRUCTURE_TYPE_MEMORY_BARRIER_2);
    for (const auto& [resource, use] : uses) {
        ResourceState& state = resource->state;
        if (resource->image == VK_NULL_HANDLE || state.layout == use.layout) {
            require(use, state, barrier);
            continue;
        }
        batch.transitions.push_back(transition(*resource, use));
        batch.transition_ids.push_back(resource->id);
        state = {use.stages, passes_ + 1, true, use.stages, use.access, {}, use.layout};
    }
    if (barrier.dstStageMask != 0) {
        batch.memory = barrier;
        apply(barrier);
    }
    ++passes_;
    for (const auto& [resource, use] : uses) note(resource->state, use);
}

void BarrierTracker::acquired(Resource& image, VkPipelineStageFlags2 stages) {
    image.state = {};
    image.state.write_stages = stages;
    image.state.available = true;
}

/// Widens `barrier` by what this use needs.
void BarrierTracker::require(const Use& use, const ResourceState& state, VkMemoryBarrier2& barrier) const {
    const bool overwrites = write_part(use.access) != 0;
    const VkPipelineStageFlags2 reads = overwrites ? unfinished_reads(state, use.stages) : 0;
    // A write after reads follows the write before them through them.
    const bool after_reads = overwrites && !state.reads.empty();
    const bool needs_write = !sees_write(state, use) || (overwrites && !after_reads && !follows_write(state, use));
    if (reads == 0 && !needs_write) return;
    barrier.srcStageMask |= reads;
    barrier.dstStageMask |= use.stages;
    if (!needs_write) return;
    barrier.srcStageMask |= state.write_stages;
    barrier.srcAccessMask |= state.available ? 0 : writes_of(state.write_stages);
    barrier.dstAccessMask |= use.access;
}

/// Whether everything that the use reads of the last write is visible to it.
bool BarrierTracker::sees_write(const ResourceState& state, const Use& use) const {
    if (state.write_stages == 0) return true;
    const auto& visible = state.available ? order_.visible_if_available : order_.visible;
    return all_stages(use.stages, [&](std::size_t to) {
        return all_reads(use.access, [&](std::size_t read) {
            const bool shown_by_transition =
                (state.seen_stages & kTrackedStages[to].stage) != 0 && (state.seen_access & kTrackedReads[read]) != 0;
            return shown_by_transition || all_stages(state.write_stages, [&](std::size_t from) {
                       return visible[from][to][read] >= state.write_pass;
                   });
        });
    });
}

/// Whether the use may overwrite the last write: that has finished and is visible to what the use writes.
bool BarrierTracker::follows_write(const ResourceState& state, const Use& use) const {
    if (state.write_stages == 0) return true;
    const auto& order = state.available ? order_.ordered : order_.overwritable;
    return all_stages(use.stages, [&](std::size_t to) {
        const bool after_transition = (state.seen_stages & kTrackedStages[to].stage) != 0;
        return after_transition ||
               all_stages(state.write_stages, [&](std::size_t from) { return order[from][to] >= state.write_pass; });
    });
}

VkPipelineStageFlags2 BarrierTracker::unfinished_reads(const ResourceState& state, VkPipelineStageFlags2 later) const {
    VkPipelineStageFlags2 unfinished = 0;
    for (const PendingRead& read : state.reads) {
        for_each_stage(read.stage, [&](std::size_t from) {
            if (!all_stages(later, [&](std::size_t to) { return order_.ordered[from][to] >= read.pass; })) {
                unfinished |= read.stage;
            }
        });
    }
    return unfinished;
}

void BarrierTracker::apply(const VkMemoryBarrier2& barrier) {
    const Order before = order_;
    for (std::size_t from = 0; from < kStages; ++from) {
        const TrackedStage& stage = kTrackedStages[from];
        const bool waits = (barrier.srcStageMask & stage.stage) != 0;
        const bool flushes = waits && stage.write != 0 && (stage.write & ~barrier.srcAccessMask) == 0;
        std::uint64_t ordered = waits ? passes_ : 0;
        std::uint64_t available = flushes ? passes_ : 0;
        for_each_stage(barrier.srcStageMask, [&](std::size_t through) {
            ordered = std::max(ordered, before.ordered[from][through]);
            available = std::max(available, before.available[from][through]);
        });
        for_each_stage(barrier.dstStageMask, [&](std::size_t to) {
            const auto raise = [](std::uint64_t& value, std::uint64_t least) { value = std::max(value, least); };
            raise(order_.ordered[from][to], ordered);
            raise(order_.available[from][to], available);
            const VkAccessFlags2 write = kTrackedStages[to].write;
            if ((barrier.dstAccessMask & write) != 0) raise(order_.overwritable[from][to], available);
            for (std::size_t read = 0; read < kReads; ++read) {
                if ((barrier.dstAccessMask & kTrackedReads[read]) == 0) continue;
                raise(order_.visible[from][to][read], available);
                raise(order_.visible_if_available[from][to][read], ordered);
            }
        });
    }
}

void BarrierTracker::note(ResourceState& state, const Use& use) const {
    if (write_part(use.access) != 0) {
        state = {use.stages, passes_, false, 0, 0, {}, state.layout};
        return;
    }
    for_each_stage(use.stages & ~VK_PIPELINE_STAGE_2_HOST_BIT, [&](std::size_t stage) {
        // The host is not noted: it itself submits what overwrites later.
        state.reads.note(kTrackedStages[stage].stage, passes_);
    });
}

}  // namespace scorefield::gpu
