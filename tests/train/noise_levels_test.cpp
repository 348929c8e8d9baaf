// What objectives ask for has the exact score as its minimiser: whatever is asked for, its mean given the state is what
// a network that is exact would say.
#include "train/noise_levels.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <random>

#include "base/error.hpp"
#include "train/normal.hpp"
#include "train/objective_case.hpp"

namespace scorefield::train {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::ThrowsMessage;

bool is_implicit(const ObjectiveCase& what) {
    const Objective objective = parse_objective(what.objective);
    return objective == Objective::ism || objective == Objective::ssm;
}

std::vector<ObjectiveCase> cases(bool implicit) {
    std::vector<ObjectiveCase> chosen;
    for (const ObjectiveCase& what : kObjectiveCases) {
        if (is_implicit(what) == implicit) chosen.push_back(what);
    }
    return chosen;
}

class RegressionLevels : public testing::TestWithParam<ObjectiveCase> {};
class ImplicitLevels : public testing::TestWithParam<ObjectiveCase> {};

std::vector<NoiseLevel> levels_of(const ObjectiveCase& what) {
    ObjectiveSettings settings;
    if (what.sigma > 0) settings.sigma = what.sigma;
    diffusion::ProcessSettings process;
    process.name = what.process;
    return noise_levels(*diffusion::make_process(process), {what.prediction}, parse_objective(what.objective),
                        settings);
}

constexpr double kVariance = 1.7;  // of Gaussian data, whose score is −x/(α²v + σ²)

/// What a network should say for the state x if its score is exact.
double exact_output(const ObjectiveCase& what, const NoiseLevel& level, double x) {
    const double noise_scale = std::hypot(level.sigma, level.sigma_step);
    const double score = -x / (level.alpha * level.alpha * kVariance + noise_scale * noise_scale);
    const diffusion::AffineForm form = diffusion::score_form(
        {what.prediction}, {.t = level.t, .at = {level.alpha, noise_scale}, .c_in = 1, .c_noise = level.t});
    return (score - form.c_skip * x) / form.c_out;
}

// For jointly Gaussian x and target, the mean of target − F(x) times x is zero for the exact F alone. Standard errors
// come from the same draws; the bound is five of them.
TEST_P(RegressionLevels, AskForWhatTheExactScoreSays) {
    const std::vector<NoiseLevel> levels = levels_of(GetParam());
    std::mt19937 random(3);
    std::normal_distribution<double> normal;
    for (const double place : {0.02, 0.3, 0.6, 0.97}) {
        const NoiseLevel& level = levels[static_cast<std::size_t>(place * static_cast<double>(levels.size()))];
        constexpr int kDraws = 20'000;
        double mean = 0;
        double square = 0;
        for (int i = 0; i < kDraws; ++i) {
            const double x0 = std::sqrt(kVariance) * normal(random);
            const double noise = normal(random);
            const double step = normal(random);
            const double x = level.alpha * x0 + level.sigma * noise + level.sigma_step * step;
            const double target = level.of_data * x0 + level.of_noise * noise + level.of_step * step;
            const double product = (target - exact_output(GetParam(), level, x)) * x;
            mean += product / kDraws;
            square += product * product / kDraws;
        }
        EXPECT_LE(std::abs(mean), 5 * std::sqrt(square / kDraws)) << "level at " << place;
    }
}

// An error of F is one of the data of D, and the loss what its formula in METHODS makes of that: SNR = (α/σ)².
TEST_P(RegressionLevels, WeighErrorsAsTheirFormulaSays) {
    const Objective objective = parse_objective(GetParam().objective);
    diffusion::ProcessSettings settings;
    settings.name = GetParam().process;
    const auto process = diffusion::make_process(settings);
    for (const NoiseLevel& level : levels_of(GetParam())) {
        const double alpha = level.alpha;
        const double sigma = std::hypot(level.sigma, level.sigma_step);
        const double snr = alpha * alpha / (sigma * sigma);
        const double data = std::pow(denoiser_form(diffusion::Parametrisation(GetParam().prediction),
                                                   {.t = level.t, .at = {alpha, sigma}, .c_in = 1, .c_noise = level.t})
                                         .c_out,
                                     2);
        double factor = 0;  // of the data's squared error
        switch (objective) {
            case Objective::simple:
            case Objective::score_ou:
                factor = snr;
                break;
            case Objective::ncsn:
            case Objective::esm:
                factor = snr / 2;
                break;
            case Objective::dsm:
                factor = snr / (sigma * sigma) / 2;
                break;
            case Objective::one_step:
                factor = snr * std::pow(level.sigma_step / sigma, 2);
                break;
            case Objective::x0:
                factor = 1;
                break;
            case Objective::v:
                factor = std::pow(alpha * alpha + sigma * sigma, 2) / (sigma * sigma);
                break;
            case Objective::flow:
                factor = std::pow((alpha + sigma) / sigma, 2);
                break;
            case Objective::min_snr:
                factor = std::min(snr, 5.0);
                break;
            case Objective::edm:
                factor = (sigma * sigma + 0.25) / (sigma * sigma * 0.25);
                break;
            case Objective::elbo:  // WeighByLikelihood has the discrete ones
                factor = process->times().discrete ? level.weight / data
                                                   : snr * process->sde(level.t).diffusion / (2 * sigma * sigma);
                break;
            case Objective::ism:
            case Objective::ssm:
                FAIL();
        }
        ASSERT_NEAR(level.weight / (factor * data), 1, 1e-9) << "t = " << level.t;
    }
}

// With h any function of x, E[σ²(h′ + s h)] = 0 holds for the exact s alone (integration by parts): the condition that
// implicit objectives, as `skip`, `out` and `spread` state them, put on the network. Here h = F's own value, so that σs
// is skip·c_in·x + out·F and its derivative by x times σ is spread·(skip + out·∂F/∂(c_in x)).
TEST_P(ImplicitLevels, StateTheScoreAndItsSlope) {
    for (const NoiseLevel& level : levels_of(GetParam())) {
        const double variance = level.alpha * level.alpha * kVariance + level.sigma * level.sigma;
        const double x = 0.8;
        const double scaled_score = level.skip * level.c_in * x + level.out * exact_output(GetParam(), level, x);
        ASSERT_NEAR(scaled_score, -level.sigma * x / variance, 1e-9 * std::max(1.0, std::abs(scaled_score)));
        // F is linear in x here: its derivative by c_in·x.
        const double slope = exact_output(GetParam(), level, 1) / level.c_in;
        const double squares = level.sigma * level.sigma / variance;  // E‖σs‖² of one coordinate
        ASSERT_NEAR(level.spread * (level.skip + level.out * slope), -squares, 1e-9 * std::max(1.0, squares));
    }
}

INSTANTIATE_TEST_SUITE_P(Objectives, RegressionLevels, testing::ValuesIn(cases(false)), name_of);
INSTANTIATE_TEST_SUITE_P(Objectives, ImplicitLevels, testing::ValuesIn(cases(true)), name_of);

TEST(NoiseLevels, WeighByLikelihood) {
    // Half the fall of the signal-to-noise ratio; of the first level that of a decoder of its own variance.
    const auto process = diffusion::make_process({});
    const auto snr = [&](double t) { return std::exp(2 * log_snr(process->marginal(t))); };
    const std::vector<NoiseLevel> levels =
        noise_levels(*process, diffusion::Prediction::x0, Objective::elbo, ObjectiveSettings{});
    ASSERT_EQ(levels.size(), 1000U);
    EXPECT_NEAR(levels[0].weight, 1 / (2 * 1e-4), 1e-6);  // β_1 = 1e-4
    for (const std::size_t t : {1U, 2U, 500U, 999U}) {
        const auto time = static_cast<double>(t);
        EXPECT_NEAR(levels[t].weight / ((snr(time - 1) - snr(time)) / 2), 1, 1e-12);
        // Ho et al. 2020, eq. 8 and 12, in terms of β and ᾱ.
        const double a = std::pow(process->marginal(time).alpha, 2);
        const double before = std::pow(process->marginal(time - 1).alpha, 2);
        const double beta = 1 - a / before;
        const double posterior = (1 - before) / (1 - a) * beta;
        EXPECT_NEAR(levels[t].weight / (beta * beta * before / (2 * posterior * (1 - a) * (1 - a))), 1, 1e-9);
    }
}

// The integral of ½‖D − x_0‖² over the signal-to-noise ratio is the same whatever the levels are even in: for squared
// errors of σ²/(1 + σ²), those of unit Gaussian data, it is known.
TEST(NoiseLevels, WeighByLikelihoodAlikeOnAnyContinuousProcess) {
    const auto sum = [](const diffusion::ProcessSettings& settings, double range) {
        const auto process = diffusion::make_process(settings);
        double mean = 0;
        const std::vector<NoiseLevel> levels =
            noise_levels(*process, diffusion::Prediction::x0, Objective::elbo, ObjectiveSettings{});
        for (const NoiseLevel& level : levels) {
            const double square = level.sigma * level.sigma;
            mean += level.weight * square / (1 + square) / static_cast<double>(levels.size());
        }
        return mean * range;
    };
    // Levels even in log σ and in t, of which log σ is log(σ_max/σ_min) t.
    const double edm = sum({.name = "edm", .sigma_min = 0.01, .sigma_max = 50}, std::log(5000));
    const double ve = sum({.name = "ve", .sigma_min = 0.01, .sigma_max = 50}, 1);
    // ∫ σ⁻²·σ²/(1 + σ²) dσ/σ = ½ log of (σ²/(1 + σ²)) between the ends.
    const auto exact = [](double sigma) { return std::log(sigma * sigma / (1 + sigma * sigma)) / 2; };
    EXPECT_NEAR(edm / (exact(50) - exact(0.01)), 1, 1e-3);
    EXPECT_NEAR(ve / (exact(50) - exact(0.01)), 1, 1e-3);
}

TEST(NoiseLevels, WeighByTheLesserOfSnrAndGamma) {
    const auto process = diffusion::make_process({});
    ObjectiveSettings settings;
    settings.gamma = 3;
    const auto weights = [&](diffusion::Prediction prediction) {
        return noise_levels(*process, prediction, Objective::min_snr, settings);
    };
    for (const std::size_t t : {0U, 100U, 400U, 999U}) {
        const double snr = std::exp(2 * log_snr(process->marginal(static_cast<double>(t))));
        const double least = std::min(snr, 3.0);
        EXPECT_NEAR(weights(diffusion::Prediction::x0)[t].weight / least, 1, 1e-9);
        EXPECT_NEAR(weights(diffusion::Prediction::epsilon)[t].weight / (least / snr), 1, 1e-9);
        EXPECT_NEAR(weights(diffusion::Prediction::v)[t].weight / (least / (snr + 1)), 1, 1e-9);
    }
}

std::vector<double> logarithms_of_edm(const diffusion::ProcessSettings& settings) {
    const auto process = diffusion::make_process(settings);
    std::vector<double> logarithms;
    for (const NoiseLevel& level :
         noise_levels(*process, diffusion::Prediction::edm, Objective::edm, ObjectiveSettings{})) {
        logarithms.push_back(std::log(level.sigma / level.alpha));
        EXPECT_NEAR(level.weight, 1, 1e-9);  // what its preconditioning is for
    }
    std::ranges::sort(logarithms);
    return logarithms;
}

TEST(NoiseLevels, OfEdmAreNormalInTheLogarithm) {
    const std::vector<double> logarithms = logarithms_of_edm({.name = "edm"});
    ASSERT_EQ(logarithms.size(), 4096U);
    // All but the outermost 16 on either side. The range of the process, 0.002 to 80, cuts off 1e-5 of the
    // distribution.
    double largest = 0;
    for (std::size_t i = 16; i < 4096 - 16; ++i) {
        const double below = (static_cast<double>(i) + 0.5) / 4096;
        largest = std::max(largest, std::abs(normal_probability((logarithms[i] + 1.2) / 1.2) - below));
    }
    EXPECT_LT(largest, 2e-5);
}

// Samplers start at the end of the process: σ/α = 80, 150, and 1e4 where no signal is left.
TEST(NoiseLevels, OfEdmReachTheEndsOfTheProcess) {
    for (const char* name : {"edm", "vp", "subvp", "ve", "flow"}) {
        SCOPED_TRACE(name);
        const std::vector<double> logarithms = logarithms_of_edm({.name = name});
        const auto process = diffusion::make_process({.name = name});
        const auto end = [&](double t) {
            const diffusion::Marginal at = process->marginal(t);
            return std::min(std::log(at.sigma / at.alpha), std::log(1e4));
        };
        EXPECT_NEAR(logarithms.front(), end(process->times().lowest_noisy), 1e-6);
        EXPECT_NEAR(logarithms.back(), end(process->times().highest), 1e-6);
        for (std::size_t i = 1; i < logarithms.size(); ++i) ASSERT_LT(logarithms[i] - logarithms[i - 1], 0.5);
    }
}

TEST(NoiseLevels, LeaveOutWhereTheObjectiveIsInfinite) {
    diffusion::ProcessSettings settings;
    settings.schedule = "cosine_seed";
    settings.horizon = 40;
    const auto process = diffusion::make_process(settings);
    using diffusion::Prediction;
    const auto count = [&](Prediction prediction, Objective objective) {
        return noise_levels(*process, prediction, objective, ObjectiveSettings{}).size();
    };
    EXPECT_EQ(count(Prediction::epsilon, Objective::simple), 40U);
    EXPECT_EQ(count(Prediction::score, Objective::dsm), 39U);
    EXPECT_EQ(count(Prediction::x0, Objective::simple), 39U);
}

// The least of SNR and gamma is gamma where there is no noise: of the data's error, which is F's here.
TEST(NoiseLevels, WeighByGammaWhereThereIsNoNoise) {
    diffusion::ProcessSettings settings;
    settings.schedule = "cosine_seed";
    settings.horizon = 40;
    const std::vector<NoiseLevel> levels = noise_levels(*diffusion::make_process(settings), diffusion::Prediction::x0,
                                                        Objective::min_snr, ObjectiveSettings{});
    ASSERT_EQ(levels.size(), 40U);
    EXPECT_EQ(levels[0].sigma, 0);
    EXPECT_NEAR(levels[0].weight, 5, 1e-12);
}

TEST(NoiseLevels, OfEdmAreRefusedWhereTheProcessHasHardlyAnyOfThem) {
    const auto process = diffusion::make_process({.name = "edm"});
    const auto levels = [&](double mean, double deviation) {
        ObjectiveSettings settings;
        settings.log_sigma_mean = mean;
        settings.log_sigma_deviation = deviation;
        return noise_levels(*process, diffusion::Prediction::edm, Objective::edm, settings).size();
    };
    // ln 0.002 = −6.21, ln 80 = 4.38; beyond 2.33 deviations lies 1 %.
    using Normal = std::pair<double, double>;
    for (const auto& normal : {Normal{20, 1.2}, {-20, 1.2}, {4.38 + 2.4 * 1.2, 1.2}, {-6.21 - 2.4 * 0.1, 0.1}}) {
        const auto made = [&] { levels(normal.first, normal.second); };
        EXPECT_THAT(made, ThrowsMessage<base::Error>(
                              AllOf(HasSubstr("`objective.log_sigma_mean`"), HasSubstr("from -6.21 to 4.38"))))
            << normal.first;
    }
    EXPECT_EQ(levels(4.38 + 2.2 * 1.2, 1.2), 4096U);
    EXPECT_EQ(levels(-6.21 - 2.2 * 0.1, 0.1), 4096U);
    EXPECT_EQ(levels(0, 20), 4096U);
}

TEST(NoiseLevels, OfASingleRatioAreRefusedWhereTheProcessNeverHasIt) {
    const auto process = diffusion::make_process({.name = "ve"});
    ObjectiveSettings settings;
    settings.sigma = 0.5;
    const std::vector<NoiseLevel> levels =
        noise_levels(*process, diffusion::Prediction::score, Objective::dsm, settings);
    ASSERT_EQ(levels.size(), 1U);
    EXPECT_NEAR(levels[0].sigma, 0.5, 1e-12);
    settings.sigma = 1000;
    EXPECT_THAT([&] { noise_levels(*process, diffusion::Prediction::score, Objective::dsm, settings); },
                ThrowsMessage<base::Error>(HasSubstr("`objective.sigma`")));
}

}  // namespace
}  // namespace scorefield::train
