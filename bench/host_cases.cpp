#include "bench/host_cases.hpp"

#include <fstream>
#include <string>

#include "bench/engine_cases.hpp"
#include "nn/tile_kernels.hpp"

namespace scorefield::bench {
namespace {

/// The processor's name where the system tells it; else empty.
std::string processor_name() {
    std::ifstream file("/proc/cpuinfo");
    for (std::string line; std::getline(file, line);) {
        const std::size_t colon = line.find(": ");
        if (line.starts_with("model name") && colon != std::string::npos) return line.substr(colon + 2);
    }
    return {};
}

}  // namespace

Machine host_machine(const base::ThreadPool& pool) {
    return {.engine = "host",
            .device = "host",
            .processor = processor_name(),
            .instruction_set = nn::tile_kernels(instruction_set_in_use()).name,
            .threads = pool.threads()};
}

Cases make_host_cases(base::ThreadPool& pool, session::Engine& engine, const model::Model& model) {
    constexpr std::uint32_t kFew = 10'000;
    constexpr std::uint32_t kMany = 100'000;
    constexpr std::uint32_t kBeyondCaches = 4'000'000;
    Cases cases;
    cases.push_back(make_multiply_add(pool, true));
    cases.push_back(make_multiply_add(pool, false));
    cases.push_back(make_memory_copy(pool));
    cases.push_back(make_normals(pool));
    cases.push_back(make_network(pool, model, kFew));
    cases.push_back(make_network(pool, model, kMany));
    cases.push_back(make_mixture(pool, kMany));
    cases.push_back(make_blend(pool, kBeyondCaches));
    cases.push_back(make_sampling(engine, model, "ddim", 50, kFew));
    cases.push_back(make_sampling(engine, model, "ddpm", 40, kFew));
    cases.push_back(make_training(engine));
    return cases;
}

}  // namespace scorefield::bench
