#include "session/predicted_particles.hpp"

#include "gpu/transfer.hpp"

namespace scorefield::session {

PredictedParticles::PredictedParticles(gpu::Device& device, const data::Points& points)
    : count_(static_cast<std::uint32_t>(points.count)),
      dim_(static_cast<std::uint32_t>(points.dim)),
      planes_(gpu::make_buffer<float>(device, "predicted particles", data::to_planes(points.values, points.dim))) {}

}  // namespace scorefield::session
