#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

#include "gpu/buffer.hpp"
#include "gpu/device.hpp"
#include "sample/gpu_population.hpp"
#include "session/gpu_score.hpp"
#include "session/prepared_run.hpp"

namespace scorefield::session {

/// A run that is ready to start in a scene: tables, start states, and memory where the scene has too little.
struct LoadedRun {
    /// Has loaded the run; null: the population of the scene is large enough.
    std::unique_ptr<sample::GpuPopulation> population;
    std::optional<sample::PreparedLoad> load;  ///< for the population of the scene if that is large enough
    gpu::Buffer origins;                       ///< empty: the scene's buffer is large enough
};

/// Loads runs for a scene on a background thread. Scene::run_loader creates it. It stays valid after the scene is
/// destroyed.
class RunLoader {
  public:
    RunLoader(gpu::Device& device, std::shared_ptr<const GpuScore> score,
              std::shared_ptr<const sample::GpuPopulation> population, std::uint32_t origins);

    /// None if the memory does not fit into the device together with that of the scene. `check_cancelled` is called now
    /// and then and may throw; empty: nothing. Throws base::Error (request) as sample::GpuPopulation::load does.
    std::optional<LoadedRun> load(const PreparedRun& run, const std::function<void()>& check_cancelled = {}) const;

  private:
    gpu::Device& device_;
    std::shared_ptr<const GpuScore> score_;  ///< keeps the network alive for the population
    std::shared_ptr<const sample::GpuPopulation> population_;
    std::uint32_t origins_;
};

/// Returns the size of a population that can hold the run; none if a population of `size` already can.
std::optional<sample::PopulationSize> larger_size(const sample::PopulationSize& size, const PreparedRun& run);

/// The largest memory of the states that are kept for seeking.
inline constexpr std::uint64_t kSnapshotBytes = 256U << 20U;

}  // namespace scorefield::session
