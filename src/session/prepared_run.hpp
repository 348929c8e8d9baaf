#pragma once

#include <functional>
#include <vector>

#include "diffusion/program.hpp"
#include "model/model.hpp"
#include "sample/sampling_spec.hpp"

namespace scorefield::session {

/// What the host computes for a run before the device is needed: it may take long (a pilot, a file) and touches nothing
/// that frames use.
struct PreparedRun {
    sample::SamplingSpec spec;
    diffusion::Program program;
    std::vector<float> start;  ///< start states, row-major (particles, dim); empty: draws of the program's start law
};

/// For models of any dimension. Throws base::Error as sample::build_program and sample::start_rows do, and for programs
/// that need inputs other than noise.
/// `check` is called with the program before start states are drawn (Player::require_room). `check_cancelled` is called
/// before each evaluation of the pilot and each block of start states. Both may throw; empty: nothing.
PreparedRun prepare_run(const sample::SamplingSpec& spec, const model::Model& model,
                        const std::function<void(const diffusion::Program&)>& check = {},
                        const std::function<void()>& check_cancelled = {});

}  // namespace scorefield::session
