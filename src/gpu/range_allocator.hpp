#pragma once

#include <cstdint>
#include <map>
#include <optional>

namespace scorefield::gpu {

/// Hands out ranges of [0, size): best fit, freed neighbours merge.
class RangeAllocator {
  public:
    explicit RangeAllocator(std::uint64_t size);

    /// The offset, a multiple of `alignment` (a power of two), or nothing when no gap is large enough. bytes > 0.
    std::optional<std::uint64_t> allocate(std::uint64_t bytes, std::uint64_t alignment);
    /// `offset` must come from `allocate` and not have been freed since: std::logic_error.
    void free(std::uint64_t offset);

    std::uint64_t size() const { return size_; }
    std::uint64_t used() const { return used_; }
    std::size_t allocations() const { return taken_.size(); }
    std::size_t gaps() const { return gaps_.size(); }

  private:
    std::uint64_t size_;
    std::uint64_t used_ = 0;
    std::map<std::uint64_t, std::uint64_t> gaps_;   ///< offset → bytes
    std::map<std::uint64_t, std::uint64_t> taken_;  ///< offset → bytes
};

}  // namespace scorefield::gpu
