#pragma once

#include <cstddef>
#include <new>
#include <vector>

namespace scorefield::nn {

/// Allocates on cache lines, so that vectors of floats load whole lines.
template <typename T>
struct CacheAligned {
    using value_type = T;
    static constexpr std::align_val_t kAlignment{64};

    CacheAligned() = default;
    template <typename U>
    explicit CacheAligned(const CacheAligned<U>&) {}

    T* allocate(std::size_t count) { return static_cast<T*>(::operator new(count * sizeof(T), kAlignment)); }
    void deallocate(T* memory, std::size_t) { ::operator delete(memory, kAlignment); }
    bool operator==(const CacheAligned&) const = default;
};

using AlignedFloats = std::vector<float, CacheAligned<float>>;

}  // namespace scorefield::nn
