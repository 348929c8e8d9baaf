#pragma once

#include "base/thread_pool.hpp"
#include "data/tensors.hpp"
#include "nn/mlp.hpp"
#include "train/batch_source.hpp"

namespace scorefield::train {

/// Whether the weights that a training has reached are worth keeping. A step's report is of the weights before it, so
/// what the last step has made of them shows here first: as a loss over held-out draws of every level that is far from
/// that of the weights which training began with, on the same draws.
class Soundness {
  public:
    /// Pool and source outlive it.
    Soundness(base::ThreadPool& pool, const BatchSource& source, const nn::MlpConfig& network,
              const data::TensorMap& begin);

    /// Of the network with these weights.
    double loss(const data::TensorMap& weights) const;
    /// Whether a loss is finite and at most ten times that of the start; of implicit objectives, which have no natural
    /// size and begin near zero, at most the loss that counts as hopeless.
    bool is_sound(double loss) const;
    double start() const { return start_; }

  private:
    base::ThreadPool& pool_;
    const BatchSource& source_;
    nn::MlpConfig network_;
    double start_;
    double largest_;
};

}  // namespace scorefield::train
