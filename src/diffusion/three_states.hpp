#pragma once

#include <array>
#include <cstddef>

#include "diffusion/program.hpp"

namespace scorefield::diffusion {

inline constexpr std::size_t kChainStates = 3;
using StateLaw = std::array<double, kChainStates>;
using StateTable = std::array<StateLaw, kChainStates>;  ///< [from][to]

/// The three-state chain: p(x), p(y|x).
inline constexpr StateLaw kChainStart = {0.4, 0.3, 0.3};
inline constexpr StateTable kChainForward = {{{0.6, 0.3, 0.1}, {0.2, 0.5, 0.3}, {0.1, 0.4, 0.5}}};

/// p(x, y) = p(x)·p(y|x).
StateTable joint_table(const StateLaw& start, const StateTable& forward);
/// p(y).
StateLaw marginal_law(const StateTable& joint);
/// p(x|y) = p(x, y)/p(y), rows y: Bayes.
StateTable backward_table(const StateTable& joint);

/// State k stands at k − 1 on the line; what is shown lies around it, N(0, kStateSpread²): 6 deviations from the next.
inline constexpr double kStateSpread = 0.08;
/// The state whose place is nearest.
std::size_t state_at(double place);

/// The chain as a program in one dimension that asks no score: step 1 draws x by p(x), step 2 y by p(y|x), step 3 x
/// again by p(x|y). A draw compares a normal with the row's quantiles: differences, steepened until a clamp to [0, 1]
/// makes steps of them, add up to the state; clamps of the state to either side choose the row.
Program three_states_program();

}  // namespace scorefield::diffusion
