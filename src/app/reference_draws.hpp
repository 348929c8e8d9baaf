#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "app/model.hpp"
#include "data/datasets.hpp"
#include "data/points.hpp"

namespace scorefield::app {

/// Independent draws of what samples should resemble, in the units of the data. Draws of one seed are independent of
/// those of every other, of what networks are trained on, of pools, and of fresh_points.
class ReferenceDraws {
  public:
    virtual ~ReferenceDraws() = default;

    /// Draw `number`: `count` points, or as many as there are.
    virtual data::Points draw(std::size_t number, std::size_t count) const = 0;

    /// Two sets that have no points in common.
    struct Pair {
        data::Points points;
        data::Points reference;
    };
    /// `points` and `reference` points, or as many as there are: the distance of the data to themselves is theirs.
    virtual Pair pair(std::size_t number, std::size_t points, std::size_t reference) const = 0;

    /// What stands for the distribution in moments: all points of a set, of a distribution 100 000.
    virtual data::Points moments_pool() const = 0;
};

/// Fresh draws of a distribution; of a set of points (Dataset::size() > 0) parts without repetition, for points that
/// coincide are each other's nearest neighbours. `dataset` has to outlive the draws.
std::unique_ptr<ReferenceDraws> draws_of(const data::Dataset& dataset, std::uint64_t seed);
/// Those of an exact target.
std::unique_ptr<ReferenceDraws> draws_of(const ScaledTarget& target, std::uint64_t seed);

/// Points first … first+count−1 of a draw in the units of the data, independent of all draws above: point i depends on
/// (seed, i) alone.
data::Points fresh_points(const data::Dataset& dataset, std::uint64_t seed, std::uint64_t first, std::size_t count);
/// The same of a target; first + count < 2³².
data::Points fresh_points(const ScaledTarget& target, std::uint64_t seed, std::uint64_t first, std::size_t count);

}  // namespace scorefield::app
