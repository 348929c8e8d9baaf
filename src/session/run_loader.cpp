#include "session/run_loader.hpp"

#include <algorithm>
#include <utility>

#include "base/error.hpp"
#include "render/renderer.hpp"

namespace scorefield::session {
namespace {

/// Upper limit of the memory of a population of this size and of the origins of its particles.
std::uint64_t most_bytes(const sample::PopulationSize& size, std::uint32_t dim) {
    const std::uint64_t particles = size.particles + gpu::kParticleMultiple;
    const auto states = static_cast<std::uint64_t>(size.registers) + 1;
    return particles * sizeof(float) * (states * dim + 1) + kSnapshotBytes;
}

}  // namespace

std::optional<sample::PopulationSize> larger_size(const sample::PopulationSize& size, const PreparedRun& run) {
    if (run.spec.particles <= size.particles && run.program.registers <= size.registers) return std::nullopt;
    sample::PopulationSize larger = size;
    larger.particles = std::max(size.particles, run.spec.particles);
    larger.registers = std::max(size.registers, run.program.registers);
    return larger;
}

RunLoader::RunLoader(gpu::Device& device, std::shared_ptr<const GpuScore> score,
                     std::shared_ptr<const sample::GpuPopulation> population, std::uint32_t origins)
    : device_(device), score_(std::move(score)), population_(std::move(population)), origins_(origins) {}

std::optional<LoadedRun> RunLoader::load(const PreparedRun& run, const std::function<void()>& check_cancelled) const {
    LoadedRun loaded;
    const auto prepare = [&](const sample::GpuPopulation& population) {
        return population.prepare(run.program, run.spec.seed, {0, run.spec.particles}, start_of(run), check_cancelled);
    };
    const std::optional<sample::PopulationSize> larger = larger_size(population_->size(), run);
    try {
        if (larger) {
            if (most_bytes(*larger, population_->dim()) > device_.memory().free_bytes()) return std::nullopt;
            loaded.population = std::make_unique<sample::GpuPopulation>(*population_, *larger);
            loaded.population->keep_states(kSnapshotBytes);
            loaded.population->load(prepare(*loaded.population));
        } else {
            loaded.load = prepare(*population_);
        }
        if (run.spec.particles > origins_) {
            loaded.origins = render::Renderer::make_origins(device_, run.spec.particles);
        }
    } catch (const base::Error& error) {
        if (error.fault() == base::Fault::request) throw;
        return std::nullopt;  // Scene::take then allocates it, or throws
    }
    return loaded;
}

}  // namespace scorefield::session
