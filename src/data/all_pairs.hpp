#pragma once

#include <cstddef>
#include <span>

#include "base/thread_pool.hpp"
#include "data/neighbours.hpp"

namespace scorefield::data {

/// compare_neighbours of two sets of n points each, (n, dim), from the distances of all pairs: what in many dimensions
/// takes less time than searching a tree. The same bits as with trees, because each distance is summed in the same
/// order. Each pair is computed once; pairs that only tell of coverage twice.
NeighbourStatistics neighbours_by_all_pairs(std::span<const double> samples, std::span<const double> reference,
                                            std::size_t dim, base::ThreadPool& pool, const ShareDone& progress);

}  // namespace scorefield::data
