#include "nn/arena.hpp"

#include <algorithm>

namespace scorefield::nn {

std::size_t Arena::take(std::size_t size, std::size_t last_use, std::size_t moment) {
    // A value last used at this very moment is still being read.
    std::erase_if(taken_, [&](const Taken& taken) { return taken.last_use < moment; });
    std::size_t first = 0;
    auto next = taken_.begin();
    while (next != taken_.end() && next->first < first + size) {
        first = next->first + next->size;
        ++next;
    }
    taken_.insert(next, {first, size, last_use});
    size_ = std::max(size_, first + size);
    return first;
}

}  // namespace scorefield::nn
