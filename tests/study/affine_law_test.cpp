#include "study/affine_law.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>

#include "base/random.hpp"
#include "diffusion/exact_score.hpp"
#include "diffusion/program.hpp"
#include "diffusion/sampler.hpp"
#include "diffusion/targets.hpp"
#include "study/agreement.hpp"
#include "study/gaussian_recursion.hpp"
#include "study/study.hpp"

namespace scorefield::study {
namespace {

using diffusion::Blend;
using diffusion::Eval;
using diffusion::Program;

diffusion::GaussianMixture plane_gaussian() {
    return diffusion::GaussianMixture({{.weight = 1, .mean = {1.5, -1}, .covariance = {0.8, 0.3, 0.3, 0.3}}});
}

// On x_t = x_0 + √t·ε, where x_0 ~ N(m, v), the recursion has the variance, by another derivation. The mean is pulled
// from 0 to m by the factor that is left of the variance without noise.
TEST(AffineLaw, IsTheRecursionOnTheAdditiveProcess) {
    constexpr double kVariance = 0.01;
    constexpr double kMean = 0.7;
    constexpr int kSteps = 40;
    const diffusion::ExactScore source(
        diffusion::GaussianMixture({{.weight = 1, .mean = {kMean}, .covariance = {kVariance}}}),
        diffusion::Prediction::x0);
    const diffusion::ScoreSource* const sources[] = {&source};
    const auto compare = [&](const diffusion::SamplerSettings& settings, WayBack way, WayBack without_noise) {
        const GaussianLaw law = gaussian_law_after(
            diffusion::compile_program(even_steps({.name = "additive"}, kSteps), diffusion::Prediction::x0, settings),
            sources);
        const double factor = std::sqrt(variance_after(without_noise, kVariance, 1, kSteps));
        EXPECT_NEAR(law.mean[0], kMean * (1 - factor), 1e-13);
        EXPECT_NEAR(law.covariance[0], variance_after(way, kVariance, 1, kSteps), 1e-15);
    };
    compare({.name = "ddim"}, WayBack::ddim, WayBack::ddim);
    compare({.name = "ddpm", .variance = "none"}, WayBack::mean_only, WayBack::mean_only);
    compare({.name = "ddpm"}, WayBack::noise_but_last, WayBack::mean_only);
    compare({.name = "ddpm", .final_noise = true}, WayBack::noise_every_step, WayBack::mean_only);
}

// x ← x + 3z, then x ← x/2 − z + 2z' : the draw z comes to 1/2, where independent ones would leave 9/4 + 1.
TEST(AffineLaw, KnowsADrawWhereItRecurs) {
    Program program;
    program.steps = 2;
    program.start = diffusion::StartLaw::normal(2);
    program.ops = {{0, Blend{0, {{0, 1.0}}, {{3, base::kSamplerStream, 7}}}},
                   {1, Blend{0, {{0, 0.5}}, {{-1, base::kSamplerStream, 7}, {2, base::kCorrectorStream, 7}}}}};
    const diffusion::ExactScore source(plane_gaussian(), diffusion::Prediction::x0);
    const diffusion::ScoreSource* const sources[] = {&source};
    const GaussianLaw law = gaussian_law_after(program, sources);
    EXPECT_THAT(law.mean, testing::Each(0));
    EXPECT_THAT(law.covariance, testing::ElementsAre(5.25, 0, 0, 5.25));
}

// Solvers that keep estimates or use one draw twice within a step: the law is that of the interpreter's particles, and
// the test is sharp enough to tell a draw that is twice as large.
TEST(AffineLaw, IsThatOfTheInterpretersParticles) {
    constexpr std::uint32_t kParticles = 20'000;
    const diffusion::ExactScore source(plane_gaussian(), diffusion::Prediction::x0);
    const diffusion::ScoreSource* const sources[] = {&source};
    for (const char* variant : {"midpoint", "single"}) {
        Program program = diffusion::compile_program(even_steps({.name = "vp"}, 6), diffusion::Prediction::x0,
                                                     {.name = "dpmpp_sde", .variant = variant});
        const std::vector<double> start = diffusion::initial_state(program, 7, {0, kParticles}, 2);
        const std::vector<double> end = diffusion::interpret(program, sources, start, 7, {0, kParticles});
        const std::vector<float> states(end.begin(), end.end());
        const GaussianLaw law = gaussian_law_after(program, sources);
        const auto last = std::ranges::find_if(program.ops.rbegin(), program.ops.rend(), [](const diffusion::Op& op) {
            const auto* blend = std::get_if<Blend>(&op.instruction);
            return blend != nullptr && !blend->noise.empty();
        });
        for (diffusion::NoiseTerm& noise : std::get<Blend>(last->instruction).noise) noise.coefficient *= 2;
        const GaussianLaw other = gaussian_law_after(program, sources);
        for (const std::array<double, 2>& direction : {std::array{1.0, 0.0}, std::array{0.6, -0.8}}) {
            const std::vector<float> sample = sorted_along(states, direction);
            EXPECT_LT(ks_distance(sample, law.along(direction)), ks_critical(kParticles)) << variant;
            EXPECT_GT(ks_distance(sample, other.along(direction)), ks_critical(kParticles)) << variant;
        }
    }
}

TEST(AffineLaw, IsNotSaidOfWhatIsNotAffine) {
    Program program;
    program.steps = 1;
    program.ops = {{0, Eval{.alpha = 1, .sigma = 1}}};
    const diffusion::ExactScore mixture(diffusion::GaussianMixture({{.weight = 0.5, .mean = {-1}, .covariance = {0.1}},
                                                                    {.weight = 0.5, .mean = {2}, .covariance = {1}}}),
                                        diffusion::Prediction::x0);
    const diffusion::ScoreSource* const mixtures[] = {&mixture};
    EXPECT_THROW(gaussian_law_after(program, mixtures), std::invalid_argument);
    const diffusion::ExactScore gaussian(plane_gaussian(), diffusion::Prediction::x0);
    const diffusion::ScoreSource* const gaussians[] = {&gaussian};
    EXPECT_NO_THROW(gaussian_law_after(program, gaussians));
    program.ops.push_back({0, diffusion::Clamp{}});
    EXPECT_THROW(gaussian_law_after(program, gaussians), std::invalid_argument);
}

}  // namespace
}  // namespace scorefield::study
