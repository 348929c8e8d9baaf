#pragma once

#include <cstddef>
#include <functional>

#include "data/points.hpp"

namespace scorefield::data {

/// Nearest neighbours that the statistics below look at, k.
inline constexpr std::size_t kNeighbours = 5;

/// Is told from time to time, on the calling thread, which share of some work is done, 0 … 1. What it throws ends the
/// work.
using ShareDone = std::function<void(double share)>;

/// What the k nearest neighbours tell of two sets of n points each.
struct NeighbourStatistics {
    /// k-NN two-sample statistic T (Schilling 1986; Henze 1988): the share of the k nearest neighbours in the pooled
    /// set that come from the point's own set. Expected ½ − 1/(4n−2) where both sets follow one law, with a standard
    /// deviation of about 0.2/√n; 1 where they are disjoint.
    double two_sample = 0;
    /// Precision (Kynkäänniemi et al. 2019): the share of samples within the k-NN ball of a reference point.
    double precision = 0;
    /// Recall: the share of reference points within the k-NN ball of a sample.
    double recall = 0;
};

/// Euclidean distances, each coordinate divided by the standard deviation of the reference (units_of); any d ≥ 1, in
/// double precision. The larger set is subsampled to the size of the smaller one, at even strides. A point is not its
/// own neighbour. Ties for the last places are split evenly, so duplicates favour neither set. With fewer than k other
/// points, all are neighbours. The result does not depend on `threads`; 0: one per core. Throws base::Error (request)
/// for empty sets, different dimensions and values that are not finite.
NeighbourStatistics compare_neighbours(const Points& samples, const Points& reference, std::size_t threads = 0,
                                       const ShareDone& progress = {});

}  // namespace scorefield::data
