#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "gpu/buffer.hpp"
#include "gpu/device.hpp"
#include "model/model.hpp"
#include "nn/gpu_network.hpp"
#include "sample/gpu_population.hpp"
#include "sample/shown_population.hpp"
#include "session/prepared_run.hpp"

namespace scorefield::session {

/// A run that is ready to start in a scene: tables, start states, and memory where the scene has too little.
struct LoadedRun {
    /// Has loaded the run; null: the population of the scene takes `load`.
    std::shared_ptr<sample::ShownPopulation> population;
    std::optional<sample::PreparedLoad> load;
    gpu::Buffer origins;  ///< empty: the scene's buffer is large enough
    gpu::Buffer noised;   ///< of the forward process; made with `origins`
};

/// The largest memory of the states that are kept for seeking.
inline constexpr std::uint64_t kSnapshotBytes = 256U << 20U;

/// Registers that most samplers need; reserved, so that another sampler needs no new memory.
inline constexpr int kUsualRegisters = 4;

/// Where the particles of a scene are computed.
enum class Computes : std::uint8_t { device, host };

constexpr Computes computes_of(bool on_host) {
    return on_host ? Computes::host : Computes::device;
}

/// A model's score for particles that are shown, and the populations that ask it. The model, the device and the score
/// must outlive the populations.
class ShownScore {
  public:
    ShownScore() = default;
    virtual ~ShownScore() = default;
    ShownScore(const ShownScore&) = delete;
    ShownScore& operator=(const ShownScore&) = delete;

    virtual std::size_t dim() const = 0;
    /// Which kernels were chosen.
    virtual const std::string& variant() const = 0;
    /// The network on the device; null of an exact target, and where the host computes.
    virtual nn::GpuNetwork* network() = 0;

    /// A population that has loaded the run, ready to advance. Throws base::Error (request) as it does.
    virtual std::shared_ptr<sample::ShownPopulation> open(const PreparedRun& run) = 0;
    /// What a population of this score needs for another run; may be called while it advances, on any thread. None if
    /// the memory does not fit beside it. `check_cancelled` is called now and then and may throw; empty: nothing.
    virtual std::optional<LoadedRun> prepare(const sample::ShownPopulation& current, const PreparedRun& run,
                                             const std::function<void()>& check_cancelled) const = 0;
    /// Loads the run into `current`, or replaces it by a population that has loaded it. Uses what was prepared and
    /// makes what is missing, which may wait for the GPU. If it throws base::Error, `current` goes on as before.
    virtual void take(std::shared_ptr<sample::ShownPopulation>& current, const PreparedRun& run, LoadedRun loaded,
                      bool keeps_states) = 0;
};

/// Throws base::Error (running) where the device's limits are too small for it. The device draws the particles, and
/// computes them if asked to.
std::shared_ptr<ShownScore> make_shown_score(gpu::Device& device, const model::Model& model, Computes computes);

}  // namespace scorefield::session
