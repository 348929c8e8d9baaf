#include "session/weights_snapshot.hpp"

#include <algorithm>
#include <optional>
#include <span>

namespace scorefield::session {

void WeightsSnapshot::watch(const train::GpuTrainer& trainer, const data::TensorMap& initial) {
    forget();
    trainer_ = &trainer;
    trained_ = nn::trained_tensors(model::tensors_of(trainer.network()));
    copies_.push_back(std::make_shared<data::TensorMap>(initial));
    const auto count = static_cast<std::size_t>(trainer.averaged().bytes()) / sizeof(float);
    readback_ = gpu::Readback<float>(device_, "weights, read-back", count);
}

void WeightsSnapshot::forget() {
    trainer_ = nullptr;
    readback_ = {};
    copied_.reset();
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
    const std::optional<std::span<const float>> averaged = readback_.take();
    if (!averaged) return;
    const std::shared_ptr<data::TensorMap> tensors = unused_copy();
    auto next = averaged->begin();
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
    if (trainer_ == nullptr || readback_.pending() || copied_ == trainer_->steps()) return;
    readback_.record(recorder, trainer_->averaged());
    copied_ = trainer_->steps();
}

}  // namespace scorefield::session
