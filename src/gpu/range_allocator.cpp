#include "gpu/range_allocator.hpp"

#include <iterator>
#include <stdexcept>

namespace scorefield::gpu {

RangeAllocator::RangeAllocator(std::uint64_t size) : size_(size) {
    gaps_.emplace(0, size);
}

std::optional<std::uint64_t> RangeAllocator::allocate(std::uint64_t bytes, std::uint64_t alignment) {
    auto best = gaps_.end();
    for (auto gap = gaps_.begin(); gap != gaps_.end(); ++gap) {
        const std::uint64_t padding = (alignment - gap->first % alignment) % alignment;
        const bool fits = gap->second >= padding && gap->second - padding >= bytes;
        if (fits && (best == gaps_.end() || gap->second < best->second)) best = gap;
    }
    if (best == gaps_.end()) return std::nullopt;

    const auto [gap_offset, gap_bytes] = *best;
    const std::uint64_t offset = (gap_offset + alignment - 1) / alignment * alignment;
    gaps_.erase(best);
    if (offset > gap_offset) gaps_.emplace(gap_offset, offset - gap_offset);
    const std::uint64_t end = offset + bytes;
    if (end < gap_offset + gap_bytes) gaps_.emplace(end, gap_offset + gap_bytes - end);
    taken_.emplace(offset, bytes);
    used_ += bytes;
    return offset;
}

void RangeAllocator::free(std::uint64_t offset) {
    const auto range = taken_.find(offset);
    if (range == taken_.end()) throw std::logic_error("freed a range that was not allocated");
    std::uint64_t begin = range->first;
    std::uint64_t bytes = range->second;
    used_ -= bytes;
    taken_.erase(range);

    auto next = gaps_.lower_bound(begin);
    if (next != gaps_.end() && next->first == begin + bytes) {
        bytes += next->second;
        next = gaps_.erase(next);
    }
    if (next != gaps_.begin()) {
        const auto previous = std::prev(next);
        if (previous->first + previous->second == begin) {
            begin = previous->first;
            bytes += previous->second;
            gaps_.erase(previous);
        }
    }
    gaps_.emplace(begin, bytes);
}

}  // namespace scorefield::gpu
