#pragma once

#include "diffusion/interpreter.hpp"
#include "diffusion/prediction.hpp"
#include "diffusion/targets.hpp"

namespace scorefield::diffusion {

/// A mixture's exact score in the place of a network: answers the F for which c_skip·x + c_out·F of `prediction` is the
/// mixture's denoiser, at the alpha and sigma (> 0) of the `eval`.
class ExactScore final : public ScoreSource {
  public:
    ExactScore(GaussianMixture mixture, Prediction prediction);

    int dim() const override { return mixture_.dim(); }
    void evaluate(std::span<const double> scaled, const Eval& at, std::span<double> out) const override;

  private:
    GaussianMixture mixture_;
    Prediction prediction_;
};

}  // namespace scorefield::diffusion
