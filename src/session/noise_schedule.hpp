#pragma once

#include <string>
#include <vector>

#include "diffusion/prediction.hpp"
#include "diffusion/process.hpp"
#include "diffusion/program.hpp"
#include "session/run_states.hpp"

namespace scorefield::session {

/// Noise levels as columns of equal length. Not a number where a level has no such value; λ is infinite where alpha or
/// sigma is 0.
struct LevelColumns {
    std::vector<double> t;
    std::vector<double> step;  ///< position in the run: whole at its states
    std::vector<double> alpha;
    std::vector<double> sigma;
    std::vector<double> log_snr;  ///< λ = log(alpha/sigma)
    /// β_t = 1 − ᾱ_t/ᾱ_{t−1} where the process is discrete; a fractional time has that of the level above.
    std::vector<double> beta;
    std::vector<double> drift;      ///< f of dx = f x dt + g dw; not a number for a discrete process
    std::vector<double> diffusion;  ///< g²

    std::size_t size() const { return t.size(); }
};

/// What a step makes of its state: x_s = of_state·x_t + of_data·x̂_0 + noise, x̂_0 = E[x_0 | x_t] the network's estimate.
/// For ancestral sampling the mean of the posterior q(x_s | x_t, x_0) (Ho et al. 2020, eq. 7).
struct UpdateWeights {
    RunState from;  ///< the state before the step
    double of_state = 0;
    double of_data = 0;
};

/// The noise levels of a process, and those that a run visits.
struct NoiseSchedule {
    std::string process;
    std::string sampler;
    bool discrete = false;     ///< the process has times that are whole numbers
    double lowest_noisy = 0;   ///< the lowest time of the process at which grids end with noise
    LevelColumns levels;       ///< of the process over its times, rising; `step` is not a number
    LevelColumns run;          ///< along the run, with levels between its states; empty without evaluations
    LevelColumns evaluations;  ///< in the order of the program
    std::vector<RunState> states;
    /// One per step; empty where a step has no such form: several evaluations, or evaluations of earlier steps.
    std::vector<UpdateWeights> weights;
};

/// Computes the schedule of a run of `program` on a model of this process and parametrisation. Levels of the run
/// between two states are those of the process at times between theirs, where the scales of the states are those of the
/// process.
NoiseSchedule noise_schedule(const diffusion::NoiseProcess& process, const diffusion::Parametrisation& parametrisation,
                             const diffusion::Program& program);

/// The states of the run as CSV: step, t, alpha, sigma, log_snr, then beta, or drift and diffusion, then weight_state
/// and weight_data where there are weights. Numbers have 17 significant digits; a cell without a value is empty.
std::string schedule_csv(const NoiseSchedule& schedule);

}  // namespace scorefield::session
