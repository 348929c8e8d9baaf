#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/trace.hpp"
#include "data/tensors.hpp"
#include "model/architecture.hpp"
#include "train/batch_source.hpp"

namespace scorefield::train {

/// One step's figures.
struct StepReport {
    std::uint64_t step = 0;  ///< the step that was done, 0 …
    double loss = 0;         ///< of its batch, before the step
    double learning_rate = 0;
    double squared_gradient = 0;  ///< sum of squares, before clipping
    double diverged_loss = 0;     ///< beyond which, in size, a loss says that training has diverged
};

/// Whether loss and gradient are finite and the loss is not beyond diverged_loss.
bool converges(const StepReport& report);

/// Throws base::Error (running) naming the step and which of the settings to change where it does not converge.
void require_convergence(const StepReport& report, const TrainSpec& spec);

/// The error (running) of a training that diverged at a step: `why` says in what, the error which setting to change.
base::Error divergence(std::uint64_t step, const std::string& why, const TrainSpec& spec);

/// By what the gradient is multiplied so that its norm stays within `clip` (0: any).
double clip_factor(double clip, double squared_gradient);

/// What the average keeps of itself at a step: at first it follows closely, for the initial weights are no estimate of
/// anything.
double average_decay(double ema, std::uint64_t step);

/// All that a step changes: with the settings it determines every later step. One entry per trained weight, tensor
/// after tensor in the order of model::tensors_of.
struct TrainingState {
    std::uint64_t steps = 0;
    std::vector<float> weights;
    std::vector<float> averaged;
    std::vector<float> first;   ///< Adam's m
    std::vector<float> second;  ///< Adam's v

    bool operator==(const TrainingState&) const = default;
};

/// Throws std::logic_error unless every list of the state has one entry per trained weight.
void require_fitting(const TrainingState& state, const model::Architecture& network);

/// Fits a network step by step, wherever the weights live.
class Trainer {
  public:
    virtual ~Trainer() = default;
    /// Shows the host's evaluations from now on; null: nothing does. The trace outlives the trainer.
    virtual void trace_with(base::Trace* /*trace*/) {}
    /// Begins the next `count` steps; they may still be under way when this returns.
    virtual void advance(std::uint64_t count) = 0;
    /// The reports of the steps that were done since the last call, in their order; with `all`, waits for all that were
    /// begun. A step that does not converge, and those after it, leave the weights as they are.
    virtual std::vector<StepReport> reports(bool all) = 0;
    /// Steps begun so far.
    virtual std::uint64_t steps() const = 0;
    virtual const model::Architecture& network() const = 0;
    /// The source of the trainer's batches: levels, data and their units.
    virtual const BatchSource& source() const = 0;
    /// The averaged weights after all steps that were begun, those to sample with.
    virtual data::TensorMap averaged_weights() = 0;
    /// After all steps that were begun.
    virtual TrainingState state() = 0;
    /// Goes on from there as if it had come there by itself. Throws std::logic_error unless every list has one entry
    /// per trained weight.
    virtual void restore(const TrainingState& state) = 0;
};

}  // namespace scorefield::train
