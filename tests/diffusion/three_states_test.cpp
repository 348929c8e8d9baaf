#include "diffusion/three_states.hpp"

#include <gmock/gmock.h>

#include <cmath>

#include "diffusion/interpreter.hpp"
#include "diffusion/program.hpp"

namespace scorefield::diffusion {
namespace {

// The published tables have four digits.
TEST(ThreeStates, HaveTheKnownTables) {
    const StateTable joint = joint_table(kChainStart, kChainForward);
    EXPECT_NEAR(joint[0][1], 0.12, 1e-15);
    EXPECT_NEAR(joint[2][0], 0.03, 1e-15);
    EXPECT_THAT(marginal_law(joint), testing::Pointwise(testing::DoubleNear(1e-15), {0.33, 0.39, 0.28}));
    const StateTable backward = backward_table(joint);
    EXPECT_THAT(backward[0], testing::Pointwise(testing::DoubleNear(5e-5), {0.7273, 0.1818, 0.0909}));
    EXPECT_THAT(backward[1], testing::Pointwise(testing::DoubleNear(5e-5), {0.3077, 0.3846, 0.3077}));
    EXPECT_THAT(backward[2], testing::Pointwise(testing::DoubleNear(5e-5), {0.1429, 0.3214, 0.5357}));
    EXPECT_THAT(marginal_law(joint_table(marginal_law(joint), backward)),
                testing::Pointwise(testing::DoubleNear(1e-15), kChainStart));
}

/// States 1, 2 and 3 of `count` particles, [step][particle].
std::vector<std::vector<double>> places(std::uint32_t count) {
    const Program program = three_states_program();
    program.validate();
    std::vector<std::vector<double>> result;
    const std::vector<double> start = initial_state(program, 5, {0, count}, 1);
    interpret(program, {}, start, 5, {0, count},
              [&](int /*step*/, std::span<const double> state) { result.emplace_back(state.begin(), state.end()); });
    return result;
}

// No particle stands between two states: around each of them it keeps its own distance, N(0, 0.08²).
TEST(ThreeStatesProgram, PutsEveryParticleIntoAState) {
    const std::vector<std::vector<double>> states = places(20'000);
    ASSERT_EQ(states.size(), 3U);
    for (std::size_t i = 0; i < states[0].size(); ++i) {
        const double spread = states[0][i] - (static_cast<double>(state_at(states[0][i])) - 1);
        EXPECT_LT(std::abs(spread), 5 * kStateSpread);
        for (const std::vector<double>& places : states) {
            EXPECT_NEAR(places[i] - (static_cast<double>(state_at(places[i])) - 1), spread, 1e-12);
        }
    }
}

// Frequencies of 3 + 9 + 9 draws within four standard errors: by chance one in a thousand seeds would miss.
TEST(ThreeStatesProgram, DrawsByItsTables) {
    constexpr std::uint32_t kCount = 50'000;
    const std::vector<std::vector<double>> states = places(kCount);
    const StateTable backward = backward_table(joint_table(kChainStart, kChainForward));
    const auto expect_near = [](double hits, double probability, double total) {
        EXPECT_NEAR(hits / total, probability, 4 * std::sqrt(probability * (1 - probability) / total));
    };
    StateLaw start = {};
    StateLaw middle = {};
    StateTable forward_hits = {};
    StateTable backward_hits = {};
    for (std::size_t i = 0; i < kCount; ++i) {
        const std::size_t x = state_at(states[0][i]);
        const std::size_t y = state_at(states[1][i]);
        ++start[x];
        ++middle[y];
        ++forward_hits[x][y];
        ++backward_hits[y][state_at(states[2][i])];
    }
    for (std::size_t from = 0; from < kChainStates; ++from) {
        expect_near(start[from], kChainStart[from], kCount);
        for (std::size_t to = 0; to < kChainStates; ++to) {
            expect_near(forward_hits[from][to], kChainForward[from][to], start[from]);
            expect_near(backward_hits[from][to], backward[from][to], middle[from]);
        }
    }
}

}  // namespace
}  // namespace scorefield::diffusion
