#include "study/line_law.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "base/random.hpp"
#include "diffusion/exact_score.hpp"
#include "diffusion/program.hpp"
#include "diffusion/sampler.hpp"
#include "diffusion/targets.hpp"
#include "study/agreement.hpp"
#include "study/study.hpp"

namespace scorefield::study {
namespace {

using diffusion::Blend;
using diffusion::Eval;
using diffusion::Program;

// The widths of cells are what limits these: 10/8192 for the uniform law, its square in variances.
TEST(LineLaw, KnowsSharesAndMoments) {
    const LineLaw law = LineLaw::uniform(-3, 7);
    EXPECT_NEAR(law.cumulative(-3.5), 0, 1e-12);
    EXPECT_NEAR(law.cumulative(2), 0.5, 1e-12);
    EXPECT_NEAR(law.cumulative(8), 1, 1e-12);
    EXPECT_NEAR(law.share(0, 1), 0.1, 1e-12);
    EXPECT_NEAR(law.mean(), 2, 1e-12);
    EXPECT_NEAR(law.variance(), 100.0 / 12, 1e-12);
    const LineLaw::Part part = law.part(0, 3);
    EXPECT_NEAR(part.share, 0.3, 1e-12);
    EXPECT_NEAR(part.mean, 1.5, 1e-12);
    EXPECT_NEAR(part.variance, 9.0 / 12, 1e-12);
}

// A uniform square of side a has variance a²/12 along every direction.
TEST(LineLaw, ProjectsASquareOntoItsDiagonal) {
    const LineLaw law = LineLaw::diagonal_of_square(-8, 8);
    EXPECT_NEAR(law.mean(), 0, 1e-9);
    EXPECT_NEAR(law.variance(), 256.0 / 12, 1e-4);
    EXPECT_NEAR(law.cumulative(-8 * std::numbers::sqrt2), 0, 1e-12);
    EXPECT_NEAR(law.cumulative(-4 * std::numbers::sqrt2), 0.125, 1e-6);
    EXPECT_NEAR(LineLaw::diagonal_of_square(1, 3).mean(), 2 * std::numbers::sqrt2, 1e-9);
}

// x ← 0.9·x + 0.3·z on N(1, 2²), fifty times: mean 0.9⁵⁰, variance 4·0.81⁵⁰ + 0.09·(1 − 0.81⁵⁰)/0.19. Every step adds
// about the square of a cell's width over 12 to the variance, (16·2/8192)²/12 ≈ 1e-6.
TEST(LineLaw, CarriesAnAffineMapAndNoise) {
    LineLaw law = LineLaw::normal(1, 2);
    for (int step = 0; step < 50; ++step) {
        std::vector<double> images = law.edges();
        for (double& x : images) x *= 0.9;
        law = law.moved(images, 0.3);
    }
    const double left = std::pow(0.81, 50);
    const double variance = 4 * left + 0.09 * (1 - left) / 0.19;
    EXPECT_NEAR(law.mean(), std::pow(0.9, 50), 1e-6);
    EXPECT_NEAR(law.variance(), variance, 2e-5);
    EXPECT_LT(ks_distance(law, LineLaw::normal(std::pow(0.9, 50), std::sqrt(variance))), 1e-5);
}

TEST(LineLaw, CarriesAMapThatTurnsAround) {
    const LineLaw law = LineLaw::uniform(-1, 1);
    std::vector<double> images = law.edges();
    for (double& x : images) x = -std::abs(x);
    const LineLaw folded = law.moved(images, 0);
    EXPECT_NEAR(folded.share(-1, 0), 1, 1e-12);
    EXPECT_NEAR(folded.cumulative(-0.25), 0.75, 1e-9);
}

/// Ancestral sampling in some steps of one instruction with noise each.
Program noisy_program() {
    Program program;
    program.steps = 2;
    program.ops = {{0, Eval{.alpha = 1, .sigma = 2, .c_skip = 0.25, .c_out = 0.75}},
                   {0, Blend{0, {{0, 1.0}}, {{0.3, base::kSamplerStream, 1}, {0.4, base::kSamplerStream, 2}}}},
                   {1, Eval{.alpha = 1, .sigma = 1, .c_skip = 0.5, .c_out = 0.5}},
                   {1, Blend{0, {{0, 1.0}}, {{0.2, base::kSamplerStream, 3}}}}};
    return program;
}

// The law that is predicted is that of the interpreter's particles: one in a thousand seeds would fail, this one not.
TEST(LawOfAProgram, IsThatOfItsParticles) {
    constexpr std::uint32_t kParticles = 20'000;
    const diffusion::GaussianMixture mixture(
        {{.weight = 0.3, .mean = {-2}, .covariance = {0.04}}, {.weight = 0.7, .mean = {2}, .covariance = {1}}});
    const diffusion::ExactScore source(mixture, diffusion::Prediction::x0);
    const diffusion::ScoreSource* const sources[] = {&source};
    const Program program = noisy_program();
    const std::vector<double> start = diffusion::initial_state(program, 7, {0, kParticles}, 1);
    const std::vector<double> end = diffusion::interpret(program, sources, start, 7, {0, kParticles});
    std::vector<float> sample(end.begin(), end.end());
    std::sort(sample.begin(), sample.end());
    const std::optional<LineLaw> law = law_after(program, sources, LineLaw::normal(0, 1));
    ASSERT_TRUE(law.has_value());
    EXPECT_LT(ks_distance(sample, *law), ks_critical(kParticles));
    Program other = program;
    std::get<Blend>(other.ops[3].instruction).noise[0].coefficient = 0.5;
    EXPECT_GT(ks_distance(sample, *law_after(other, sources, LineLaw::normal(0, 1))), ks_critical(kParticles));
}

TEST(LawOfAProgram, IsNotSaidWhereARegisterOutlivesTheNoise) {
    Program program = noisy_program();
    program.registers = 2;
    program.ops.insert(program.ops.begin(), {0, Blend{1, {{0, 2.0}}, {}}});
    std::get<Blend>(program.ops.back().instruction).terms.push_back({1, 0.1});
    const diffusion::GaussianMixture mixture({{.weight = 1, .mean = {0}, .covariance = {1}}});
    const diffusion::ExactScore source(mixture, diffusion::Prediction::x0);
    const diffusion::ScoreSource* const sources[] = {&source};
    EXPECT_FALSE(law_after(program, sources, LineLaw::normal(0, 1)).has_value());
}

// Increments of one Brownian path share draws and are independent all the same; one draw used twice is not.
TEST(LawOfAProgram, IsNotSaidWhereNoisesAreCorrelated) {
    const diffusion::ExactScore source(diffusion::GaussianMixture({{.weight = 1, .mean = {0}, .covariance = {1}}}),
                                       diffusion::Prediction::x0);
    const diffusion::ScoreSource* const sources[] = {&source};
    const Program path = diffusion::compile_program(even_steps({.name = "vp"}, 6), diffusion::Prediction::x0,
                                                    {.name = "ddim", .eta = 1});
    EXPECT_TRUE(law_after(path, sources, LineLaw::normal(0, 1)).has_value());
    Program program = noisy_program();
    EXPECT_TRUE(law_after(program, sources, LineLaw::normal(0, 1)).has_value());
    std::get<Blend>(program.ops[3].instruction).noise[0].index = 2;
    EXPECT_FALSE(law_after(program, sources, LineLaw::normal(0, 1)).has_value());
}

}  // namespace
}  // namespace scorefield::study
