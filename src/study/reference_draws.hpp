#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

#include "data/datasets.hpp"
#include "data/points.hpp"
#include "model/model.hpp"

namespace scorefield::study {

/// Reference samples, in the units of the data. Draws with different seeds are independent of each other, of the
/// training data, of pools, and of fresh_points.
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
    /// Two disjoint reference samples of these sizes (fewer if the set is smaller), for the data-vs-data baseline.
    virtual Pair pair(std::size_t number, std::size_t points, std::size_t reference) const = 0;

    /// Points for means and standard deviations: all points of a set, or 100 000 samples of a distribution.
    virtual data::Points moments_pool() const = 0;
};

/// Draws new samples from a distribution. From a finite set (Dataset::size() > 0), draws without replacement, because
/// duplicates would be each other's nearest neighbours. With a `label`, draws only points of this class; throws
/// base::Error (request, `class`) if the data have no such points. `dataset` has to outlive the draws.
std::unique_ptr<ReferenceDraws> draws_of(const data::Dataset& dataset, std::uint64_t seed,
                                         std::optional<std::uint32_t> label = {});
/// Those of an exact target.
std::unique_ptr<ReferenceDraws> draws_of(const model::ScaledTarget& target, std::uint64_t seed);

/// Points first … first+count−1 of a draw in the units of the data, independent of all draws above: point i depends on
/// (seed, i) alone.
data::Points fresh_points(const data::Dataset& dataset, std::uint64_t seed, std::uint64_t first, std::size_t count);
/// The same of a target; first + count < 2³².
data::Points fresh_points(const model::ScaledTarget& target, std::uint64_t seed, std::uint64_t first,
                          std::size_t count);

}  // namespace scorefield::study
