#pragma once

#include <vector>

#include "diffusion/target_mixture.hpp"

namespace scorefield::study {

/// How far single precision can carry a path of x ← x + τ·score + √(2τ)·z on a mixture in one dimension from the same
/// path in double precision, step by step: the image of the interval that it may lie in so far, whose ends the drift
/// brings together or apart, and what the step itself rounds. The draws z are the same to the last bit.
class PathBound {
  public:
    PathBound(const diffusion::GaussianMixture& mixture, double step_size, double start);

    /// The exact path goes on to `next`.
    void step_to(double next);
    double value() const { return bound_; }

  private:
    double drift(double x) const;
    double rounding(double next) const;

    const diffusion::GaussianMixture& mixture_;
    double step_size_;
    double x_;
    double bound_ = 0;
};

/// Where a mixture in one dimension is densest between two points, of which the score points inwards: the root of the
/// score, by halving.
double mode_between(const diffusion::GaussianMixture& mixture, double low, double high);

}  // namespace scorefield::study
