#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "base/thread_pool.hpp"
#include "gpu/buffer.hpp"
#include "gpu/pipeline.hpp"
#include "gpu/recorder.hpp"
#include "nn/gpu_plan.hpp"
#include "train/objective.hpp"
#include "train/settings.hpp"
#include "train/trainer.hpp"

namespace scorefield::train {

/// Training on the GPU: batches are drawn, differentiated and applied there; loss and gradient's norm come back steps
/// later, without the GPU waiting. The same settings and device give the same weights bit for bit, however many steps
/// are begun at a time.
class GpuTrainer final : public Trainer {
  public:
    /// `device`, `data` and `process` must outlive the trainer. The settings must have passed check_settings. Throws
    /// base::Error where batch or network are too large for the device.
    GpuTrainer(gpu::Device& device, const TrainSettings& settings, const data::Dataset& data,
               const diffusion::NoiseProcess& process);
    ~GpuTrainer() override;

    void advance(std::uint64_t count) override;
    std::vector<StepReport> reports(bool all) override;
    std::uint64_t steps() const override { return steps_; }
    const nn::MlpConfig& network() const override { return network_; }
    const data::Scaling& scaling() const override { return source_.scaling(); }
    data::TensorMap averaged_weights() override;
    TrainingState state() override;
    void restore(const TrainingState& state) override;
    double held_out_loss(std::uint64_t draws) override;
    /// The averaged weights where they live, in the order of TrainingState: each submission changes them.
    const gpu::Buffer& averaged() const { return average_; }

  private:
    /// Steps that are submitted together at most; fewer where they are long.
    static constexpr std::uint32_t kAtOnce = 8;
    /// One submission, reused when it has completed.
    struct Slot {
        explicit Slot(gpu::Device& device, const std::string& name);

        gpu::Recorder recorder;
        gpu::Buffer figures;  ///< (kAtOnce, 2): loss, sum of squares of the gradient
        gpu::Buffer readback;
        std::uint64_t first = 0;  ///< step
        std::uint32_t count = 0;  ///< steps in flight; 0: none
    };

    void warm_up();
    void upload_start();
    void record_batch(gpu::Recorder& recorder, std::uint64_t step);
    void record_step(Slot& slot, std::uint32_t index, std::uint64_t step);
    void collect(Slot& slot);
    /// Where the trained weights begin in the plan's values, in bytes: they lie there one after the other.
    VkDeviceSize first_weight() const;

    gpu::Device& device_;
    TrainSettings settings_;
    base::ThreadPool pool_;
    BatchSource source_;
    nn::MlpConfig network_;
    ObjectiveGraph objective_;
    std::size_t trained_ = 0;  ///< weights that change
    std::unique_ptr<nn::GpuPlan> plan_;
    gpu::ComputePipeline draw_, target_, norm_, adam_;
    gpu::Buffer points_, labels_, levels_, moments_, average_;
    gpu::Buffer state_;          ///< one word: whether training has diverged
    std::uint32_t at_once_ = 1;  ///< steps of a submission
    std::array<Slot, 2> slots_;
    std::vector<StepReport> reports_;  ///< not yet asked for
    std::uint64_t steps_ = 0;
    std::uint64_t submissions_ = 0;
};

}  // namespace scorefield::train
