#pragma once

#include <cstddef>
#include <vector>

#include "base/flush_denormals.hpp"
#include "base/thread_pool.hpp"
#include "nn/aligned.hpp"

namespace scorefield::sample {

/// Neighbouring blocks that one thread works on at a time.
struct HostPart {
    std::size_t first = 0;
    std::size_t count = 0;

    bool operator==(const HostPart&) const = default;
};

/// Cuts `count` blocks from `first` on for so many threads, which take one part after the other. Parts become smaller
/// towards the end, so that no thread waits long for the last one. None has more than 16 blocks, and few have less than
/// they could: what evaluations compute ahead of their particles serves all blocks of a part.
std::vector<HostPart> cut_blocks(std::size_t first, std::size_t count, std::size_t threads);

/// Calls work(part, scratch) for the parts of cut_blocks on all threads. `scratch` is the part's own.
template <class Work>
void for_host_parts(base::ThreadPool& pool, std::size_t first, std::size_t count, const Work& work) {
    const std::vector<HostPart> parts = cut_blocks(first, count, pool.threads());
    pool.run(parts.size(), [&](std::size_t i) {
        const base::FlushDenormals flush;  // the weights of far components are tiny
        nn::AlignedFloats scratch;
        work(parts[i], scratch);
    });
}

}  // namespace scorefield::sample
