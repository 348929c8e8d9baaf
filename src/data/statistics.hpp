#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/room.hpp"
#include "base/thread_pool.hpp"

namespace scorefield::data {

/// `count` bins of equal width over [low, high).
struct Bins {
    double low = -5;
    double high = 5;
    std::uint32_t count = 100;

    bool operator==(const Bins&) const = default;
};

/// How many values fell where. Bin k holds low + k·w ≤ x < low + (k+1)·w, w = (high − low)/count, but for the rounding
/// of (x − low)/w in double precision.
struct Histogram {
    std::vector<std::uint64_t> counts;  ///< by bin
    std::uint64_t below = 0;            ///< x < low
    std::uint64_t above = 0;            ///< x ≥ high

    bool operator==(const Histogram&) const = default;
};

/// Pairs of the first two coordinates over their bins.
struct JointHistogram {
    std::vector<std::uint64_t> counts;  ///< (bins of the first, bins of the second); empty unless asked for
    std::uint64_t outside = 0;          ///< either coordinate is outside its bins

    bool operator==(const JointHistogram&) const = default;
};

/// What a set of points is like, d = dim. Moments divide by `count`: they are those of the points, not estimates.
struct Summary {
    std::uint64_t count = 0;
    std::vector<double> mean;             ///< (d), and so on
    std::vector<double> covariance;       ///< (d, d)
    std::vector<double> skewness;         ///< m3/m2^(3/2); 0 where all values are equal
    std::vector<double> excess_kurtosis;  ///< m4/m2² − 3; 0 where all values are equal
    std::vector<double> minimum;
    std::vector<double> maximum;
    std::vector<Histogram> histograms;
    JointHistogram joint;
};

/// Sums of powers of points about their mean, mergeable (Chan, Golub, LeVeque 1983; Pébay 2008, eqs. 2.1, 3.1).
struct CentralSums {
    std::uint64_t count = 0;
    std::vector<double> mean;      ///< (d)
    std::vector<double> products;  ///< (d, d), lower triangle: Σ (x_i − mean_i)(x_j − mean_j)
    std::vector<double> cubes;     ///< (d)
    std::vector<double> quartics;  ///< (d)
    std::vector<double> minimum;   ///< (d)
    std::vector<double> maximum;   ///< (d)

    /// Adds the points of `other`; either may be empty.
    void merge(const CentralSums& other);
};

/// Moments and histograms of any number of points in memory that does not grow with it. Points are summed up in double
/// precision, in blocks of kBlock counted from the first point, and blocks are merged in order: the same points in the
/// same order give the same bits, whatever the pieces they come in and the number of threads.
class Statistics {
  public:
    static constexpr std::size_t kBlock = 4096;

    /// Points of bins.size() ≥ 1 coordinates, one set of bins for each; `joint` also counts pairs (two coordinates
    /// only). Throws std::invalid_argument: no coordinates, low ≥ high or not finite, no bins.
    explicit Statistics(std::vector<Bins> bins, bool joint = false);

    /// Throws base::Error (request, `stats`) if statistics of points of so many coordinates, on so many threads and
    /// with their summary as text, need more than half of `limit` bytes: the covariance has dim² entries.
    static void require_memory(std::size_t dim, std::size_t threads, std::uint64_t limit = base::memory_limit());

    /// Rows (n, dim), all finite.
    void add(std::span<const float> rows, base::ThreadPool& pool);
    /// As if the points of `other`, of the same bins, had been added; up to rounding. Throws std::invalid_argument
    /// where the bins differ.
    void merge(const Statistics& other);

    Summary summary() const;
    std::size_t dim() const { return bins_.size(); }

  private:
    /// What one thread counts.
    struct Counts {
        std::vector<std::vector<std::uint64_t>> single;  ///< by coordinate, (bins + 2): below, above behind the bins
        std::vector<std::uint64_t> joint;
        std::uint64_t outside = 0;

        void merge(const Counts& other);
    };

    Counts no_counts() const;
    void count(std::span<const float> rows, Counts& counts) const;
    void add_blocks(std::span<const float> rows, base::ThreadPool& pool);
    CentralSums total() const;
    Counts all_counts() const;

    std::vector<Bins> bins_;
    bool joint_;
    CentralSums merged_;          ///< of whole blocks
    std::vector<float> pending_;  ///< points of the block begun
    std::vector<Counts> counts_;  ///< of whole blocks, by thread
};

}  // namespace scorefield::data
