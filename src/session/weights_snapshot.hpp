#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "data/tensors.hpp"
#include "gpu/device.hpp"
#include "gpu/readback.hpp"
#include "gpu/recorder.hpp"
#include "nn/mlp.hpp"
#include "train/gpu_trainer.hpp"

namespace scorefield::session {

/// The averaged weights of a training as they were some frames ago, on the host; nothing waits for them.
class WeightsSnapshot {
  public:
    explicit WeightsSnapshot(gpu::Device& device) : device_(device) {}

    /// From here on the snapshots are of this trainer, which must outlive the next `watch` or `forget`. `initial`: the
    /// weights that it began with.
    void watch(const train::GpuTrainer& trainer, const data::TensorMap& initial);
    void forget();
    /// Takes what has arrived. Call every frame, before `record`.
    void poll();
    /// Copies the weights, if other ones than before and none are on their way.
    void record(gpu::Recorder& recorder);
    /// The submission of the recording.
    void submitted(gpu::Submission submission) { readback_.submitted(submission); }

    /// Null before the first.
    std::shared_ptr<const data::TensorMap> tensors() const { return tensors_; }
    /// The training's steps when tensors() were copied.
    std::uint64_t steps() const { return steps_; }

  private:
    std::shared_ptr<data::TensorMap> unused_copy();

    gpu::Device& device_;
    const train::GpuTrainer* trainer_ = nullptr;
    gpu::Readback<float> readback_;
    std::optional<std::uint64_t> copied_;  ///< the step of the weights copied last
    std::vector<nn::TensorSpec> trained_;
    /// Copies of all tensors; tensors that are never trained keep their initial values. The copies are filled in turn,
    /// so that a frame makes a new one only where readers keep older snapshots.
    std::vector<std::shared_ptr<data::TensorMap>> copies_;
    std::shared_ptr<const data::TensorMap> tensors_;
    std::uint64_t steps_ = 0;
};

}  // namespace scorefield::session
