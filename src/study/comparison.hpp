#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "data/coordinate_units.hpp"
#include "data/distances.hpp"
#include "data/neighbours.hpp"
#include "data/points.hpp"
#include "study/reference_draws.hpp"

namespace scorefield::study {

/// Distances of samples from a reference set, each coordinate in units of the reference's standard deviation.
struct Distances {
    double sliced_w2 = 0;
    double two_sample = 0;  ///< as precision and recall: data/neighbours.hpp
    double precision = 0;
    double recall = 0;
};

/// Samples compared with a reference.
struct Comparison {
    std::size_t points = 0;
    std::size_t reference_points = 0;
    std::size_t draws = 1;              ///< number of reference samples that `distances` and `own` are averaged over
    data::CoordinateMoments samples;    ///< in the units of the data
    data::CoordinateMoments reference;  ///< in the units of the data
    Distances distances = {};
    std::optional<Distances> own = {};  ///< reference against itself (baseline); none for a single file
    double energy_distance = 0;         ///< to the first draw
    double mmd = 0;                     ///< to the first draw
};

/// Reference samples, to compare sets of `points` samples with.
class Reference {
  public:
    /// Draws several reference samples of max(10 000, points) points, fewer if the set is smaller.
    Reference(const ReferenceDraws& draws, std::size_t points, const data::ShareDone& progress = {});

    /// Baseline: mean distances between independent draws of the reference, of the same sizes.
    const Distances& own() const { return own_; }
    /// Mean distances of samples from the draws. T, precision and recall use equally many points of both sets.
    Distances distances(const data::Points& samples, const data::ShareDone& progress = {}) const;
    /// Energy distance of samples from the first draw.
    double energy_distance(const data::Points& samples) const;
    /// Baseline of the same: the energy distance between two independent draws, one of `points` points.
    double own_energy_distance(const ReferenceDraws& draws, std::size_t points) const;
    /// Reference points for means and standard deviations: all points of a set, or 100 000 samples of a distribution.
    const data::Points& pool() const { return pool_; }
    std::size_t draws() const { return draws_.size(); }
    const data::Points& first_draw() const { return draws_.front().points; }

  private:
    struct Draw {
        data::Points points;
        data::SlicedQuantiles quantiles;  ///< in units of the pool
    };

    data::Points pool_;
    std::vector<Draw> draws_;
    Distances own_;
};

/// Compares samples with several draws of the reference.
Comparison compare(const data::Points& samples, const ReferenceDraws& draws, const data::ShareDone& progress);

/// The distances to one set. Throws base::Error (request) naming `where` if no two points of it differ.
Comparison compare(const data::Points& samples, const data::Points& reference, const std::string& where,
                   const data::ShareDone& progress);

}  // namespace scorefield::study
