#include <gmock/gmock.h>

#include <numeric>

#include "base/random.hpp"
#include "diffusion/sampler.hpp"
#include "gaussian_run.hpp"
#include "support.hpp"

namespace scorefield::diffusion {
namespace {

using testing::HasSubstr;
using testing_support::error_of;
using testing_support::gaussian;
using testing_support::kVariance;
using testing_support::program_moments;

TimeGrid even_grid(int steps) {
    const auto process = make_process({.name = "vp"});
    std::vector<double> times;
    times.reserve(static_cast<std::size_t>(steps));
    for (int i = 0; i < steps; ++i) times.push_back(1 - static_cast<double>(i) / steps);
    return {process, times};
}

/// The noise scales between which the program steps, in the order of its evaluations.
std::vector<double> evaluated_times(const Program& program) {
    std::vector<double> times;
    for (const Op& op : program.ops) {
        if (const auto* eval = std::get_if<Eval>(&op.instruction)) times.push_back(std::round(eval->t * 6));
    }
    return times;
}

// Levels 6 … 1 above the clean state. Stretches of two steps end at levels 3 and 1 (lowest: none is below), as the
// paper's schedule has it: levels divisible by the jump, counted from the lowest with noise.
TEST(Repaint, GoesThroughEachStretchAgain) {
    const Program program =
        compile_program(even_grid(6), Prediction::x0, {.name = "repaint", .resamples = 3, .jump = 2});
    EXPECT_THAT(evaluated_times(program), testing::ElementsAre(6, 5, 4,         // down to 3
                                                               5, 4, 5, 4,      // twice again
                                                               3, 2,            // down to 1
                                                               3, 2, 3, 2, 1))  // twice again, and to the data
        << "times";
    EXPECT_EQ(program.steps, program.evaluations());
    const Program once = compile_program(even_grid(6), Prediction::x0, {.name = "repaint", .resamples = 1});
    EXPECT_EQ(once.evaluations(), 6);
}

TEST(Repaint, DrawsEveryNormalOnce) {
    const Program program =
        compile_program(even_grid(6), Prediction::x0, {.name = "repaint", .resamples = 3, .jump = 2});
    std::uint32_t draws = 0;
    for (const Op& op : program.ops) {
        const auto* blend = std::get_if<Blend>(&op.instruction);
        if (blend == nullptr) continue;
        for (const NoiseTerm& noise : blend->noise) {
            EXPECT_EQ(noise.stream, base::kCorrectorStream);
            EXPECT_EQ(noise.index, draws++);
        }
    }
    EXPECT_GT(draws, 20U);
}

// What the mask lets in has the scales of the level reached, and what goes back up those of the level it returns to:
// share² of the lower variance and the noise make up the higher.
TEST(Repaint, PutsKnownAndReturningStatesAtTheirLevels) {
    const TimeGrid grid = even_grid(6);
    const Program program = compile_program(grid, Prediction::x0, {.name = "repaint", .resamples = 2, .jump = 2});
    const int known = program.known_register;
    const auto level = [&](int index) { return grid.process().marginal(index / 6.0); };
    int next = 6;  // index of the level that the state stands at
    for (const Op& op : program.ops) {
        if (const auto* eval = std::get_if<Eval>(&op.instruction)) next = static_cast<int>(std::round(6 * eval->t)) - 1;
        const auto* blend = std::get_if<Blend>(&op.instruction);
        if (blend == nullptr || next == 0) continue;
        const double noise = blend->noise.at(0).coefficient;
        const Term& term = blend->terms.at(0);
        if (term.reg == known) {
            EXPECT_NEAR(term.coefficient, level(next).alpha, 1e-14);
            EXPECT_NEAR(noise, level(next).sigma, 1e-14);
        } else if (term.coefficient != 1) {
            const Marginal low = level(next);
            const Marginal high = level(next + 2);
            EXPECT_NEAR(term.coefficient * low.alpha, high.alpha, 1e-14);
            EXPECT_NEAR(std::hypot(term.coefficient * low.sigma, noise), high.sigma, 1e-14);
        }
    }
    EXPECT_EQ(std::get<Mask>(program.ops.back().instruction), (Mask{.dst = 0, .a = known, .b = 0}));
}

std::vector<double> inpaint(const GaussianMixture& target, const SamplerSettings& settings, int steps,
                            const ProgramInputs& inputs, std::uint32_t particles) {
    const ExactScore source(target, Prediction::x0);
    const Program program = compile_program(even_grid(steps), Prediction::x0, settings);
    const ParticleRange range{0, particles};
    const ScoreSource* const sources[] = {&source};
    return interpret(program, sources, initial_state(program, 3, range, target.dim()), 3, range, {}, inputs);
}

double mean_of(const std::vector<double>& values) {
    return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

TEST(Repaint, IsAncestralSamplingWhereNothingIsKnown) {
    const ExactScore source(gaussian(), Prediction::x0);
    const auto moments = [&](const SamplerSettings& settings) {
        return program_moments(compile_program(even_grid(12), Prediction::x0, settings), source);
    };
    for (const double eta : {0.5, 1.0}) {
        const auto actual = moments({.name = "repaint", .eta = eta, .resamples = 1});
        const auto expected = moments({.name = "ddim", .eta = eta});
        ASSERT_EQ(actual.size(), expected.size());
        for (std::size_t k = 0; k < expected.size(); ++k) {
            EXPECT_NEAR(actual[k].mean, expected[k].mean, 1e-13);
            EXPECT_NEAR(actual[k].variance, expected[k].variance, 1e-13);
        }
    }
}

// Going back up the noise is exact at every level, so that only the error of the ancestral steps is left, which falls
// with them.
TEST(Repaint, KeepsTheTargetWhereNothingIsKnown) {
    const ExactScore source(gaussian(), Prediction::x0);
    const auto error = [&](int steps) {
        const Program program =
            compile_program(even_grid(steps), Prediction::x0, {.name = "repaint", .resamples = 4, .jump = 5});
        return std::abs(program_moments(program, source).back().variance - kVariance);
    };
    const double coarse = error(100);
    EXPECT_LT(coarse, 0.3 * kVariance);
    EXPECT_LT(error(200), 0.75 * coarse);
}

// Two unit normals of correlation 0.8: the one, given that the other is 1.5, is N(1.2, 0.36).
TEST(Repaint, FillsInWhatGoesWithTheKnownTheBetterTheMoreItResamples) {
    constexpr std::uint32_t kParticles = 3000;
    const GaussianMixture target({{1, {0, 0}, {1, 0.8, 0.8, 1}}});
    ProgramInputs inputs;
    for (std::uint32_t i = 0; i < kParticles; ++i) {
        inputs.known.insert(inputs.known.end(), {1.5, 77.0});
        inputs.mask.insert(inputs.mask.end(), {1, 0});
    }
    const auto error = [&](int resamples) {
        const std::vector<double> states = inpaint(
            target, drop_ineffective({.name = "repaint", .resamples = resamples, .jump = 4}), 40, inputs, kParticles);
        std::vector<double> filled;
        for (std::size_t i = 0; i < states.size(); i += 2) {
            EXPECT_EQ(states[i], 1.5);
            filled.push_back(states[i + 1]);
        }
        return std::abs(mean_of(filled) - 1.2);
    };
    const double few = error(1);
    const double many = error(8);
    EXPECT_LT(many, few / 2);
    EXPECT_LT(many, 0.15);
}

TEST(Repaint, RefusesAJumpThatDoesNotFit) {
    const auto refusal = [&](const SamplerSettings& settings) {
        return error_of([&] { compile_program(even_grid(4), Prediction::x0, settings); });
    };
    EXPECT_THAT(
        refusal({.name = "repaint", .jump = 4}),
        HasSubstr("jump out of range (`sampler.jump`): jumps of 4 steps do not fit between the 4 noise levels"));
    EXPECT_EQ(refusal({.name = "repaint", .jump = 3}), "no error");
    EXPECT_EQ(refusal({.name = "repaint"}), "no error");
    EXPECT_THAT(refusal({.name = "repaint", .resamples = 0}), HasSubstr("(`sampler.resamples`)"));
}

}  // namespace
}  // namespace scorefield::diffusion
