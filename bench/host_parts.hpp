#pragma once

#include <algorithm>
#include <cstddef>

#include "base/flush_denormals.hpp"
#include "base/thread_pool.hpp"
#include "nn/aligned.hpp"

namespace scorefield::bench {

/// Calls work(first, count, scratch) for neighbouring blocks of particles on all threads, cut as
/// sample::HostPopulation cuts its runs: four parts for each thread, of at most 16 blocks.
template <class Work>
void for_blocks(base::ThreadPool& pool, std::size_t blocks, const Work& work) {
    const std::size_t at_once = std::clamp<std::size_t>(blocks / (4 * pool.threads()), 1, 16);
    pool.run((blocks + at_once - 1) / at_once, [&](std::size_t part) {
        const base::FlushDenormals flush;
        nn::AlignedFloats scratch;
        const std::size_t first = part * at_once;
        work(first, std::min(at_once, blocks - first), scratch);
    });
}

}  // namespace scorefield::bench
