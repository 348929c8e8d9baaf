#include "session/predicted_particles.hpp"

#include <algorithm>
#include <utility>

namespace scorefield::session {

void PredictedParticles::take(PredictionQuestion question, const data::Points& points) {
    question_ = std::move(question);
    ++number_;
    count_ = static_cast<std::uint32_t>(points.count);
    dim_ = static_cast<std::uint32_t>(points.dim);
    waiting_ = data::to_planes(points.values, points.dim);
    const VkDeviceSize bytes = VkDeviceSize{sizeof(float)} * waiting_.size();
    if (values_ && values_.bytes() == bytes) return;
    values_ = gpu::Buffer(device_, "predicted particles", bytes);
    for (gpu::Buffer& staging : staging_) {
        staging = gpu::Buffer(device_, "predicted particles", bytes, gpu::MemoryUse::upload);
    }
}

render::Particles PredictedParticles::record(gpu::Recorder& recorder) {
    if (!waiting_.empty()) {
        const gpu::Buffer& staging = staging_.at(next_staging_);
        next_staging_ = (next_staging_ + 1) % staging_.size();
        std::ranges::copy(waiting_, staging.mapped<float>().begin());
        recorder.copy(staging, values_);
        waiting_.clear();
    }
    return {values_, 0, count_, count_, dim_};
}

}  // namespace scorefield::session
