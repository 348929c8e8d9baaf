#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

#include "gpu/device.hpp"
#include "session/shown_score.hpp"

namespace scorefield::session {

/// Loads runs for a scene on a background thread. Scene::run_loader creates it. It stays valid after the scene is
/// destroyed.
class RunLoader {
  public:
    RunLoader(gpu::Device& device, std::shared_ptr<const ShownScore> score,
              std::shared_ptr<const sample::ShownPopulation> population, std::uint32_t origins);

    /// None if the memory does not fit into the device together with that of the scene. `check_cancelled` is called now
    /// and then and may throw; empty: nothing. Throws base::Error (request) as a population's load does.
    std::optional<LoadedRun> load(const PreparedRun& run, const std::function<void()>& check_cancelled = {}) const;

  private:
    gpu::Device& device_;
    std::shared_ptr<const ShownScore> score_;
    std::shared_ptr<const sample::ShownPopulation> population_;
    std::uint32_t origins_;
};

}  // namespace scorefield::session
