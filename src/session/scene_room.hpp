#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "gpu/buffer.hpp"
#include "gpu/device.hpp"
#include "sample/gpu_population.hpp"
#include "session/gpu_score.hpp"
#include "session/prepared_run.hpp"

namespace scorefield::session {

/// Memory for a run that needs more of it than a scene has: the registers, the shown state and the kept states of the
/// particles, and what is drawn of them.
struct SceneRoom {
    std::unique_ptr<sample::GpuPopulation> population;  ///< nothing is loaded; null: that of the scene is large enough
    gpu::Buffer origins;                                ///< none: those of the scene are enough
};

/// Makes room for runs on another thread than that of the frames. Scene::room_maker makes it; it stays valid when the
/// scene goes.
class RoomMaker {
  public:
    RoomMaker(gpu::Device& device, std::shared_ptr<const GpuScore> score,
              std::shared_ptr<const sample::GpuPopulation> population, std::uint32_t origins);

    /// None where it does not fit into the device's memory together with what the scene has.
    std::optional<SceneRoom> make(const PreparedRun& run) const;

  private:
    gpu::Device& device_;
    std::shared_ptr<const GpuScore> score_;  ///< the population needs it
    std::shared_ptr<const sample::GpuPopulation> population_;
    std::uint32_t origins_;
};

/// The size that a population of `size` must have for the run; none: it has room for it.
std::optional<sample::PopulationSize> larger_size(const sample::PopulationSize& size, const PreparedRun& run);

/// The most memory of the states that are kept to go back to.
inline constexpr std::uint64_t kSnapshotBytes = 256U << 20U;

}  // namespace scorefield::session
