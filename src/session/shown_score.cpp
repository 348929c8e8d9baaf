#include "session/shown_score.hpp"

#include <algorithm>
#include <utility>

#include "base/error.hpp"
#include "render/renderer.hpp"
#include "sample/host_shown_population.hpp"
#include "session/gpu_score.hpp"
#include "session/host_engine.hpp"

namespace scorefield::session {
namespace {

/// Upper limit of the memory of a population of this size and of the origins of its particles.
std::uint64_t most_bytes(const sample::PopulationSize& size, std::uint32_t dim) {
    const std::uint64_t particles = size.particles + gpu::kParticleMultiple;
    const auto states = static_cast<std::uint64_t>(size.registers) + 1;
    return particles * sizeof(float) * (states * dim + 1) + kSnapshotBytes;
}

/// The size of a population that can hold the run; none if a population of `size` already can.
std::optional<sample::PopulationSize> larger_size(const sample::PopulationSize& size, const PreparedRun& run) {
    if (run.spec.particles <= size.particles && run.program.registers <= size.registers) return std::nullopt;
    sample::PopulationSize larger = size;
    larger.particles = std::max(size.particles, run.spec.particles);
    larger.registers = std::max(size.registers, run.program.registers);
    return larger;
}

void load_run(sample::ShownPopulation& population, const PreparedRun& run) {
    population.load(run.program, run.spec.seed, {0, run.spec.particles}, start_of(run));
}

/// Everything happens on the device.
class DeviceScore final : public ShownScore {
  public:
    DeviceScore(gpu::Device& device, const model::Model& model) : device_(device), score_(device, model) {}

    std::size_t dim() const override { return score_.source().dim(); }
    const std::string& variant() const override { return score_.source().variant(); }
    nn::GpuNetwork* network() override { return score_.network(); }

    std::shared_ptr<sample::ShownPopulation> open(const PreparedRun& run) override {
        sample::GpuSource* const sources[] = {&score_.source()};
        const sample::PopulationSize size = {.particles = run.spec.particles,
                                             .registers = std::max(run.program.registers, kUsualRegisters),
                                             .shown = true};
        auto population = std::make_shared<sample::GpuPopulation>(device_, sources, size);
        population->warm_up();
        load_run(*population, run);
        return population;
    }

    std::optional<LoadedRun> prepare(const sample::ShownPopulation& current, const PreparedRun& run,
                                     const std::function<void()>& check_cancelled) const override {
        const auto& population = static_cast<const sample::GpuPopulation&>(current);
        const auto prepare = [&](const sample::GpuPopulation& one) {
            return one.prepare(run.program, run.spec.seed, {0, run.spec.particles}, start_of(run), check_cancelled);
        };
        LoadedRun loaded;
        const std::optional<sample::PopulationSize> larger = larger_size(population.size(), run);
        if (larger) {
            if (most_bytes(*larger, population.dim()) > device_.memory().free_bytes()) return std::nullopt;
            auto other = std::make_shared<sample::GpuPopulation>(population, *larger);
            other->keep_states(kSnapshotBytes);
            other->load(prepare(*other));
            loaded.population = std::move(other);
        } else {
            loaded.load = prepare(population);
        }
        return loaded;
    }

    void take(std::shared_ptr<sample::ShownPopulation>& current, const PreparedRun& run, LoadedRun loaded,
              bool keeps_states) override {
        auto& population = static_cast<sample::GpuPopulation&>(*current);
        if (loaded.population) {
            current = std::move(loaded.population);
            return;
        }
        if (loaded.load) {
            population.load(std::move(*loaded.load));
            return;
        }
        const std::optional<sample::PopulationSize> larger = larger_size(population.size(), run);
        if (!larger) {
            load_run(population, run);
            return;
        }
        auto other = std::make_shared<sample::GpuPopulation>(population, *larger);
        load_run(*other, run);
        if (keeps_states) other->keep_states(kSnapshotBytes);
        current = std::move(other);
    }

  private:
    gpu::Device& device_;
    GpuScore score_;
};

/// The host computes, the device draws. Every run has a population of its own.
class HostShownScore final : public ShownScore {
  public:
    HostShownScore(gpu::Device& device, const model::Model& model)
        : device_(device), source_(make_host_source(model)) {}

    std::size_t dim() const override { return source_->dim(); }
    const std::string& variant() const override { return source_->variant(); }
    nn::GpuNetwork* network() override { return nullptr; }

    std::shared_ptr<sample::ShownPopulation> open(const PreparedRun& run) override { return make(run, {}, false); }

    std::optional<LoadedRun> prepare(const sample::ShownPopulation& /*current*/, const PreparedRun& run,
                                     const std::function<void()>& check_cancelled) const override {
        LoadedRun loaded;
        loaded.population = make(run, check_cancelled, true);
        return loaded;
    }

    void take(std::shared_ptr<sample::ShownPopulation>& current, const PreparedRun& run, LoadedRun loaded,
              bool keeps_states) override {
        current = loaded.population ? std::move(loaded.population) : make(run, {}, keeps_states);
    }

  private:
    std::shared_ptr<sample::ShownPopulation> make(const PreparedRun& run, const std::function<void()>& check_cancelled,
                                                  bool keeps_states) const {
        const sample::HostSource* const sources[] = {source_.get()};
        auto population = std::make_shared<sample::HostShownPopulation>(
            device_, sources, run.spec.particles, run.program.registers, render::Renderer::kFramesInFlight);
        population->load(run.program, run.spec.seed, {0, run.spec.particles}, start_of(run), check_cancelled);
        if (keeps_states) population->keep_states(kSnapshotBytes);
        return population;
    }

    gpu::Device& device_;
    std::unique_ptr<sample::HostSource> source_;
};

}  // namespace

std::shared_ptr<ShownScore> make_shown_score(gpu::Device& device, const model::Model& model, Computes computes) {
    if (computes == Computes::host) return std::make_shared<HostShownScore>(device, model);
    return std::make_shared<DeviceScore>(device, model);
}

}  // namespace scorefield::session
