#pragma once

#include <vector>

#include "diffusion/program.hpp"

namespace scorefield::session {

/// A state of a run, 0 (the start) … steps (the result), with the time and the scales of the evaluation that follows
/// it.
struct RunState {
    int number = 0;
    double t = 0;
    double alpha = 1;
    double sigma = 0;
    bool is_result = false;  ///< nothing follows
    int evaluations = 0;     ///< of the score that led to it
};

/// One per state 0 … steps. The state before each step has time and scales of the step's first evaluation, or those of
/// the state before where the step has none. The state after the last step is the result, unless the program goes from
/// data to noise.
std::vector<RunState> run_states_of(const diffusion::Program& program);

}  // namespace scorefield::session
