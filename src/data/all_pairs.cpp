#include "data/all_pairs.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <mutex>
#include <numeric>
#include <vector>

#include "base/instruction_sets.hpp"
#include "data/coincident_points.hpp"
#include "data/nearest.hpp"

namespace scorefield::data {
namespace {

constexpr std::size_t kTile = 64;         // places of a block
constexpr std::size_t kCoordinates = 64;  // of a block that stay in the cache
// The distances of so many places to so many others are summed side by side, in registers.
constexpr std::size_t kRows = 4;
constexpr std::size_t kColumns = 8;

using Squares = std::array<double, kTile * kTile>;

/// Adds the squared differences of `coordinates` coordinates of two blocks, (coordinates, kTile) each, to `squares`,
/// (kTile, kTile). Each sum runs over the coordinates in their order.
SCOREFIELD_INSTRUCTION_SETS
void add_squares(const double* rows, const double* columns, std::size_t coordinates, double* squares) {
    for (std::size_t i = 0; i < kTile; i += kRows) {
        for (std::size_t j = 0; j < kTile; j += kColumns) {
            double sums[kRows][kColumns];
            for (std::size_t row = 0; row < kRows; ++row) {
                for (std::size_t column = 0; column < kColumns; ++column) {
                    sums[row][column] = squares[(i + row) * kTile + j + column];
                }
            }
            for (std::size_t c = 0; c < coordinates; ++c) {
                for (std::size_t row = 0; row < kRows; ++row) {
                    const double x = rows[c * kTile + i + row];
                    for (std::size_t column = 0; column < kColumns; ++column) {
                        const double difference = x - columns[c * kTile + j + column];
                        sums[row][column] += difference * difference;
                    }
                }
            }
            for (std::size_t row = 0; row < kRows; ++row) {
                for (std::size_t column = 0; column < kColumns; ++column) {
                    squares[(i + row) * kTile + j + column] = sums[row][column];
                }
            }
        }
    }
}

/// The smallest squared distances of a place, each with the points there by set, as far as they hold `wanted` points.
class NearestPoints {
  public:
    void add(double square, const std::array<std::size_t, 2>& count, std::size_t wanted) {
        if (square > last_) return;
        std::size_t i = size_;
        while (i > 0 && squares_[i - 1] >= square) --i;
        if (i == size_ || squares_[i] != square) {
            for (std::size_t k = size_++; k > i; --k) {
                squares_[k] = squares_[k - 1];
                counts_[k] = counts_[k - 1];
            }
            squares_[i] = square;
            counts_[i] = {};
        }
        counts_[i][0] += count[0];
        counts_[i][1] += count[1];
        keep(wanted);
    }

    /// How many of the `wanted` − 1 nearest other points come from the own set, for all points of the place, the place
    /// itself being among those that were added. Points in a tie for the last places count by shares.
    double own_neighbours(const std::array<std::size_t, 2>& here, std::size_t wanted) const {
        std::array<double, 2> nearer = {};
        for (std::size_t i = 0; i + 1 < size_; ++i) {
            for (std::size_t set = 0; set < 2; ++set) nearer[set] += static_cast<double>(counts_[i][set]);
        }
        const std::array<std::size_t, 2>& tied = counts_[size_ - 1];
        double sum = 0;
        for (std::size_t set = 0; set < 2; ++set) {
            if (here[set] == 0) continue;
            std::array<double, 2> near = nearer;
            std::array<double, 2> last = {static_cast<double>(tied[0]), static_cast<double>(tied[1])};
            (size_ > 1 ? near : last)[set] -= 1;  // the point itself
            const double left = static_cast<double>(wanted - 1) - near[0] - near[1];
            sum += static_cast<double>(here[set]) * (near[set] + left * last[set] / (last[0] + last[1]));
        }
        return sum;
    }

  private:
    /// Drops what is beyond `wanted` points.
    void keep(std::size_t wanted) {
        std::size_t points = 0;
        for (std::size_t i = 0; i < size_; ++i) {
            points += counts_[i][0] + counts_[i][1];
            if (points < wanted) continue;
            size_ = i + 1;
            last_ = squares_[i];
            return;
        }
    }

    double last_ = std::numeric_limits<double>::infinity();
    std::size_t size_ = 0;
    std::array<double, kNeighbours + 2> squares_ = {};
    std::array<std::array<std::size_t, 2>, kNeighbours + 2> counts_ = {};
};

/// Places of the same sets side by side: those of the samples alone, of the reference alone, of both.
struct Block {
    std::size_t first = 0;
    std::size_t count = 0;
    std::size_t group = 0;
};

constexpr std::size_t kBoth = 2;
constexpr std::size_t kPairsPerThread = 32;  // of blocks, at a time

std::size_t group_of(const CoincidentPoints& place) {
    if (place.count[0] > 0 && place.count[1] > 0) return kBoth;
    return place.count[0] > 0 ? 0 : 1;
}

/// Two blocks, and what their distances are for.
struct Pair {
    std::size_t a = 0;
    std::size_t b = 0;
    bool neighbours = false;
    bool coverage = false;
};

class AllPairs {
  public:
    AllPairs(std::span<const double> samples, std::span<const double> reference, std::size_t dim)
        : dim_(dim), points_(samples.size() / dim) {
        const std::array sets = {samples, reference};
        places_ = coincident_points(sets, dim);
        order_.resize(places_.size());
        std::iota(order_.begin(), order_.end(), std::size_t{0});
        std::ranges::stable_sort(order_, {}, [&](std::size_t place) { return group_of(places_[place]); });
        make_blocks();
        pooled_k_ = std::min(kNeighbours, 2 * points_ - 1);
        pooled_.resize(places_.size());
        own_.assign(places_.size(), Nearest(std::min(kNeighbours, points_ - 1)));
        own_of_both_ = own_;
        inside_.resize(places_.size());
        locks_ = std::vector<std::mutex>(blocks_.size());
    }

    NeighbourStatistics compare(base::ThreadPool& pool, const ShareDone& progress) {
        // The balls are known once the places of each set have been compared with each other.
        std::size_t all = 0;
        for (const Pass pass : {Pass::within, Pass::across}) for_each_pair(pass, [&](const Pair&) { ++all; });
        std::size_t done = 0;
        for (const Pass pass : {Pass::within, Pass::across}) {
            // The pairs in pieces, so that the calling thread can tell of the progress in between.
            std::vector<Pair> piece;
            const auto run_piece = [&] {
                pool.run(piece.size(), [&](std::size_t i) { compare_blocks(piece[i]); });
                done += piece.size();
                piece.clear();
                if (progress) progress(static_cast<double>(done) / static_cast<double>(all));
            };
            for_each_pair(pass, [&](const Pair& pair) {
                piece.push_back(pair);
                if (piece.size() == kPairsPerThread * pool.threads()) run_piece();
            });
            if (!piece.empty()) run_piece();
        }
        return result();
    }

  private:
    enum class Pass : std::uint8_t { within, across };  ///< a set, and the two sets

    template <class Take>
    void for_each_pair(Pass pass, const Take& take) const {
        for (std::size_t a = 0; a < blocks_.size(); ++a) {
            for (std::size_t b = a; b < blocks_.size(); ++b) {
                const bool apart = blocks_[a].group == 0 && blocks_[b].group == 1;
                const bool differ = blocks_[a].group != blocks_[b].group;
                if (pass == Pass::within && !apart) take(Pair{a, b, true, false});
                if (pass == Pass::across && differ) take(Pair{a, b, apart, true});
            }
        }
    }

    void make_blocks() {
        for (std::size_t first = 0; first < order_.size();) {
            const std::size_t group = group_of(places_[order_[first]]);
            std::size_t end = first;
            while (end < order_.size() && end - first < kTile && group_of(places_[order_[end]]) == group) ++end;
            blocks_.push_back({first, end - first, group});
            first = end;
        }
        planes_.resize(blocks_.size() * dim_ * kTile);
        for (std::size_t b = 0; b < blocks_.size(); ++b) {
            for (std::size_t i = 0; i < blocks_[b].count; ++i) {
                const double* const coordinates = places_[order_[blocks_[b].first + i]].coordinates;
                for (std::size_t c = 0; c < dim_; ++c) planes_[(b * dim_ + c) * kTile + i] = coordinates[c];
            }
        }
    }

    void compare_blocks(const Pair& pair) {
        Squares squares = {};
        for (std::size_t c = 0; c < dim_; c += kCoordinates) {
            add_squares(&planes_[(pair.a * dim_ + c) * kTile], &planes_[(pair.b * dim_ + c) * kTile],
                        std::min(kCoordinates, dim_ - c), squares.data());
        }
        const Block& a = blocks_[pair.a];
        const Block& b = blocks_[pair.b];
        {
            const std::scoped_lock lock(locks_[pair.a]);
            for (std::size_t i = 0; i < a.count; ++i) {
                for (std::size_t j = 0; j < b.count; ++j) {
                    note(order_[a.first + i], order_[b.first + j], squares[i * kTile + j], pair);
                }
            }
        }
        if (pair.a == pair.b) return;
        const std::scoped_lock lock(locks_[pair.b]);
        for (std::size_t j = 0; j < b.count; ++j) {
            for (std::size_t i = 0; i < a.count; ++i) {
                note(order_[b.first + j], order_[a.first + i], squares[i * kTile + j], pair);
            }
        }
    }

    /// What `place` learns of another one, or of itself.
    void note(std::size_t place, std::size_t other, double square, const Pair& pair) {
        const std::array<std::size_t, 2>& here = places_[place].count;
        const std::array<std::size_t, 2>& there = places_[other].count;
        for (std::size_t set = 0; set < 2 && pair.coverage; ++set) {
            if (here[set] == 0 || there[1 - set] == 0) continue;
            if (square <= ball(other, 1 - set).last()) inside_[place][set] = true;
        }
        if (!pair.neighbours) return;
        pooled_[place].add(square, there, pooled_k_ + 1);
        for (std::size_t set = 0; set < 2; ++set) {
            if (here[set] == 0 || there[set] == 0) continue;
            ball(place, set).add(square, there[set] - (place == other ? 1 : 0));
        }
    }

    /// The nearest points of the same set. A place of both sets has two.
    Nearest& ball(std::size_t place, std::size_t set) {
        return set == 1 && places_[place].count[0] > 0 ? own_of_both_[place] : own_[place];
    }

    NeighbourStatistics result() const {
        double own = 0;
        std::array<std::size_t, 2> covered = {};
        for (std::size_t place = 0; place < places_.size(); ++place) {
            const std::array<std::size_t, 2>& here = places_[place].count;
            own += pooled_[place].own_neighbours(here, pooled_k_ + 1);
            for (std::size_t set = 0; set < 2; ++set) {
                if (inside_[place][set] || group_of(places_[place]) == kBoth) covered[set] += here[set];
            }
        }
        const auto count = static_cast<double>(points_);
        return {own / static_cast<double>(2 * points_ * pooled_k_), static_cast<double>(covered[0]) / count,
                static_cast<double>(covered[1]) / count};
    }

    std::size_t dim_;
    std::size_t points_;  ///< of each set
    std::vector<CoincidentPoints> places_;
    std::vector<std::size_t> order_;  ///< of the places, by group
    std::vector<Block> blocks_;       ///< of that order
    std::vector<double> planes_;      ///< (blocks, dim, kTile): the coordinates
    std::size_t pooled_k_ = 0;
    std::vector<NearestPoints> pooled_;  ///< by place
    std::vector<Nearest> own_;           ///< by place
    std::vector<Nearest> own_of_both_;   ///< by place: those of the reference where both sets are
    std::vector<std::array<bool, 2>> inside_;
    std::vector<std::mutex> locks_;  ///< by block, for what its places learn
};

}  // namespace

NeighbourStatistics neighbours_by_all_pairs(std::span<const double> samples, std::span<const double> reference,
                                            std::size_t dim, base::ThreadPool& pool, const ShareDone& progress) {
    return AllPairs(samples, reference, dim).compare(pool, progress);
}

}  // namespace scorefield::data
