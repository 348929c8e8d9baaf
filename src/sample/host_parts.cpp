#include "sample/host_parts.hpp"

#include <algorithm>

namespace scorefield::sample {

std::vector<HostPart> cut_blocks(std::size_t first, std::size_t count, std::size_t threads) {
    constexpr std::size_t kMostBlocks = 16;
    std::vector<HostPart> parts;
    while (count > 0) {
        // Half of each thread's share of what is left.
        const std::size_t part = std::clamp<std::size_t>(count / (2 * threads), 1, kMostBlocks);
        parts.push_back({first, part});
        first += part;
        count -= part;
    }
    return parts;
}

}  // namespace scorefield::sample
