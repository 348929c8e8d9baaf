#include "session/forward_process.hpp"

#include <stdexcept>
#include <vector>

#include "gpu/transfer.hpp"
#include "render/splatter.hpp"
#include "shaders/session/noised.comp.hpp"
#include "shaders/session/noised_push.h"

namespace scorefield::session {

ForwardProcess::ForwardProcess(gpu::Device& device, std::uint32_t dim, std::uint32_t capacity)
    : device_(device),
      dim_(dim),
      most_groups_(device.properties().max_workgroup_count[0]),
      pipeline_(device, "forward process", shaders::session_noised_comp, {render::kParticleGroup}),
      values_(make_values(device, dim, capacity)) {
    const gpu::Buffer point = gpu::make_buffer<float>(device, "warm-up", std::vector<float>(dim));
    gpu::Recorder recorder(device, "forward process");
    recorder.begin();
    record(recorder, point, 1, 1, {});
    device.wait(device.submit(recorder));
}

void ForwardProcess::reserve(std::uint32_t capacity) {
    if (capacity > this->capacity()) values_ = make_values(device_, dim_, capacity);
}

gpu::Buffer ForwardProcess::make_values(gpu::Device& device, std::uint32_t dim, std::uint32_t capacity) {
    return {device, "noised data", VkDeviceSize{sizeof(float)} * dim * capacity};
}

std::uint32_t ForwardProcess::capacity() const {
    return static_cast<std::uint32_t>(values_.bytes() / sizeof(float) / dim_);
}

void ForwardProcess::record(gpu::Recorder& recorder, const gpu::Buffer& data, std::uint32_t points, std::uint32_t count,
                            const diffusion::Marginal& at) {
    if (count > capacity()) throw std::logic_error("more particles than the forward process has room for");
    const auto scope = recorder.scope("sampler");
    const shaders::NoisedPush push{.seed_low = 0,
                                   .seed_high = 0,
                                   .stream = kForwardStream,
                                   .points = points,
                                   .count = count,
                                   .dim = dim_,
                                   .alpha = static_cast<float>(at.alpha),
                                   .sigma = static_cast<float>(at.sigma)};
    const auto [x, y] = render::particle_groups(count, most_groups_);
    recorder.dispatch(pipeline_, {gpu::reads(data), gpu::writes(values_)}, push, x, y);
    count_ = count;
}

}  // namespace scorefield::session
