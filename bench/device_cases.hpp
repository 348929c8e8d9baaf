#pragma once

#include <cstdint>
#include <memory>

#include "bench/benchmark.hpp"
#include "gpu/device.hpp"
#include "model/model.hpp"
#include "session/gpu_engine.hpp"

namespace scorefield::bench {

Machine device_machine(const gpu::Device& device);

/// All cases of a Vulkan device, the ceilings first. The arguments must outlive them.
Cases make_device_cases(session::GpuEngine& engine, const model::Model& model);

std::unique_ptr<Case> make_multiply_add(gpu::Device& device);
std::unique_ptr<Case> make_buffer_copy(gpu::Device& device);
std::unique_ptr<Case> make_normals(gpu::Device& device);
std::unique_ptr<Case> make_network(gpu::Device& device, const model::Model& model, std::uint32_t particles);
/// A whole picture of a particle cloud at 1280×720.
std::unique_ptr<Case> make_frame(gpu::Device& device, std::uint32_t particles);

}  // namespace scorefield::bench
