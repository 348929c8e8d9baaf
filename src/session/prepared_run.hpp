#pragma once

#include <functional>
#include <vector>

#include "diffusion/program.hpp"
#include "model/model.hpp"
#include "sample/population.hpp"
#include "sample/sampling_spec.hpp"
#include "sample/start.hpp"

namespace scorefield::session {

/// A run as it is compiled for a model.
struct CompiledRun {
    sample::SamplingSpec spec;
    diffusion::Program program;
    sample::StartRows start;  ///< start states of any particles; empty: draws of the program's start law
};

/// For models of any dimension. Throws base::Error as sample::build_program and sample::start_rows do. `check` is
/// called with the program before a file of start states is read. `check_cancelled` is called before each evaluation of
/// the pilot. Both may throw; empty: nothing.
CompiledRun compile_run(const sample::SamplingSpec& spec, const model::Model& model,
                        const std::function<void(const diffusion::Program&)>& check,
                        const std::function<void()>& check_cancelled);

/// What the host computes for a run that is shown before the device is needed: it may take long (a pilot, a file) and
/// touches nothing that frames use.
struct PreparedRun {
    sample::SamplingSpec spec;
    diffusion::Program program;
    std::vector<float> start;  ///< start states, row-major (particles, dim); empty: draws of the program's start law
};

/// What the run starts from; valid as long as the run.
inline sample::StartInputs start_of(const PreparedRun& run) {
    return {.init = run.start, .known = {}, .mask = {}};
}

/// Compiles the run and draws its start states. Throws as compile_run does, and base::Error for programs that need
/// inputs other than noise. `check` is called with the program before start states are drawn (Player::require_room).
/// `check_cancelled` is called before each evaluation of the pilot and each block of start states. Both may throw;
/// empty: nothing.
PreparedRun prepare_run(const sample::SamplingSpec& spec, const model::Model& model,
                        const std::function<void(const diffusion::Program&)>& check = {},
                        const std::function<void()>& check_cancelled = {});

}  // namespace scorefield::session
