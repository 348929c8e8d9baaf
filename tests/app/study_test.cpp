#include "app/study/study.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "app/study/affine_law.hpp"
#include "app/study/agreement.hpp"
#include "app/study/gaussian_recursion.hpp"
#include "app/study/line_law.hpp"
#include "app/study/orders.hpp"
#include "app/study/path_bound.hpp"
#include "app/study/round_trip.hpp"
#include "app/study/stochastic_laws.hpp"
#include "app/study/table.hpp"
#include "base/random.hpp"
#include "diffusion/exact_score.hpp"
#include "diffusion/program.hpp"
#include "diffusion/sampler.hpp"
#include "diffusion/targets.hpp"

namespace scorefield::app {
namespace {

using diffusion::Blend;
using diffusion::Eval;
using diffusion::Program;

std::vector<float> sorted_normals(std::uint32_t count, double mean, double deviation) {
    std::vector<float> values;
    for (std::uint32_t i = 0; i < count; ++i) {
        values.push_back(static_cast<float>(mean + deviation * double{base::normal(3, i, 0, 0, base::kInitStream)}));
    }
    std::sort(values.begin(), values.end());
    return values;
}

TEST(StudyTable, AlignsFiguresAndKeepsThemInJson) {
    const Table table = {.title = "Widths",
                         .columns = {"name", "σ", "count", "met"},
                         .rows = {{"a", 0.5, std::int64_t{12}, true}, {"long", HUGE_VAL, std::int64_t{3}, false}},
                         .notes = {"A note."}};
    EXPECT_EQ(to_text(table),
              "Widths\n\n"
              "name    σ  count  met\n"
              "a     0.5     12  yes\n"
              "long  inf      3  no\n\n"
              "A note.\n");
    EXPECT_EQ(to_json(table).dump(), R"({"title":"Widths","columns":["name","σ","count","met"],)"
                                     R"("rows":[["a",0.5,12,true],["long",null,3,false]],"notes":["A note."]})");
}

// Negative values fall as their bits rise; both zeros, subnormals and infinities have their place.
TEST(SortedAlong, OrdersAsComparisonsDo) {
    std::vector<float> values = sorted_normals(5000, 0.1, 3);
    values.insert(values.end(), {0.0F, -HUGE_VALF, 1e-40F, -1e-40F, HUGE_VALF, 1e30F, -1e30F});
    std::reverse(values.begin(), values.begin() + 3000);
    std::vector<float> expected = values;
    std::sort(expected.begin(), expected.end());
    EXPECT_EQ(sorted_along(values, std::array<double, 1>{1}), expected);
}

TEST(SortedAlong, ProjectsOntoTheDirection) {
    const std::vector<float> states = {1, 2, 3, -4, -5, 0};
    EXPECT_THAT(sorted_along(states, std::array<double, 2>{0.6, -0.8}), testing::ElementsAre(-3, -1, 5));
}

// The distribution functions of {1, 2} and {1.5, 3, 4, 5} differ most at 2, by 1 − 1/4.
TEST(KolmogorovSmirnov, FindsTheLargestDifferenceOfTwoSamples) {
    const std::vector<float> a = {1, 2};
    const std::vector<float> b = {1.5F, 3, 4, 5};
    EXPECT_DOUBLE_EQ(ks_distance(a, b), 0.75);
    EXPECT_DOUBLE_EQ(ks_distance(b, a), 0.75);
    EXPECT_DOUBLE_EQ(ks_distance(a, a), 0);
}

// Against the uniform law on [0, 1): at 0.8 the function is still 1/2 from below.
TEST(KolmogorovSmirnov, FindsTheLargestDifferenceFromALaw) {
    const std::vector<float> sample = {0.1F, 0.8F};
    EXPECT_NEAR(ks_distance(sample, LineLaw::uniform(0, 1)), 0.4, 1e-7);
}

// N(0, 1) and N(d, 1) differ most in the middle: 2Φ(d/2) − 1.
TEST(KolmogorovSmirnov, OfTwoGaussiansIsKnown) {
    const double expected = std::erf(0.25 / std::numbers::sqrt2);
    EXPECT_NEAR(ks_distance(LineLaw::normal(0, 1), LineLaw::normal(0.5, 1)), expected, 1e-5);
}

// 1.9495·√(2/10⁶), e.g. Knuth, TAOCP 2, 3.3.1.
TEST(KolmogorovSmirnov, HasTheKnownCriticalValue) {
    EXPECT_NEAR(ks_critical(1e6, 1e6), 2.757e-3, 1e-6);
    EXPECT_NEAR(ks_critical(1e6), 1.9495e-3, 1e-6);
    EXPECT_NEAR(ks_critical(1e6, HUGE_VAL, 0.05), 1.3581e-3, 1e-6);
}

TEST(KolmogorovSmirnov, AcceptsDrawsOfTheLawAndNoOthers) {
    constexpr std::uint32_t kDraws = 20'000;
    const std::vector<float> draws = sorted_normals(kDraws, 0.3, 2);
    EXPECT_LT(ks_distance(draws, LineLaw::normal(0.3, 2)), ks_critical(kDraws));
    EXPECT_GT(ks_distance(draws, LineLaw::normal(0.3, 2.1)), ks_critical(kDraws));
    EXPECT_GT(ks_distance(draws, LineLaw::normal(0.4, 2)), ks_critical(kDraws));
}

TEST(MomentsOfASample, HaveTheirStandardErrors) {
    const std::vector<float> values = {-1, 1, -1, 1, 3, -3};
    const Moments moments = moments_of(values);
    EXPECT_DOUBLE_EQ(moments.mean, 0);
    EXPECT_DOUBLE_EQ(moments.variance, 22.0 / 6);
    EXPECT_DOUBLE_EQ(moments.mean_error, std::sqrt(22.0 / 36));
    EXPECT_DOUBLE_EQ(moments.variance_error, std::sqrt((166.0 / 6 - 22.0 * 22 / 36) / 6));
}

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
    program.init_scale = 2;
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

/// The order of a sampler's bias where every coefficient of its noise, and of its score, is multiplied so.
double order_with(const diffusion::SamplerSettings& settings, double noise, double score) {
    const auto law_of = [&](int steps) {
        Program program = stochastic_program(settings, plane_target(), steps, 0);
        for (diffusion::Op& op : program.ops) {
            if (auto* const blend = std::get_if<Blend>(&op.instruction)) {
                for (diffusion::NoiseTerm& term : blend->noise) term.coefficient *= noise;
            }
            if (auto* const eval = std::get_if<Eval>(&op.instruction)) eval->c_out *= score;
        }
        return plane_law_after(program, settings);
    };
    return order_of_bias(law_of, plane_law());
}

TEST(OrderOfBias, IsMetByEverySamplerWhoseStepsGrowFiner) {
    int judged = 0;
    for (const diffusion::SamplerSettings& settings : stochastic_settings()) {
        if (!refines(settings)) continue;
        EXPECT_GE(order_with(settings, 1, 1), kLeastOrder) << describe(settings);
        ++judged;
    }
    EXPECT_EQ(judged, 8);
}

TEST(OrderOfBias, IsNotMetByACoefficientThatIsOffByAHundredth) {
    for (const diffusion::SamplerSettings& settings : stochastic_settings()) {
        if (!refines(settings)) continue;
        EXPECT_LT(order_with(settings, 1.01, 1), kLeastOrder) << describe(settings) << " noise";
        EXPECT_LT(order_with(settings, 1, 1.01), kLeastOrder) << describe(settings) << " score";
    }
}

// With a small scaling the state itself has a share in the estimate, which the consistency function's has not.
TEST(StochasticSettings, LetTheBoundaryConditionTell) {
    const std::vector<diffusion::SamplerSettings> all = stochastic_settings();
    const auto lcm = std::ranges::find(all, "lcm", &diffusion::SamplerSettings::name);
    ASSERT_NE(lcm, all.end());
    const auto variance = [](const diffusion::SamplerSettings& settings) {
        return plane_law_after(stochastic_program(settings, plane_target(), 10, 0), settings).covariance[0];
    };
    EXPECT_GT(std::abs(variance(*lcm) / variance({.name = "consistency"}) - 1), 0.05);
}

diffusion::GaussianMixture two_modes() {
    return diffusion::GaussianMixture(
        {{.weight = 0.6, .mean = {2}, .covariance = {0.25}}, {.weight = 0.4, .mean = {-2}, .covariance = {0.04}}});
}

// The same steps with the state, the score and every sum rounded to single precision.
TEST(PathBound, HoldsPathsInSinglePrecision) {
    const diffusion::GaussianMixture mixture = two_modes();
    const auto score = [&](double x) {
        double answer = 0;
        mixture.score({&x, 1}, {}, {&answer, 1});
        return answer;
    };
    for (const float step_size : {0.05F, 0.001F}) {
        for (std::uint32_t path = 0; path < 8; ++path) {
            double exact = 0;
            float rounded = 0;
            PathBound bound(mixture, double{step_size}, 0);
            for (std::uint32_t k = 0; k < 1000; ++k) {
                const float noise = std::sqrt(2 * step_size) * base::normal(3, path, 0, k, base::kCorrectorStream);
                exact += double{step_size} * score(exact) + double{noise};
                rounded += step_size * static_cast<float>(score(double{rounded})) + noise;
                bound.step_to(exact);
                ASSERT_LE(std::abs(double{rounded} - exact), bound.value()) << step_size << " " << path << " " << k;
                ASSERT_LT(bound.value(), 1e-3);
            }
        }
    }
}

// On one Gaussian of variance v the drift brings two paths together by 1 − τ/v a step.
TEST(PathBound, ForgetsAsTheDriftDoes) {
    const diffusion::GaussianMixture gaussian({{.weight = 1, .mean = {0}, .covariance = {1}}});
    PathBound bound(gaussian, 0.5, 4);
    double x = 4;
    for (int k = 0; k < 60; ++k) bound.step_to(x /= 2);
    EXPECT_LT(bound.value(), 1e-12);
}

TEST(Modes, AreFoundBetweenTwoPoints) {
    EXPECT_NEAR(mode_between(two_modes(), 0, 3), 2, 1e-12);
    EXPECT_NEAR(mode_between(two_modes(), -3, -1), -2, 1e-12);
}

// A new deterministic sampler must say its order of accuracy in the study.
TEST(OrdersStudy, ExpectsAnOrderOfEverySolver) {
    for (const SolverCase& solver : solver_cases()) EXPECT_TRUE(solver.expected.has_value()) << solver.settings.name;
}

TEST(OrdersStudy, CoversEveryOrderAndVariant) {
    std::vector<std::string> names;
    for (const SolverCase& solver : solver_cases()) names.push_back(describe(solver.settings));
    EXPECT_THAT(names, testing::IsSupersetOf({"ddim eta=0", "rk45", "lms order=4", "unipc order=3 variant=bh1",
                                              "gamma gamma=0 variant=exponential", "ddim_inverse order=1"}));
    EXPECT_THAT(names, testing::Not(testing::Contains("repaint")));
    EXPECT_THAT(names, testing::Not(testing::Contains("ddpm")));
}

// At these steps the next order shows in the second digit; 0.25 tells neighbours apart.
TEST(OrdersStudy, MeasuresTheOrdersOfTheTheory) {
    for (const char* name : {"ddim", "heun", "rk4"}) {
        const std::vector<SolverCase> cases = solver_cases();
        const auto solver = std::ranges::find(cases, name, [](const SolverCase& one) { return one.settings.name; });
        ASSERT_NE(solver, cases.end());
        EXPECT_NEAR(measured_order(*solver, "flow").order, *solver->expected, 0.25) << name;
    }
}

// Published figures for v = 0.01 and N(0, 1) at 1000 steps have three or four digits.
TEST(GaussianRecursion, HasTheKnownVariances) {
    EXPECT_NEAR(variance_after(WayBack::mean_only, 0.01, 1, 1000), 9.803e-5, 5e-9);
    EXPECT_NEAR(variance_after(WayBack::noise_every_step, 0.01, 1, 1000), 1.052e-2, 5e-6);
    EXPECT_NEAR(variance_after(WayBack::noise_but_last, 0.01, 1, 1000), 9.52e-3, 5e-6);
    EXPECT_NEAR(variance_after(WayBack::ddim, 0.01, 1, 1000), 8.67e-3, 5e-6);
}

TEST(GaussianRecursion, HasTheKnownLimits) {
    EXPECT_NEAR(variance_limit(WayBack::mean_only, 0.01, 1), 9.803e-5, 5e-9);
    EXPECT_NEAR(variance_limit(WayBack::noise_every_step, 0.01, 1), 9.999e-3, 5e-7);
    EXPECT_NEAR(variance_limit(WayBack::ddim, 0.01, 1), 9.901e-3, 5e-7);
    for (const WayBack way : {WayBack::noise_every_step, WayBack::ddim, WayBack::posterior_noise}) {
        EXPECT_NEAR(variance_limit(way, 0.01, 1.01), 0.01, 1e-15);
        // The recursion goes there, at the rate 1/N times log N at most.
        EXPECT_NEAR(variance_after(way, 0.01, 1.01, 1'000'000), 0.01, 1e-5);
    }
}

TEST(GaussianRecursion, KeepsTheMarginalWithPosteriorNoise) {
    for (const int steps : {1, 7, 100}) {
        EXPECT_NEAR(variance_after(WayBack::posterior_noise, 0.3, 1.3, steps), 0.3, 1e-14);
    }
}

// Twice the steps: the errors fall by 2, 8 and 4, up to the next order.
TEST(RoundTrips, MissThemselvesByTheirOrder) {
    const auto ratio = [](TripKind kind) {
        return exact_round_trip_error(kind, 200) / exact_round_trip_error(kind, 400);
    };
    EXPECT_NEAR(ratio(TripKind::first_order), 2, 0.2);
    EXPECT_NEAR(ratio(TripKind::second_order), 8, 0.4);
    EXPECT_NEAR(ratio(TripKind::one_way), 4, 0.4);
}

}  // namespace
}  // namespace scorefield::app
