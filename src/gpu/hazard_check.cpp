#include "gpu/hazard_check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <compare>
#include <map>

#include "gpu/tracking.hpp"

namespace scorefield::gpu {
namespace {

constexpr VkPipelineStageFlags2 kAllStages = ~VkPipelineStageFlags2{0};

/// How far barriers have carried an access. Barriers only ever add to it.
struct Reach {
    /// Per stage of the access: the stages whose later work is ordered after it.
    std::map<VkPipelineStageFlags2, VkPipelineStageFlags2> ordered_before;
    /// The stages whose later work is ordered after the write has been made available.
    VkPipelineStageFlags2 available_before = 0;
    /// Where the write has been made visible: stages and the accesses there.
    std::map<VkPipelineStageFlags2, VkAccessFlags2> visible;

    friend bool operator==(const Reach&, const Reach&) = default;
};

/// A write (or layout transition) or the latest read at some stages.
struct Pending {
    std::string pass;
    VkPipelineStageFlags2 stages = 0;
    VkAccessFlags2 write_access = 0;  ///< 0 for reads and transitions
    Reach reach;                      ///< through the barriers after it
};

struct Tracked {
    std::string name;
    bool known = false;       ///< touched since the log begins
    bool written = false;     ///< `write` is set
    std::size_t batches = 0;  ///< the number of barrier batches that `write` and `reads` have been carried through
    Pending write;
    std::vector<Pending> reads;
    VkImageLayout layout = VK_IMAGE_LAYOUT_UNDEFINED;
};

/// What a barrier does to every access that it applies to.
struct Effect {
    VkPipelineStageFlags2 src_stages = 0;
    VkAccessFlags2 src_access = 0;
    VkPipelineStageFlags2 dst_stages = 0;
    VkAccessFlags2 dst_access = 0;

    friend auto operator<=>(const Effect&, const Effect&) = default;  // NOLINT(modernize-use-nullptr): not a pointer
};

/// The barriers of one VkDependencyInfo; they act side by side, not one after the other.
using Effects = std::vector<Effect>;

VkPipelineStageFlags2 expanded_stages(VkPipelineStageFlags2 stages) {
    if ((stages & VK_PIPELINE_STAGE_2_ALL_COMMANDS_BIT) != 0) return kAllStages & ~VK_PIPELINE_STAGE_2_HOST_BIT;
    if ((stages & VK_PIPELINE_STAGE_2_ALL_GRAPHICS_BIT) != 0) {
        stages |= VK_PIPELINE_STAGE_2_VERTEX_SHADER_BIT | VK_PIPELINE_STAGE_2_FRAGMENT_SHADER_BIT |
                  VK_PIPELINE_STAGE_2_COLOR_ATTACHMENT_OUTPUT_BIT;
    }
    return stages;
}

VkAccessFlags2 expanded_access(VkAccessFlags2 access) {
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

Pending start(const std::string& pass, VkPipelineStageFlags2 stages, VkAccessFlags2 write_access) {
    Pending pending;
    pending.pass = pass;
    pending.stages = stages;
    pending.write_access = write_access;
    if (write_access == 0) pending.reach.available_before = stages;  // nothing has to be made available
    for (VkPipelineStageFlags2 rest = stages; rest != 0; rest &= rest - 1)
        pending.reach.ordered_before[rest & ~(rest - 1)] = 0;
    return pending;
}

Effect effect_of(const LoggedBarrier& barrier) {
    return {expanded_stages(barrier.src_stages), expanded_access(barrier.src_access),
            expanded_stages(barrier.dst_stages), expanded_access(barrier.dst_access)};
}

/// What a batch does to accesses to `resource`: a barrier on one resource counts for that resource only. With 0, what
/// it does to all resources.
Effects effects_on(std::uint64_t resource, const LoggedBarriers& batch) {
    Effects effects;
    for (const LoggedBarrier& barrier : batch.barriers) {
        if (barrier.resource == 0 || barrier.resource == resource) effects.push_back(effect_of(barrier));
    }
    return effects;
}

/// Whether every stage of the access lies in the barrier's first scope, directly or through earlier barriers.
bool waits_for(const Pending& pending, const Effect& barrier) {
    return std::ranges::all_of(pending.reach.ordered_before, [&](const auto& stage) {
        return ((stage.first | stage.second) & barrier.src_stages) != 0;
    });
}

bool makes_available(const Pending& pending, const Effect& barrier) {
    return (pending.write_access & ~barrier.src_access) == 0;
}

/// Whether all work at `stages` that follows is ordered after the access.
bool is_ordered(const Pending& pending, VkPipelineStageFlags2 stages) {
    return std::ranges::all_of(pending.reach.ordered_before,
                               [stages](const auto& stage) { return (stages & ~stage.second) == 0; });
}

bool is_visible(const Pending& pending, VkPipelineStageFlags2 stages, VkAccessFlags2 access) {
    for (VkPipelineStageFlags2 rest = stages; rest != 0; rest &= rest - 1) {
        const VkPipelineStageFlags2 stage = rest & ~(rest - 1);
        VkAccessFlags2 seen = 0;
        for (const auto& [where, accesses] : pending.reach.visible) {
            if ((where & stage) != 0) seen |= accesses;
        }
        if ((access & ~seen) != 0) return false;
    }
    return true;
}

/// The reach of `pending` behind the barriers.
Reach reach_after(const Effects& effects, const Pending& pending) {
    const Reach& before = pending.reach;
    Reach after = before;
    for (const Effect& barrier : effects) {
        for (const auto& [stage, later] : before.ordered_before) {
            if (((stage | later) & barrier.src_stages) != 0) after.ordered_before[stage] |= barrier.dst_stages;
        }
        const bool follows = (before.available_before & barrier.src_stages) != 0;
        const bool flushes = waits_for(pending, barrier) && makes_available(pending, barrier);
        if (!flushes && !follows) continue;
        after.available_before |= barrier.dst_stages;
        after.visible[barrier.dst_stages] |= barrier.dst_access;
    }
    return after;
}

bool changes(const Effects& effects, const Tracked& tracked) {
    const auto changes_one = [&](const Pending& pending) { return reach_after(effects, pending) != pending.reach; };
    return (tracked.written && changes_one(tracked.write)) || std::ranges::any_of(tracked.reads, changes_one);
}

void carry_through(const Effects& effects, Tracked& tracked) {
    if (tracked.written) tracked.write.reach = reach_after(effects, tracked.write);
    for (Pending& read : tracked.reads) read.reach = reach_after(effects, read);
}

class Checker {
  public:
    void operator()(const LoggedBarriers& batch) {
        for (const LoggedBarrier& barrier : batch.barriers) {
            if (barrier.resource != 0) catch_up(resources_[barrier.resource]);
        }
        for (const LoggedBarrier& barrier : batch.barriers) check_transition(barrier);
        const Effects everywhere = effects_on(0, batch);
        if (!everywhere.empty()) memory_batches_[everywhere].push_back(batches_);
        ++batches_;
        for (const LoggedBarrier& barrier : batch.barriers) {
            if (barrier.resource != 0) pass_through(batch, barrier.resource);
        }
        for (const LoggedBarrier& barrier : batch.barriers) transition(barrier);
    }

    void operator()(const LoggedAcquire& acquire) {
        Tracked& tracked = resources_[acquire.resource];
        tracked = {};
        tracked.name = acquire.resource_name;
        tracked.known = true;
        tracked.written = true;
        tracked.batches = batches_;
        tracked.write = start("acquire", acquire.stages, 0);
    }

    void operator()(const LoggedPass& pass) {
        for (const LoggedUse& use : pass.uses) catch_up(resources_[use.resource]);
        for (const LoggedUse& use : pass.uses) check_use(pass.name, use);
        for (const LoggedUse& use : pass.uses) note(pass.name, use);
    }

    std::vector<std::string> findings;

  private:
    /// Carries what is pending on a resource through the memory barriers since it was last looked at, but only through
    /// those that change something: they are few, however many there are, because a reach only grows.
    void catch_up(Tracked& tracked) {
        while (true) {
            const Effects* next = nullptr;
            std::size_t next_at = batches_;
            for (const auto& [effects, places] : memory_batches_) {
                if (places.back() < tracked.batches) continue;
                const std::size_t at = *std::ranges::lower_bound(places, tracked.batches);
                if (at >= next_at || !changes(effects, tracked)) continue;
                next = &effects;
                next_at = at;
            }
            if (next == nullptr) break;
            carry_through(*next, tracked);
            tracked.batches = next_at + 1;
        }
        tracked.batches = batches_;
    }

    /// Carries what is pending on a resource through the latest batch, which has barriers on it.
    void pass_through(const LoggedBarriers& batch, std::uint64_t resource) {
        Tracked& tracked = resources_[resource];
        if (tracked.batches == batches_) return;  // by another barrier of the batch
        carry_through(effects_on(resource, batch), tracked);
        tracked.batches = batches_;
    }

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
        if (!is_ordered(write, use.stages) || (use.stages & ~write.reach.available_before) != 0) return false;
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
        const Effect effect = effect_of(barrier);
        for (const Pending& read : tracked.reads) {
            if (!waits_for(read, effect)) report(tracked, "write after read", "layout transition", read);
        }
        if (!tracked.written) return;
        const bool follows = (tracked.write.reach.available_before & effect.src_stages) != 0;
        if (!waits_for(tracked.write, effect) || !(follows || makes_available(tracked.write, effect))) {
            report(tracked, "write after write", "layout transition", tracked.write);
        }
    }

    void transition(const LoggedBarrier& barrier) {
        if (barrier.old_layout == barrier.new_layout) return;
        Tracked& tracked = resources_[barrier.resource];
        const Effect effect = effect_of(barrier);
        tracked.known = true;
        tracked.layout = barrier.new_layout;
        tracked.reads.clear();
        tracked.written = true;
        tracked.write = start("layout transition", effect.dst_stages, 0);
        for (auto& [stage, later] : tracked.write.reach.ordered_before) later = effect.dst_stages;
        tracked.write.reach.visible[effect.dst_stages] = effect.dst_access;
    }

    std::map<std::uint64_t, Tracked> resources_;
    std::size_t batches_ = 0;
    /// The batches with memory barriers, by what these do: the numbers of the batches, ascending.
    std::map<Effects, std::vector<std::size_t>> memory_batches_;
};

}  // namespace

std::vector<std::string> check_hazards(const HazardLog& log) {
    Checker checker;
    for (const LogEntry& entry : log) std::visit(checker, entry);
    return checker.findings;
}

}  // namespace scorefield::gpu
