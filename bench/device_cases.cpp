#include "bench/device_cases.hpp"

#include "bench/engine_cases.hpp"

namespace scorefield::bench {

Machine device_machine(const gpu::Device& device) {
    return {
        .engine = "vulkan", .device = device.properties().name, .processor = {}, .instruction_set = {}, .threads = 0};
}

Cases make_device_cases(session::GpuEngine& engine, const model::Model& model) {
    constexpr std::uint32_t kParticles = 10'000;
    gpu::Device& device = engine.device();
    Cases cases;
    cases.push_back(make_multiply_add(device));
    cases.push_back(make_buffer_copy(device));
    cases.push_back(make_normals(device));
    cases.push_back(make_network(device, model, kParticles));
    cases.push_back(make_sampling(engine, model, "ddim", 50, kParticles));
    cases.push_back(make_sampling(engine, model, "ddpm", 40, kParticles));
    cases.push_back(make_training(engine));
    cases.push_back(make_frame(device, 100'000));
    return cases;
}

}  // namespace scorefield::bench
