#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "diffusion/program.hpp"
#include "sample/start.hpp"
#include "session/prepared_run.hpp"

namespace scorefield::session {

/// The rows (particles, dim) of a whole run, which must outlive the source.
sample::StartRows rows_of(std::span<const float> rows, std::size_t dim);

/// A whole run: every particle of a range through a program, in batches.
struct RunRequest {
    diffusion::Program program;
    std::uint64_t seed = 0;
    std::uint32_t first = 0;  ///< number of the first particle: its noise depends on it
    std::uint32_t particles = 0;
    /// Particles per batch; 0: up to 131 072, limited by memory. It does not change results.
    std::uint32_t chunk = 0;
    bool trajectory = false;       ///< hand over the state before the first and after every step
    sample::StartRows init;        ///< start states instead of draws of the program's start law; may be empty
    std::span<const float> known;  ///< known values (particles, dim) where the program has this input
    std::span<const float> mask;   ///< the mask (particles, dim) where the program has this input
    std::function<void(std::uint64_t particle_steps)> progress;  ///< so far; may be empty
};

/// All particles of a compiled run. Inputs other than noise are still to be given.
RunRequest request_for(const CompiledRun& run);

/// States of some of the particles, on their way out.
struct Batch {
    int state = 0;                ///< 0: the start; program.steps: the final states
    std::uint32_t first = 0;      ///< particle, counted from the run's first
    std::span<const float> rows;  ///< (n, dim), in the units that the score source knows; gone after the call
};

/// Takes batches in order: particles in order, for each batch of particles its states in order. Only final states come
/// unless the request asks for trajectories. May throw, which ends the run.
using BatchSink = std::function<void(const Batch&)>;

struct RunResult {
    /// Wall time of the sampling itself, from the first submission to the end; start-up and warm-up excluded, the sink
    /// too where the device has nothing to do meanwhile.
    double seconds = 0;
    double network_seconds = 0;  ///< GPU time of evaluations; 0 on the host
    double sampler_seconds = 0;  ///< GPU time of the sampler's own instructions; 0 on the host
};

/// The error (running) of a run whose states are not finite.
class DivergenceError final : public base::Error {
  public:
    /// `where` names the particle.
    DivergenceError(const std::string& where, const std::string& why);
};

/// Throws DivergenceError, naming the particle, if one of the `rows` (n, dim) is not finite. `first`: number of the
/// first particle.
void require_finite(std::span<const float> rows, std::size_t dim, std::uint32_t first);

/// std::invalid_argument unless `known` and `mask` are (particles, dim) where the program needs them.
void require_inputs(const RunRequest& request, std::size_t dim);

/// The rows of `count` particles, the first being number `done`; none of none.
std::span<const float> rows_of_part(std::span<const float> rows, std::size_t dim, std::uint32_t done,
                                    std::uint32_t count);

}  // namespace scorefield::session
