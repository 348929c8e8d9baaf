#include "app/study/three_states.hpp"

namespace scorefield::app {

StateTable joint_table(const StateLaw& start, const StateTable& forward) {
    StateTable joint = forward;
    for (std::size_t x = 0; x < kChainStates; ++x) {
        for (double& probability : joint[x]) probability *= start[x];
    }
    return joint;
}

StateLaw marginal_law(const StateTable& joint) {
    StateLaw marginal = {};
    for (const StateLaw& row : joint) {
        for (std::size_t y = 0; y < kChainStates; ++y) marginal[y] += row[y];
    }
    return marginal;
}

StateTable backward_table(const StateTable& joint) {
    const StateLaw marginal = marginal_law(joint);
    StateTable backward = {};
    for (std::size_t x = 0; x < kChainStates; ++x) {
        for (std::size_t y = 0; y < kChainStates; ++y) backward[y][x] = joint[x][y] / marginal[y];
    }
    return backward;
}

}  // namespace scorefield::app
