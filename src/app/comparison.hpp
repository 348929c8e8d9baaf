#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "app/reference_draws.hpp"
#include "data/coordinate_units.hpp"
#include "data/distances.hpp"
#include "data/points.hpp"

namespace scorefield::app {

/// How far samples are from a reference set, each coordinate in units of the reference's deviation about its mean.
struct Distances {
    double sliced_w2 = 0;
    double two_sample = 0;  ///< as precision and recall: data/neighbours.hpp
    double precision = 0;
    double recall = 0;
};

/// Samples beside what they should resemble.
struct Comparison {
    std::size_t points = 0;
    std::size_t reference_points = 0;
    std::size_t draws = 1;              ///< of the reference, over which `distances` and `own` are means
    data::CoordinateMoments samples;    ///< in the units of the data
    data::CoordinateMoments reference;  ///< in the units of the data
    Distances distances = {};
    std::optional<Distances> own = {};  ///< of the reference to itself, where it can be drawn from
    double energy_distance = 0;         ///< to the first draw
    double mmd = 0;                     ///< to the first draw
};

/// Draws of a reference that sets of samples, of `points` each, are compared with.
class Reference {
  public:
    /// Several draws of max(10 000, points) points, or as many as there are.
    Reference(const ReferenceDraws& draws, std::size_t points);

    /// The mean distances of the reference to itself, of independent draws as large as samples and draws are.
    const Distances& own() const { return own_; }
    /// The mean distances of samples to the draws; T, precision and recall take as many points of the larger set as the
    /// smaller has.
    Distances distances(const data::Points& samples) const;
    /// Up to 100 000 points.
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

/// Everything about samples beside several draws of the reference.
Comparison compare(const data::Points& samples, const ReferenceDraws& draws);

/// The distances to one set. Throws base::Error (request) naming `where` if no two points of it differ.
Comparison compare(const data::Points& samples, const data::Points& reference, const std::string& where);

}  // namespace scorefield::app
