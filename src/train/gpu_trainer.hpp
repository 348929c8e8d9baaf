#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <vector>

#include "gpu/readback.hpp"
#include "gpu/recorder.hpp"
#include "train/gpu_step.hpp"
#include "train/train.hpp"
#include "train/train_spec.hpp"
#include "train/trainer.hpp"

namespace scorefield::train {

/// Training on the GPU: batches are drawn, differentiated and applied there; loss and gradient's norm come back steps
/// later, without the GPU waiting. The same settings and device give the same weights bit for bit, however many steps
/// are begun at a time.
class GpuTrainer final : public Trainer {
  public:
    /// `device`, `data` and `process` must outlive the trainer. The spec must have passed check_spec. Throws
    /// base::Error where batch or network are too large for the device.
    GpuTrainer(gpu::Device& device, const TrainSpec& spec, const data::Dataset& data,
               const diffusion::NoiseProcess& process);

    void advance(std::uint64_t count) override;
    std::vector<StepReport> reports(bool all) override;
    std::uint64_t steps() const override { return steps_; }
    const model::Architecture& network() const override { return network_; }
    const BatchSource& source() const override { return source_; }
    data::TensorMap averaged_weights() override;
    TrainingState state() override;
    void restore(const TrainingState& state) override;
    /// Those that training begins with.
    data::TensorMap initial_weights() const;
    /// The averaged weights where they live, in the order of TrainingState (after the last one there may be more
    /// numbers, of no meaning): each submission changes them.
    const gpu::Buffer& averaged() const { return step_.averaged(); }

    /// Records what comes next of training, about `operations` worth of it, but no more than GpuStep::kKeptSteps whole
    /// steps and none after the last that the settings ask for, into a recording of others, which is told to
    /// `submitted` once it is; recordings are submitted in their order, and before anything else is asked of the
    /// trainer. Returns the operations recorded: some as long as there are steps to do. A step may be spread over any
    /// number of recordings, and so may its longest dispatches.
    double record_some(gpu::Recorder& recorder, double operations);
    void submitted(gpu::Submission submission);
    /// Operations of a whole step, roughly.
    double step_operations() const { return step_.operations(); }

  private:
    /// Enough for two submissions in flight, one whose figures have arrived and one that is recorded. If more are in
    /// flight, the next one waits for the first.
    static constexpr std::size_t kReadbacks = 4;
    /// Steps that a submission ended.
    struct Flight {
        gpu::Readback<float> figures;  ///< (GpuStep::kKeptSteps, GpuStep::kFigures)
        std::uint64_t first = 0;
        std::uint32_t count = 0;
    };

    double record_next(gpu::Recorder& recorder, double operations);
    void record_figures(gpu::Recorder& recorder, std::uint32_t before);
    void require_submitted() const;
    bool collect_first(bool waits);

    gpu::Device& device_;
    TrainSpec spec_;
    BatchSource source_;
    model::Architecture network_;
    GpuStep step_;
    std::array<gpu::Recorder, 2> recorders_;
    std::deque<Flight> flights_;                ///< whose figures have not been read, in their order
    Flight recorded_;                           ///< steps that recordings have ended since the last submission
    std::vector<gpu::Readback<float>> unused_;  ///< read-backs of no flight
    std::size_t part_ = 0;                      ///< of the step under way, to be recorded next
    std::size_t piece_ = 0;                     ///< of that part
    std::vector<StepReport> reports_;           ///< not yet asked for
    std::uint64_t steps_ = 0;                   ///< recorded to their end
    std::uint64_t submissions_ = 0;
};

/// Makes trainers on the device, which outlives them.
TrainerMaker gpu_trainer_maker(gpu::Device& device);

}  // namespace scorefield::train
