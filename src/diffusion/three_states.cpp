#include "diffusion/three_states.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "base/random.hpp"

namespace scorefield::diffusion {
namespace {

enum Register : int { kPlace, kOne, kState, kUpper, kLower, kFirstStep, kSecondStep, kRegisters };

/// z with P(N(0, 1) < z) = probability, by halving: exact to rounding.
double normal_quantile(double probability) {
    constexpr int kHalvings = 64;
    double low = -10;
    double high = 10;
    for (int i = 0; i < kHalvings; ++i) {
        const double middle = (low + high) / 2;
        const bool below = std::erfc(-middle / std::numbers::sqrt2) / 2 < probability;
        (below ? low : high) = middle;
    }
    return low;
}

class ChainBuilder {
  public:
    ChainBuilder() {
        program_.sampler = "three_states";
        program_.process = "chain";
        program_.registers = kRegisters;
        emit(Blend{kOne, {{kPlace, 0}}, {}});
        emit(Clamp{kOne, 1, 1});
        emit(Blend{kState, {{kPlace, 0}}, {}});
    }

    /// One step: the next state from the row of the present one.
    void draw(const StateTable& table) {
        emit(Blend{kUpper, {{kState, 1}}, {}});
        emit(Clamp{kUpper, 0, 1});
        emit(Blend{kLower, {{kState, 1}}, {}});
        emit(Clamp{kLower, -1, 0});
        step_at(kFirstStep, quantiles(table, 0));
        step_at(kSecondStep, quantiles(table, 1));
        emit(Blend{kState, {{kOne, -1}, {kFirstStep, 1}, {kSecondStep, 1}}, {}});
        emit(Blend{kPlace, {{kState, 1}}, {{kStateSpread, base::kCorrectorStream, kSpreadIndex}}});
        ++program_.steps;
    }

    Program finish() {
        program_.result = kPlace;
        return program_;
    }

  private:
    static constexpr std::uint32_t kSpreadIndex = 0;

    template <class Specific>
    void emit(Specific instruction) {
        program_.ops.push_back({program_.steps, std::move(instruction)});
    }

    /// For each row, the bound below which a normal leads to the states up to `last`.
    static StateLaw quantiles(const StateTable& table, std::size_t last) {
        StateLaw result = {};
        for (std::size_t from = 0; from < kChainStates; ++from) {
            double below = 0;
            for (std::size_t to = 0; to <= last; ++to) below += table[from][to];
            result[from] = normal_quantile(below);
        }
        return result;
    }

    /// dst ← 1 where this step's normal is above the quantile of the state's row, else 0.
    void step_at(int dst, const StateLaw& quantile) {
        constexpr double kSteep = 1 << 20;
        const auto draw = static_cast<std::uint32_t>(program_.steps) + kSpreadIndex + 1;
        emit(Blend{dst,
                   {{kOne, -kSteep * quantile[1]},
                    {kUpper, kSteep * (quantile[1] - quantile[2])},
                    {kLower, kSteep * (quantile[0] - quantile[1])}},
                   {{kSteep, base::kCorrectorStream, draw}}});
        emit(Clamp{dst, 0, 1});
        // What fell between, one in two million, goes to the nearer end.
        emit(Blend{dst, {{dst, kSteep}, {kOne, -kSteep / 2}}, {}});
        emit(Clamp{dst, 0, 1});
    }

    Program program_;
};

}  // namespace

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

std::size_t state_at(double place) {
    return static_cast<std::size_t>(std::clamp(std::round(place + 1), 0.0, kChainStates - 1.0));
}

Program three_states_program() {
    ChainBuilder builder;
    builder.draw({kChainStart, kChainStart, kChainStart});
    builder.draw(kChainForward);
    builder.draw(backward_table(joint_table(kChainStart, kChainForward)));
    return builder.finish();
}

}  // namespace scorefield::diffusion
