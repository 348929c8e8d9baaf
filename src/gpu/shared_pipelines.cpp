#include "gpu/shared_pipelines.hpp"

#include <algorithm>
#include <utility>

#include "gpu/pipeline.hpp"

namespace scorefield::gpu {

std::shared_ptr<PipelineCore> SharedPipelines::find_or_make(const Key& key, const Make& make) {
    {
        const std::scoped_lock lock(mutex_);
        if (const auto found = entries_.find(key); found != entries_.end()) {
            found->second.last_use = ++time_;
            return found->second.pipeline;
        }
    }
    // Other threads may make theirs in the meantime, even the same.
    std::shared_ptr<PipelineCore> made = make();
    std::vector<std::shared_ptr<PipelineCore>> dropped;  // destroyed outside the lock
    const std::scoped_lock lock(mutex_);
    Entry& entry = entries_[key];
    if (!entry.pipeline) entry.pipeline = std::move(made);
    entry.last_use = ++time_;
    std::shared_ptr<PipelineCore> result = entry.pipeline;
    drop_unused(dropped);
    return result;
}

/// Moves the unused pipelines beyond kMaxUnused to `dropped`.
void SharedPipelines::drop_unused(std::vector<std::shared_ptr<PipelineCore>>& dropped) {
    std::vector<std::uint64_t> unused;
    for (auto& [key, entry] : entries_) {
        if (entry.pipeline.use_count() == 1) {
            unused.push_back(entry.last_use);
        } else {
            entry.last_use = ++time_;
        }
    }
    if (unused.size() <= kMaxUnused) return;
    const auto first_kept = unused.end() - kMaxUnused;
    std::ranges::nth_element(unused, first_kept);
    const std::uint64_t oldest = *first_kept;
    for (auto entry = entries_.begin(); entry != entries_.end();) {
        if (entry->second.pipeline.use_count() == 1 && entry->second.last_use < oldest) {
            dropped.push_back(std::move(entry->second.pipeline));
            entry = entries_.erase(entry);
        } else {
            ++entry;
        }
    }
}

void SharedPipelines::clear() {
    std::map<Key, Entry> dropped;
    const std::scoped_lock lock(mutex_);
    dropped.swap(entries_);
}

std::size_t SharedPipelines::size() const {
    const std::scoped_lock lock(mutex_);
    return entries_.size();
}

}  // namespace scorefield::gpu
