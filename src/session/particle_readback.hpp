#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "data/points.hpp"
#include "gpu/readback.hpp"
#include "render/particles.hpp"
#include "sample/shown_population.hpp"

namespace scorefield::session {

inline render::Particles as_particles(const sample::ParticleView& view) {
    return {view.values, view.reg * view.dim * view.stride, view.stride, view.count, view.dim};
}

/// Copies the first particles of a state from the device. Nothing waits but `wait`.
class ParticleReadback {
  public:
    /// With room for `most` particles of up to `most_dim` coordinates.
    ParticleReadback(gpu::Device& device, std::size_t most, std::size_t most_dim)
        : most_(most), values_(device, "read particles", most * most_dim) {}

    /// As gpu::Readback::record; `most` particles, or all where they are fewer.
    void record(gpu::Recorder& recorder, const render::Particles& particles) {
        dim_ = particles.dim;
        count_ = std::min<std::size_t>(most_, particles.count);
        for (std::size_t e = 0; e < dim_; ++e) {
            values_.record(recorder, particles.values, particles.first + e * particles.stride, count_, e * count_);
        }
    }
    void submitted(gpu::Submission submission) { values_.submitted(submission); }
    bool pending() const { return values_.pending(); }
    void discard() { values_.discard(); }
    /// The particles, once, when they have arrived.
    std::optional<data::Points> take() {
        const std::optional<std::span<const float>> planes = values_.take();
        return planes ? std::optional(rows(*planes)) : std::nullopt;
    }
    /// The same, but waits for them.
    data::Points wait() { return rows(values_.wait()); }

  private:
    data::Points rows(std::span<const float> planes) const {
        data::Points points = {count_, dim_, std::vector<float>(count_ * dim_)};
        for (std::size_t i = 0; i < count_; ++i) {
            for (std::size_t e = 0; e < dim_; ++e) points.values[i * dim_ + e] = planes[e * count_ + i];
        }
        return points;
    }

    std::size_t most_;
    gpu::Readback<float> values_;  ///< (dim, count) planes
    std::size_t dim_ = 0;
    std::size_t count_ = 0;
};

}  // namespace scorefield::session
