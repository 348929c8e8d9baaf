#pragma once

#include <memory>

#include "data/datasets.hpp"
#include "diffusion/target.hpp"

namespace scorefield::study {

/// Data in two dimensions whose distribution is known exactly.
struct KnownData {
    std::unique_ptr<data::Dataset> dataset;
    std::shared_ptr<const diffusion::Target> target;  ///< in standardised units
};

/// The data set mixture_d, ⅕N((−5, −5), I) + ⅘N((5, 5), I) of Song & Ermon 2019: two modes far apart.
KnownData known_mixture();

/// The data set swiss_roll: Gaussian noise of deviation 0.5 around a curve, whose integral along the curve is a sum of
/// so many equal Gaussians that they lie closer than a quarter of that deviation.
KnownData known_swiss_roll();

}  // namespace scorefield::study
