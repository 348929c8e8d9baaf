#pragma once

#include <optional>
#include <string>
#include <vector>

#include "diffusion/sampler.hpp"
#include "study/study.hpp"
#include "study/table.hpp"

namespace scorefield::study {

/// A deterministic solver with the settings that make it one.
struct SolverCase {
    diffusion::SamplerSettings settings;
    std::optional<int> expected;  ///< order of accuracy by theory; none where none is known
    bool adaptive = false;        ///< refined by its tolerance, not by the number of steps
    bool from_data = false;       ///< runs towards the noise
};

/// Every sampler in the settings that draw no noise, in every order and variant that it takes; those that keep values
/// (repaint) left out.
std::vector<SolverCase> solver_cases();

/// Name and settings as on the command line: `unipc order=2 variant=bh1`.
std::string describe(const diffusion::SamplerSettings& settings);

/// What is measured of one solver under one process, on the exact probability flow of a mixture.
struct MeasuredOrder {
    double order = 0;  ///< slope of log error over log steps (adaptive: evaluations) of the two finest runs
    double error = 0;  ///< of the finest run: root mean square of x/α
};

/// `process` is one of vp, ve, edm and flow. Throws base::Error where the solver refuses.
MeasuredOrder measured_order(const SolverCase& solver, const std::string& process);

/// Order of accuracy of every deterministic solver under four processes, beside the theory's.
std::vector<Table> orders_study(const StudyRequest& request);

}  // namespace scorefield::study
