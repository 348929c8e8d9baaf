#pragma once

#include <optional>
#include <vector>

#include "diffusion/prediction.hpp"
#include "diffusion/program.hpp"

namespace scorefield::diffusion {

/// One step of a sampler, from time t to the next time s or, with to = Marginal{}, to the clean state.
struct Step {
    int index = 0;
    double t = 0;
    Marginal from;
    Marginal to;

    bool last() const { return to == Marginal{}; }
};

/// Emits the ops of samplers that keep their state in register 0; every estimate of x_0 is clamped where a clip is set.
/// Throws base::Error (request) at a coefficient that is not finite in single precision.
class ProgramBuilder {
  public:
    ProgramBuilder(Prediction prediction, std::optional<double> clip) : prediction_(prediction), clip_(clip) {}

    bool clips() const { return clip_.has_value(); }

    /// dst ← x̂_0.
    void denoise(const Step& step, int dst);
    /// dst ← ε̂ of the unclamped x̂_0.
    void estimate_noise(const Step& step, int dst);
    /// Register 0 ← Σ terms + noise·z; what has coefficient 0 is left out.
    void blend(const Step& step, const std::vector<Term>& terms, double noise = 0);
    /// Register 0 ← state·(register 0) + denoised·x̂_0 + noise·z in as few ops as there can be: without a clip the first
    /// two are a single `eval`.
    void advance(const Step& step, double state, double denoised, double noise = 0);
    /// The last step of every sampler here: register 0 ← x̂_0.
    void finish(const Step& step) { denoise(step, 0); }

    /// The ops and the count of registers that they use; the other members are the caller's.
    Program take();

  private:
    void eval(const Step& step, int dst, const AffineForm& form);
    void emit(const Step& step, int dst, Instruction instruction);

    Prediction prediction_;
    std::optional<double> clip_;
    Program program_;
};

}  // namespace scorefield::diffusion
