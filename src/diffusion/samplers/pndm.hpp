#pragma once

#include <vector>

#include "diffusion/samplers/program_builder.hpp"
#include "diffusion/time_grid.hpp"

namespace scorefield::diffusion {

/// What becomes of one evaluation of PNDM (Liu et al. 2022, algorithm 2): the four of a Runge–Kutta step, the two of a
/// start without one, or an extrapolation from all evaluations so far.
enum class PndmRule { slope_1, slope_2, slope_3, slope_4, start, average, extrapolate };

/// An evaluation at `at`, and the transfer between nodes that its estimate then drives.
struct PndmStage {
    int step = 0;
    PndmRule rule = PndmRule::extrapolate;
    Node at;
    Node from;
    Node to;
};

/// Emits the stages. `outputs`: the network's outputs are extrapolated in place of the noise, as diffusers does; the
/// same for a network that predicts the noise.
void emit_pndm_stages(ProgramBuilder& builder, const std::vector<PndmStage>& stages, bool outputs);

}  // namespace scorefield::diffusion
