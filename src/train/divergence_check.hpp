#pragma once

#include "base/thread_pool.hpp"
#include "data/tensors.hpp"
#include "model/architecture.hpp"
#include "nn/float_plan.hpp"
#include "train/batch_source.hpp"
#include "train/objective.hpp"

namespace scorefield::train {

/// Whether the weights that a training has reached are worth keeping. A step's report is of the weights before it, so
/// what the last step has made of them shows here first: as a loss far from that of the weights which training began
/// with, on the same draws, which no step trains on.
class DivergenceCheck {
  public:
    /// For a network that learns from the batches of `source`. `pool` and `source` must outlive this object.
    DivergenceCheck(base::ThreadPool& pool, const BatchSource& source, const model::Architecture& network,
                    const data::TensorMap& begin);

    /// The loss of the network with these weights.
    double loss(const data::TensorMap& weights);
    /// Whether a loss is finite and at most ten times that of the start; of implicit objectives, which have no natural
    /// size and begin near zero, at most the loss that counts as diverged.
    bool is_sound(double loss) const;
    double start() const { return start_; }

  private:
    base::ThreadPool& pool_;
    ObjectiveGraph objective_;
    nn::FloatPlan plan_;
    Batch batch_;
    double start_ = 0;
    double largest_ = 0;
};

}  // namespace scorefield::train
