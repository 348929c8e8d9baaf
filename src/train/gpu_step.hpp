#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "gpu/buffer.hpp"
#include "gpu/pipeline.hpp"
#include "gpu/readback.hpp"
#include "gpu/recorder.hpp"
#include "nn/gpu_plan.hpp"
#include "train/objective.hpp"
#include "train/train_spec.hpp"
#include "train/trainer.hpp"

namespace scorefield::train {

/// What a step of training does on the GPU, in parts that follow one another, each of which can be cut into pieces: the
/// draws, targets by a kernel density estimate where the objective has them, the plan's dispatches, the update. Owns
/// everything that steps read and write.
class GpuStep {
  public:
    /// The number of steps whose figures the GPU keeps: later steps overwrite the figures of earlier ones.
    static constexpr std::uint32_t kKeptSteps = 64;
    /// Figures of a step: loss and sum of squares of the gradient.
    static constexpr std::size_t kFigures = 2;

    /// Warmed, without weights (see upload). All that is given outlives it. Throws base::Error where batch or network
    /// are too large for the device.
    GpuStep(gpu::Device& device, const TrainSpec& spec, const BatchSource& source, const model::Architecture& network);

    std::size_t parts() const;
    /// The number of pieces into which the part can be cut over `rows` rows.
    std::size_t pieces(std::size_t part, std::size_t rows) const;
    /// The number of operations of the whole part, roughly.
    double operations(std::size_t part) const;
    /// The number of operations of all parts.
    double operations() const;
    /// Pieces first … first + count − 1 of a part of the step with this number, over `rows` rows.
    void record(gpu::Recorder& recorder, std::uint64_t step, std::size_t part, std::size_t first, std::size_t count,
                std::uint32_t rows) const;

    /// What the steps after this state change. Waits for the GPU.
    void upload(const TrainingState& state);
    /// After `steps` steps. Waits for the GPU.
    TrainingState download(std::uint64_t steps) const;
    /// See GpuTrainer::averaged.
    const gpu::Buffer& averaged() const { return average_; }
    /// All tensors as training begins with them.
    data::TensorMap initial_weights() const;
    /// Copies the figures of steps first … first + count − 1 to `into`, those of step `first` to place at·kFigures.
    /// They must be among the last kKeptSteps steps.
    void record_figures(gpu::Recorder& recorder, std::uint64_t first, std::uint32_t count, gpu::Readback<float>& into,
                        std::size_t at) const;
    /// The report of a step with these kFigures figures.
    StepReport report(std::uint64_t step, std::span<const float> figures) const;

  private:
    /// Rows of a batch.
    struct Rows {
        std::uint32_t first = 0;
        std::uint32_t end = 0;
    };

    void warm_up();
    void upload_constants();
    std::size_t first_plan_part() const;
    void record_batch(gpu::Recorder& recorder, std::uint64_t step, Rows range, std::uint32_t rows) const;
    void record_targets(gpu::Recorder& recorder, std::uint64_t step, Rows range) const;
    void record_update(gpu::Recorder& recorder, std::uint64_t step) const;
    std::uint32_t level_place() const;
    std::uint32_t first_weight() const;

    gpu::Device& device_;
    const TrainSpec& spec_;
    const BatchSource& source_;
    const model::Architecture& network_;
    ObjectiveGraph objective_;
    std::size_t dim_ = 0;        ///< coordinates of the points
    std::string first_trained_;  ///< the first tensor that changes
    std::size_t trained_ = 0;    ///< weights that change
    std::unique_ptr<nn::GpuPlan> plan_;
    gpu::ComputePipeline draw_, target_, norm_, adam_;
    gpu::Buffer points_, labels_, levels_, moments_, average_;
    gpu::Buffer state_;    ///< one word: whether training has diverged
    gpu::Buffer figures_;  ///< (kKeptSteps, kFigures), of step n in row n mod kKeptSteps
};

}  // namespace scorefield::train
