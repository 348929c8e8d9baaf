#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <tuple>
#include <vector>

namespace scorefield::gpu {

struct PipelineCore;

/// The compute pipelines of a device, found by name, SPIR-V and specialization constants. Equal ones share a
/// PipelineCore. It is kept for a while when nobody uses it any more: a driver may take seconds to compile a large
/// shader. Safe to use from several threads.
class SharedPipelines {
  public:
    struct Key {
        std::string name;
        std::vector<std::uint32_t> specialization;
        std::vector<std::uint32_t> spirv;

        bool operator<(const Key& other) const {
            return std::tie(name, specialization, spirv) < std::tie(other.name, other.specialization, other.spirv);
        }
    };
    using Make = std::function<std::shared_ptr<PipelineCore>()>;

    /// The largest number of unused pipelines after a new one was made. The last used ones are kept.
    static constexpr std::size_t kMaxUnused = 64;

    /// The pipeline of this key; if there is none, what `make` returns. Two threads that ask for the same one at the
    /// same time may both make it: one of the two is kept. What `make` throws passes through.
    std::shared_ptr<PipelineCore> find_or_make(const Key& key, const Make& make);
    /// Forgets all pipelines. Those in use stay valid.
    void clear();
    /// Number of stored pipelines, used and unused.
    std::size_t size() const;

  private:
    struct Entry {
        std::shared_ptr<PipelineCore> pipeline;
        std::uint64_t last_use = 0;  ///< by time_
    };

    void drop_unused(std::vector<std::shared_ptr<PipelineCore>>& dropped);

    mutable std::mutex mutex_;
    std::map<Key, Entry> entries_;
    std::uint64_t time_ = 0;
};

}  // namespace scorefield::gpu
