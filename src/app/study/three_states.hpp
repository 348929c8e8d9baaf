#pragma once

#include <array>
#include <cstddef>

namespace scorefield::app {

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

}  // namespace scorefield::app
