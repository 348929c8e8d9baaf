#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/thread_pool.hpp"
#include "nn/float_plan.hpp"
#include "train/adam.hpp"
#include "train/objective.hpp"
#include "train/train_spec.hpp"
#include "train/trainer.hpp"

namespace scorefield::train {

/// Training in single precision on all cores. The same settings give the same weights bit for bit whatever the number
/// of threads.
class HostTrainer final : public Trainer {
  public:
    /// `data` and `process` must outlive the trainer. The spec must have passed check_spec.
    HostTrainer(const TrainSpec& spec, const data::Dataset& data, const diffusion::NoiseProcess& process);

    /// Does the next step.
    StepReport step();
    void advance(std::uint64_t count) override;
    std::vector<StepReport> reports(bool all) override;
    std::uint64_t steps() const override { return steps_; }
    const model::Architecture& network() const override { return network_; }
    const BatchSource& source() const override { return source_; }
    data::TensorMap averaged_weights() override;
    TrainingState state() override;
    void restore(const TrainingState& state) override;
    void trace_with(base::Trace* trace) override { trace_ = trace; }

  private:
    /// One tensor; `trained` ones have moments and a gradient, output `gradient` of the plan.
    struct Parameter {
        nn::TensorSpec spec;
        nn::AlignedFloats weights;
        nn::AlignedFloats averaged;
        AdamState adam;
        std::size_t gradient = 0;
    };

    nn::FloatBindings bindings(const Batch& batch) const;
    double squared_gradient() const;

    TrainSpec spec_;
    base::ThreadPool pool_;
    BatchSource source_;
    model::Architecture network_;
    ObjectiveGraph objective_;
    std::vector<Parameter> parameters_;
    nn::FloatPlan plan_;
    Batch batch_;
    std::uint64_t steps_ = 0;
    base::Trace* trace_ = nullptr;
    std::vector<StepReport> reports_;  ///< not yet asked for
    bool converges_ = true;
};

}  // namespace scorefield::train
