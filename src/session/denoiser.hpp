#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "base/error.hpp"
#include "data/points.hpp"
#include "data/tensors.hpp"
#include "diffusion/program.hpp"
#include "model/model.hpp"
#include "sample/host_source.hpp"
#include "session/run_states.hpp"

namespace scorefield::session {

/// A model's denoiser D(x) = E[x_0 | x] by the kernels of the host engine: for pictures of what it predicts from the
/// particles. Any dimension. Immutable, usable on several threads.
class Denoiser {
  public:
    /// The model must have a score.
    explicit Denoiser(std::shared_ptr<const model::Model> model);
    /// The same with other weights in the place of the model's, which is in training. `network`: one of its classes, or
    /// of all together, as model::weights_of_class gives the weights.
    Denoiser(const Denoiser& other, const model::Architecture& network, const data::TensorMap& weights);

    /// The evaluation that answers for a state: D at the level of the first evaluation that follows it, or of the last
    /// one before it where none follows. None where the state is the result, and where the network cannot tell x_0
    /// (epsilon without any signal).
    std::optional<diffusion::Eval> evaluation(const diffusion::Program& program, const RunState& state) const;
    /// D of each particle, (n, d) in the units of the states. `at`: as evaluation() returns it. `check_cancelled` is
    /// called now and then and may throw; empty: nothing.
    data::Points predict(const data::Points& particles, const diffusion::Eval& at,
                         const std::function<void()>& check_cancelled = {}) const;

  private:
    std::shared_ptr<const model::Model> model_;
    std::shared_ptr<const sample::HostSource> source_;
};

/// Why `look.show` predicted has no effect on this run at all; none where it has.
std::optional<base::Error> prediction_refusal(const model::Model& model, const diffusion::Program& program);

}  // namespace scorefield::session
