#include "app/viewer/weights_snapshot.hpp"

#include "nn/mlp.hpp"

namespace scorefield::app {

void WeightsSnapshot::watch(const train::GpuTrainer& trainer) {
    forget();
    trainer_ = &trainer;
    readback_ = gpu::Buffer(device_, "weights, read-back", trainer.averaged().bytes(), gpu::MemoryUse::readback);
}

void WeightsSnapshot::forget() {
    trainer_ = nullptr;
    readback_ = {};
    copied_.reset();
    recorded_ = false;
    submission_.reset();
    tensors_.reset();
}

void WeightsSnapshot::poll() {
    if (!submission_ || !device_.completed(*submission_)) return;
    submission_.reset();
    const std::span<const float> averaged = readback_.mapped<const float>();
    auto tensors = std::make_shared<data::TensorMap>(trainer_->initial_weights());
    auto next = averaged.begin();
    for (const nn::TensorSpec& spec : nn::mlp_tensors(trainer_->network())) {
        if (!spec.trained) continue;
        std::vector<float>& values = tensors->at(spec.name).values;
        const auto end = next + static_cast<std::ptrdiff_t>(values.size());
        values.assign(next, end);
        next = end;
    }
    tensors_ = std::move(tensors);
}

void WeightsSnapshot::record(gpu::Recorder& recorder) {
    if (trainer_ == nullptr || submission_ || copied_ == trainer_->steps()) return;
    recorder.copy(trainer_->averaged(), readback_);
    copied_ = trainer_->steps();
    recorded_ = true;
}

void WeightsSnapshot::submitted(gpu::Submission submission) {
    if (!recorded_) return;
    submission_ = submission;
    recorded_ = false;
}

}  // namespace scorefield::app
