#pragma once

#include <concepts>
#include <memory>
#include <utility>

#include "diffusion/interpreter.hpp"
#include "diffusion/prediction.hpp"
#include "diffusion/target.hpp"

namespace scorefield::diffusion {

/// of_denoised·D + of_score·∇log p, of the exact denoiser and score at one point.
struct ExactForm {
    double of_denoised = 0;
    double of_score = 0;
};

/// The F for which c_skip·x + c_out·F of the parametrisation is the exact denoiser, at the alpha, sigma and c_in of
/// `at`. Nothing cancels as alpha or sigma become small. At sigma = 0 only x0 and score have an answer; not finite
/// where there is none.
ExactForm exact_output(const Parametrisation& parametrisation, const Eval& at);

/// A target's exact score in the place of a network: answers exact_output.
class ExactScore final : public ScoreSource {
  public:
    ExactScore(std::shared_ptr<const Target> target, const Parametrisation& parametrisation)
        : target_(std::move(target)), parametrisation_(parametrisation) {}
    template <std::derived_from<Target> Kind>
    ExactScore(Kind target, const Parametrisation& parametrisation)
        : ExactScore(std::make_shared<const Kind>(std::move(target)), parametrisation) {}

    int dim() const override { return target_->dim(); }
    void evaluate(std::span<const double> scaled, const Eval& at, std::span<double> out) const override;

  private:
    std::shared_ptr<const Target> target_;
    Parametrisation parametrisation_;
};

}  // namespace scorefield::diffusion
