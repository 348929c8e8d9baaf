#include "viewer/weights_snapshot.hpp"

#include <algorithm>

namespace scorefield::viewer {

void WeightsSnapshot::watch(const train::GpuTrainer& trainer, const data::TensorMap& initial) {
    forget();
    trainer_ = &trainer;
    trained_ = nn::trained_tensors(trainer.network());
    copies_.push_back(std::make_shared<data::TensorMap>(initial));
    readback_ = gpu::Buffer(device_, "weights, read-back", trainer.averaged().bytes(), gpu::MemoryUse::readback);
}

void WeightsSnapshot::forget() {
    trainer_ = nullptr;
    readback_ = {};
    copied_.reset();
    recorded_ = false;
    submission_.reset();
    tensors_.reset();
    steps_ = 0;
    copies_.clear();
}

/// One that nobody reads.
std::shared_ptr<data::TensorMap> WeightsSnapshot::unused_copy() {
    const auto unused = std::ranges::find(copies_, 1, [](const auto& copy) { return copy.use_count(); });
    if (unused != copies_.end()) return *unused;
    return copies_.emplace_back(std::make_shared<data::TensorMap>(*copies_.front()));
}

void WeightsSnapshot::poll() {
    if (!submission_ || !device_.completed(*submission_)) return;
    submission_.reset();
    const std::span<const float> averaged = readback_.mapped<const float>();
    const std::shared_ptr<data::TensorMap> tensors = unused_copy();
    auto next = averaged.begin();
    for (const nn::TensorSpec& spec : trained_) {
        std::vector<float>& values = tensors->at(spec.name).values;
        const auto end = next + static_cast<std::ptrdiff_t>(values.size());
        std::copy(next, end, values.begin());
        next = end;
    }
    tensors_ = tensors;
    steps_ = *copied_;
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

}  // namespace scorefield::viewer
