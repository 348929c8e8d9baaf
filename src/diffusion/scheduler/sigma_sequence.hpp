#pragma once

#include <vector>

#include "diffusion/program.hpp"
#include "diffusion/sampler.hpp"
#include "diffusion/scheduler/config.hpp"
#include "diffusion/scheduler/levels.hpp"

namespace scorefield::diffusion {

/// The σ/α (of flow sigmas: σ) of a run, what the network is told at each, and where the last step ends.
struct SigmaSequence {
    std::vector<double> sigmas = {};
    std::vector<double> times = {};
    double last = 0;
    bool flow = false;
};

/// Levels that λ ≥ lambda_min_clipped leaves.
int unclipped_levels(const SchedulerConfig& config, const NoiseLevels& levels);

/// The timesteps of the spacing, or the sigmas of a rule over all levels. The network is told whole timesteps: rounded
/// where `rounds`, cut otherwise.
SigmaSequence read_sigma_sequence(const SchedulerConfig& config, const NoiseLevels& levels, int steps, int highest,
                                  bool rounds);

/// The same of an inversion, from little noise to much. Where timesteps repeat, the library leaves out the later ones
/// but no σ, so that the run ends early.
SigmaSequence read_inverse_sequence(const SchedulerConfig& config, const NoiseLevels& levels, int steps);

/// σ of a straight path, shifted: of N+1 values from 1 − 1/T to 0 all but the last.
SigmaSequence read_flow_sequence(const SchedulerConfig& config, int steps);

/// What a solver integrates: x̂_0, or ε̂, the library's DEIS taking this from x̂_0.
enum class Integrand { data, noise, noise_of_data };

/// The program of the run. The library takes x̂_0 = αx − σF (ε̂ = σx + αF where it estimates the noise) for v_prediction
/// and x̂_0 = x − sF, s as in SigmaSequence, for flow_prediction, on any path: here too, also where these are not what v
/// and velocity mean on it. Its DEIS then divides by s too: ε̂ = (x − αx̂_0)/s.
Program compile_sequence(const SchedulerConfig& config, const NoiseLevels& levels, const SigmaSequence& sequence,
                         const SamplerSettings& settings, Integrand integrand);

}  // namespace scorefield::diffusion
