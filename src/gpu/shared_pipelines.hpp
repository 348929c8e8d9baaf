#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace scorefield::gpu {

struct PipelineCore;

/// The compute pipelines of a device by what they are made of. Equal pipelines are made once, and kept for a while when
/// nobody uses them any more: a driver may take seconds to compile a large shader. Safe to use from several threads.
class SharedPipelines {
  public:
    struct Key {
        std::string name;
        std::vector<std::uint32_t> specialization;
        std::vector<std::uint32_t> spirv;

        auto operator<=>(const Key&) const = default;
    };
    using Make = std::function<std::shared_ptr<PipelineCore>()>;

    /// Unused pipelines that are kept, the last used ones.
    static constexpr std::size_t kUnused = 64;

    /// The pipeline of this key; `make` makes it if it does not exist. What `make` throws passes through.
    std::shared_ptr<PipelineCore> find(const Key& key, const Make& make);
    /// Forgets all pipelines. Those in use stay valid.
    void clear();
    /// Pipelines that exist because of this object, used and unused.
    std::size_t size() const;

  private:
    struct Entry {
        std::shared_ptr<PipelineCore> pipeline;
        std::uint64_t used = 0;  ///< when it was last asked for
    };

    void drop_unused(std::vector<std::shared_ptr<PipelineCore>>& dropped);

    mutable std::mutex mutex_;
    std::map<Key, Entry> entries_;
    std::uint64_t time_ = 0;
};

}  // namespace scorefield::gpu
