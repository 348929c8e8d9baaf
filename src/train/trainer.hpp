#pragma once

#include <cstdint>

#include "data/scaling.hpp"
#include "data/tensors.hpp"
#include "nn/mlp.hpp"

namespace scorefield::train {

/// One step's figures.
struct StepReport {
    std::uint64_t step = 0;  ///< the step that was done, 0 …
    double loss = 0;         ///< of its batch, before the step
    double learning_rate = 0;
};

/// Fits a network step by step, wherever the weights live.
class Trainer {
  public:
    virtual ~Trainer() = default;
    /// Does the next step. Throws base::Error (running) naming the step and the setting to change if the loss or
    /// its gradient is not finite.
    virtual StepReport step() = 0;
    /// Steps done so far.
    virtual std::uint64_t steps() const = 0;
    virtual const nn::MlpConfig& network() const = 0;
    /// The units in which the network knows the data.
    virtual const data::Scaling& scaling() const = 0;
    /// The averaged weights, those to sample with.
    virtual data::TensorMap averaged_weights() const = 0;
    /// The objective of the averaged weights over `draws` fixed held-out draws.
    virtual double held_out_loss(std::uint64_t draws) = 0;
};

}  // namespace scorefield::train
