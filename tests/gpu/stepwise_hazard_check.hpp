#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <variant>
#include <vector>

#include "gpu/hazard_log.hpp"
#include "gpu/tracking.hpp"

/// The reference for gpu::check_hazards: it carries every pending access of every resource through every barrier, one
/// after the other. Takes time in proportion to the square of the length of the log.
namespace scorefield::gpu::stepwise {

inline constexpr VkPipelineStageFlags2 kAllStages = ~VkPipelineStageFlags2{0};

struct Visibility {
    VkPipelineStageFlags2 stages = 0;
    VkAccessFlags2 access = 0;
};

/// A write (or layout transition) or the latest read at some stages, followed forward through the barriers after it.
struct Pending {
    std::string pass;
    VkPipelineStageFlags2 stages = 0;
    VkAccessFlags2 write_access = 0;  ///< 0 for reads and transitions
    /// Per stage of the access: the stages whose later work is ordered after it.
    std::map<VkPipelineStageFlags2, VkPipelineStageFlags2> ordered_before;
    /// The stages whose later work is ordered after the write has been made available.
    VkPipelineStageFlags2 available_before = 0;
    std::vector<Visibility> visible;  ///< where the write has been made visible
};

struct Tracked {
    std::string name;
    bool known = false;    ///< touched since the log begins
    bool written = false;  ///< `write` is set
    Pending write;
    std::vector<Pending> reads;
    VkImageLayout layout = VK_IMAGE_LAYOUT_UNDEFINED;
};

inline VkPipelineStageFlags2 expanded_stages(VkPipelineStageFlags2 stages) {
    if ((stages & VK_PIPELINE_STAGE_2_ALL_COMMANDS_BIT) != 0) return kAllStages & ~VK_PIPELINE_STAGE_2_HOST_BIT;
    if ((stages & VK_PIPELINE_STAGE_2_ALL_GRAPHICS_BIT) != 0) {
        stages |= VK_PIPELINE_STAGE_2_VERTEX_SHADER_BIT | VK_PIPELINE_STAGE_2_FRAGMENT_SHADER_BIT |
                  VK_PIPELINE_STAGE_2_COLOR_ATTACHMENT_OUTPUT_BIT;
    }
    return stages;
}

inline VkAccessFlags2 expanded_access(VkAccessFlags2 access) {
    if ((access & VK_ACCESS_2_SHADER_READ_BIT) != 0) {
        access |=
            VK_ACCESS_2_SHADER_STORAGE_READ_BIT | VK_ACCESS_2_SHADER_SAMPLED_READ_BIT | VK_ACCESS_2_UNIFORM_READ_BIT;
    }
    if ((access & VK_ACCESS_2_SHADER_WRITE_BIT) != 0) access |= VK_ACCESS_2_SHADER_STORAGE_WRITE_BIT;
    if ((access & VK_ACCESS_2_MEMORY_READ_BIT) != 0 || (access & VK_ACCESS_2_MEMORY_WRITE_BIT) != 0) {
        return ~VkAccessFlags2{0};
    }
    return access;
}

inline Pending start(const std::string& pass, VkPipelineStageFlags2 stages, VkAccessFlags2 write_access) {
    Pending pending;
    pending.pass = pass;
    pending.stages = stages;
    pending.write_access = write_access;
    if (write_access == 0) pending.available_before = stages;  // nothing has to be made available
    for (VkPipelineStageFlags2 rest = stages; rest != 0; rest &= rest - 1)
        pending.ordered_before[rest & ~(rest - 1)] = 0;
    return pending;
}

/// Whether every stage of the access lies in the barrier's first scope, directly or through earlier barriers.
inline bool waits_for(const Pending& pending, VkPipelineStageFlags2 src) {
    return std::all_of(pending.ordered_before.begin(), pending.ordered_before.end(),
                       [src](const auto& stage) { return ((stage.first | stage.second) & src) != 0; });
}

inline bool makes_available(const Pending& pending, const LoggedBarrier& barrier) {
    return (pending.write_access & ~expanded_access(barrier.src_access)) == 0;
}

/// Whether all work at `stages` that follows is ordered after the access.
inline bool is_ordered(const Pending& pending, VkPipelineStageFlags2 stages) {
    return std::all_of(pending.ordered_before.begin(), pending.ordered_before.end(),
                       [stages](const auto& stage) { return (stages & ~stage.second) == 0; });
}

inline bool is_visible(const Pending& pending, VkPipelineStageFlags2 stages, VkAccessFlags2 access) {
    for (VkPipelineStageFlags2 rest = stages; rest != 0; rest &= rest - 1) {
        const VkPipelineStageFlags2 stage = rest & ~(rest - 1);
        VkAccessFlags2 seen = 0;
        for (const Visibility& visible : pending.visible) {
            if ((visible.stages & stage) != 0) seen |= visible.access;
        }
        if ((access & ~seen) != 0) return false;
    }
    return true;
}

/// The effect on `pending` of all barriers of one VkDependencyInfo; they act side by side, not one after the other. A
/// barrier on one resource counts for that resource only.
inline void advance(Pending& pending, std::uint64_t resource, const LoggedBarriers& batch) {
    const Pending before = pending;
    for (const LoggedBarrier& barrier : batch.barriers) {
        if (barrier.resource != 0 && barrier.resource != resource) continue;
        const VkPipelineStageFlags2 src = expanded_stages(barrier.src_stages);
        const VkPipelineStageFlags2 dst = expanded_stages(barrier.dst_stages);
        for (const auto& [stage, later] : before.ordered_before) {
            if (((stage | later) & src) != 0) pending.ordered_before[stage] |= dst;
        }
        const bool follows = (before.available_before & src) != 0;
        if (follows) pending.available_before |= dst;
        const bool flushes = waits_for(before, src) && makes_available(before, barrier);
        if (!flushes && !follows) continue;
        pending.available_before |= dst;
        pending.visible.push_back({dst, expanded_access(barrier.dst_access)});
    }
}

class Checker {
  public:
    void operator()(const LoggedBarriers& batch) {
        for (const LoggedBarrier& barrier : batch.barriers) check_transition(barrier);
        for (auto& [id, tracked] : resources_) {
            if (tracked.written) advance(tracked.write, id, batch);
            for (Pending& read : tracked.reads) advance(read, id, batch);
        }
        for (const LoggedBarrier& barrier : batch.barriers) transition(barrier);
    }

    void operator()(const LoggedAcquire& acquire) {
        Tracked& tracked = resources_[acquire.resource];
        tracked = {};
        tracked.name = acquire.resource_name;
        tracked.known = true;
        tracked.written = true;
        tracked.write = start("acquire", acquire.stages, 0);
    }

    void operator()(const LoggedPass& pass) {
        for (const LoggedUse& use : pass.uses) check_use(pass.name, use);
        for (const LoggedUse& use : pass.uses) note(pass.name, use);
    }

    std::vector<std::string> findings;

  private:
    void report(const Tracked& tracked, const char* kind, const std::string& later, const Pending& earlier) {
        findings.push_back(
            fmt::format("{} on '{}': '{}' is not ordered after '{}'", kind, tracked.name, later, earlier.pass));
    }

    void check_use(const std::string& pass, const LoggedUse& use) {
        Tracked& tracked = resources_[use.resource];
        tracked.name = use.resource_name;
        tracked.known = true;
        if (use.layout != VK_IMAGE_LAYOUT_UNDEFINED && use.layout != tracked.layout) {
            findings.push_back(fmt::format("layout of '{}': '{}' needs {} and finds {}", tracked.name, pass,
                                           static_cast<int>(use.layout), static_cast<int>(tracked.layout)));
        }
        if (write_part(use.access) != 0) {
            for (const Pending& read : tracked.reads) {
                if (!is_ordered(read, use.stages)) report(tracked, "write after read", pass, read);
            }
        }
        if (!tracked.written) return;
        const Pending& write = tracked.write;
        const VkAccessFlags2 read_access = read_part(use.access);
        if (read_access != 0 && !(is_ordered(write, use.stages) && is_visible(write, use.stages, read_access))) {
            report(tracked, "read after write", pass, write);
        } else if (write_part(use.access) != 0 && !may_overwrite(tracked, use)) {
            report(tracked, "write after write", pass, write);
        }
    }

    /// What has been read since may be overwritten by whatever follows the readers. Otherwise the earlier write must be
    /// visible to the later one (Vulkan 1.3, 7.1: write after write needs a memory dependency).
    static bool may_overwrite(const Tracked& tracked, const LoggedUse& use) {
        const Pending& write = tracked.write;
        if (!is_ordered(write, use.stages) || (use.stages & ~write.available_before) != 0) return false;
        return write.write_access == 0 || !tracked.reads.empty() ||
               is_visible(write, use.stages, write_part(use.access));
    }

    void note(const std::string& pass, const LoggedUse& use) {
        Tracked& tracked = resources_[use.resource];
        if (write_part(use.access) != 0) {
            tracked.written = true;
            tracked.write = start(pass, use.stages, write_part(use.access));
            tracked.reads.clear();
        } else if (use.stages != VK_PIPELINE_STAGE_2_HOST_BIT) {
            // Whatever is ordered after a later read at these stages is ordered after an earlier one too.
            std::erase_if(tracked.reads, [&](const Pending& read) { return read.stages == use.stages; });
            tracked.reads.push_back(start(pass, use.stages, 0));
        }
    }

    /// A transition writes: it must itself wait for what came before, and start from the layout that is there.
    void check_transition(const LoggedBarrier& barrier) {
        if (barrier.old_layout == barrier.new_layout) return;
        Tracked& tracked = resources_[barrier.resource];
        const bool keeps = barrier.old_layout != VK_IMAGE_LAYOUT_UNDEFINED;
        if (tracked.known && keeps && barrier.old_layout != tracked.layout) {
            findings.push_back(fmt::format("layout of '{}': a transition from {} finds {}", tracked.name,
                                           static_cast<int>(barrier.old_layout), static_cast<int>(tracked.layout)));
        }
        const VkPipelineStageFlags2 src = expanded_stages(barrier.src_stages);
        for (const Pending& read : tracked.reads) {
            if (!waits_for(read, src)) report(tracked, "write after read", "layout transition", read);
        }
        if (!tracked.written) return;
        const bool follows = (tracked.write.available_before & src) != 0;
        if (!waits_for(tracked.write, src) || !(follows || makes_available(tracked.write, barrier))) {
            report(tracked, "write after write", "layout transition", tracked.write);
        }
    }

    void transition(const LoggedBarrier& barrier) {
        if (barrier.old_layout == barrier.new_layout) return;
        Tracked& tracked = resources_[barrier.resource];
        const VkPipelineStageFlags2 dst = expanded_stages(barrier.dst_stages);
        tracked.known = true;
        tracked.layout = barrier.new_layout;
        tracked.reads.clear();
        tracked.written = true;
        tracked.write = start("layout transition", dst, 0);
        for (auto& [stage, later] : tracked.write.ordered_before) later = dst;
        tracked.write.visible.push_back({dst, expanded_access(barrier.dst_access)});
    }

    std::map<std::uint64_t, Tracked> resources_;
};

/// The findings of gpu::check_hazards.
inline std::vector<std::string> check_hazards(const HazardLog& log) {
    Checker checker;
    for (const LogEntry& entry : log) std::visit(checker, entry);
    return checker.findings;
}

}  // namespace scorefield::gpu::stepwise
