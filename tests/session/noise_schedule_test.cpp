#include "session/noise_schedule.hpp"

#include <gmock/gmock.h>

#include <cmath>
#include <functional>
#include <map>
#include <numbers>
#include <string>

#include "diffusion/sampler.hpp"
#include "diffusion/spacing.hpp"
#include "sample/build_program.hpp"

namespace scorefield::session {
namespace {

using diffusion::NoiseProcess;
using diffusion::ProcessSettings;

/// The schedule of a sampler in `steps` steps. The prediction x0 has a form at every level.
NoiseSchedule schedule_of(const ProcessSettings& settings, const diffusion::SamplerSettings& sampler, int steps,
                          diffusion::Prediction prediction = diffusion::Prediction::x0) {
    const auto process = diffusion::make_process(settings);
    const diffusion::Parametrisation parametrisation = prediction;
    const auto grid = diffusion::grid_in_direction(diffusion::make_time_grid(process, {}, steps), sampler.name);
    return noise_schedule(*process, parametrisation, diffusion::compile_program(grid, parametrisation, sampler));
}

std::vector<ProcessSettings> every_process() {
    std::vector<ProcessSettings> all;
    for (const diffusion::ProcessInfo& info : diffusion::processes()) all.push_back({.name = std::string(info.name)});
    for (const std::string_view schedule : diffusion::kBetaSchedules) {
        all.push_back({.schedule = std::string(schedule), .horizon = 40});
    }
    all.push_back({.schedule = "linear", .horizon = 40, .zero_snr = true});
    all.push_back({.schedule = "linear", .horizon = 5000});
    return all;
}

void expect_same(double a, double b, const std::string& what) {
    EXPECT_TRUE(a == b || (std::isnan(a) && std::isnan(b))) << what << ": " << a << " and " << b;
}

TEST(NoiseSchedule, HasTheScalesOfEveryProcess) {
    for (const ProcessSettings& settings : every_process()) {
        const auto process = diffusion::make_process(settings);
        const NoiseSchedule schedule = schedule_of(settings, {}, 10);
        const LevelColumns& levels = schedule.levels;
        const std::string name = settings.name + " " + settings.schedule;
        EXPECT_EQ(schedule.process, settings.name);
        ASSERT_GE(levels.size(), 40U) << name;
        EXPECT_LE(levels.size(), 1201U) << name;
        EXPECT_EQ(levels.t.front(), process->times().lowest) << name;
        EXPECT_EQ(levels.t.back(), process->times().highest) << name;
        for (std::size_t i = 0; i < levels.size(); ++i) {
            const double t = levels.t[i];
            if (i > 0) {
                EXPECT_LT(levels.t[i - 1], t) << name;
            }
            const diffusion::Marginal at = process->marginal(t);
            EXPECT_EQ(levels.alpha[i], at.alpha) << name;
            EXPECT_EQ(levels.sigma[i], at.sigma) << name;
            expect_same(levels.log_snr[i], diffusion::log_snr(at), name);
            if (process->times().discrete) {
                EXPECT_EQ(t, std::floor(t)) << name;
                EXPECT_EQ(levels.beta[i], 1 - process->corrector_scale(t, 1)) << name;
                EXPECT_TRUE(std::isnan(levels.drift[i]) && std::isnan(levels.diffusion[i])) << name;
            } else {
                expect_same(levels.drift[i], process->sde(t).drift, name);
                expect_same(levels.diffusion[i], process->sde(t).diffusion, name);
                EXPECT_TRUE(std::isnan(levels.beta[i])) << name;
            }
        }
    }
}

// METHODS, section 1: the closed forms of alpha and sigma with the default parameters. In double precision the formulas
// differ by a few roundings of exp, or of log in λ.
TEST(NoiseSchedule, HasTheClosedFormsOfTheLiterature) {
    const auto vp = [](double t) { return std::exp(-0.5 * (0.1 * t + 0.5 * (20 - 0.1) * t * t)); };
    using Scales = std::function<diffusion::Marginal(double)>;
    const std::map<std::string, Scales> forms = {
        {"vp",
         [&](double t) {
             return diffusion::Marginal{vp(t), std::sqrt(1 - vp(t) * vp(t))};
         }},
        {"subvp",
         [&](double t) {
             return diffusion::Marginal{vp(t), 1 - vp(t) * vp(t)};
         }},
        {"edm",
         [](double t) {
             return diffusion::Marginal{1, t};
         }},
        {"flow",
         [](double t) {
             return diffusion::Marginal{1 - t, t};
         }},
        {"additive",
         [](double t) {
             return diffusion::Marginal{1, std::sqrt(t)};
         }},
    };
    for (const auto& [name, scales] : forms) {
        const LevelColumns levels = schedule_of({.name = name}, {}, 10).levels;
        for (std::size_t i = 0; i < levels.size(); ++i) {
            const diffusion::Marginal at = scales(levels.t[i]);
            EXPECT_NEAR(levels.alpha[i], at.alpha, 1e-12) << name << " at " << levels.t[i];
            EXPECT_NEAR(levels.sigma[i], at.sigma, 1e-12 * (1 + at.sigma)) << name << " at " << levels.t[i];
        }
    }
}

// Ho et al. 2020: T values of β evenly from 1e-4 to 0.02. ᾱ_t of t = 999 is 4e-5, whose quotient errs by rounding only.
TEST(NoiseSchedule, HasTheBetasOfDdpm) {
    const LevelColumns levels = schedule_of({}, {}, 10).levels;
    ASSERT_EQ(levels.size(), 1000U);
    for (std::size_t t = 0; t < levels.size(); ++t) {
        EXPECT_NEAR(levels.beta[t], std::lerp(1e-4, 0.02, static_cast<double>(t) / 999), 1e-13);
    }
}

// METHODS, section 8: ᾱ_k = f(k)/f(0), f(k) = cos²(π/2·(k/T+s)/(1+s)), T = 40, s = 0.008: without noise at k = 0.
TEST(NoiseSchedule, HasTheCosineOfTheSeedExperiment) {
    const LevelColumns levels = schedule_of({.schedule = "cosine_seed", .horizon = 40}, {}, 10).levels;
    const auto f = [](double k) { return std::pow(std::cos(std::numbers::pi / 2 * (k / 40 + 0.008) / 1.008), 2); };
    ASSERT_EQ(levels.size(), 40U);
    for (std::size_t k = 0; k < 40; ++k) {
        const double alpha = std::sqrt(f(static_cast<double>(k)) / f(0));
        EXPECT_NEAR(levels.alpha[k], alpha, 1e-14);
        if (k > 0) {
            EXPECT_NEAR(levels.log_snr[k], std::log(alpha / std::sqrt(1 - alpha * alpha)), 1e-12);
        }
    }
    EXPECT_EQ(levels.log_snr[0], HUGE_VAL);
}

// METHODS, section 7: weights of x_t and x_0 with 1−β = 0.9, printed with four digits; their t counts from 1.
TEST(NoiseSchedule, HasThePosteriorWeightsOfAncestralSampling) {
    for (const char* form : {"epsilon", "x0"}) {
        const NoiseSchedule schedule = schedule_of({.schedule = "constant", .horizon = 50, .beta = 0.1},
                                                   {.name = "ddpm", .form = form}, 50, diffusion::Prediction::epsilon);
        ASSERT_EQ(schedule.weights.size(), 50U);
        struct Row {
            std::size_t t;
            double of_state, of_data;
        };
        for (const auto& [t, of_state, of_data] :
             {Row{1, 0, 1}, Row{2, 0.4993, 0.4993}, Row{10, 0.8923, 0.0956}, Row{50, 0.9481, 0.0076}}) {
            const UpdateWeights& weights = schedule.weights.at(50 - t);
            EXPECT_EQ(weights.from.t, static_cast<double>(t) - 1);
            EXPECT_NEAR(weights.of_state, of_state, 5.1e-5) << form << " t " << t;
            EXPECT_NEAR(weights.of_data, of_data, 5.1e-5) << form << " t " << t;
        }
    }
}

// Ho et al. 2020, eq. 7, for any α and σ: with α_ts = α_t/α_s, the mean of q(x_s | x_t, x_0) has the weights
// α_ts σ_s²/σ_t² and α_s(σ_t² − α_ts²σ_s²)/σ_t². The program's coefficients are sums that cancel: 1e-9 of their size.
TEST(NoiseSchedule, HasThePosteriorWeightsOfEveryProcess) {
    for (const ProcessSettings& settings : every_process()) {
        for (const diffusion::SamplerSettings& sampler :
             {diffusion::SamplerSettings{.name = "ddpm"}, diffusion::SamplerSettings{.name = "ddim", .eta = 1}}) {
            const NoiseSchedule schedule = schedule_of(settings, sampler, 8);
            const std::string name = settings.name + " " + settings.schedule + " " + sampler.name;
            ASSERT_EQ(schedule.weights.size(), 8U) << name;
            for (std::size_t k = 0; k < 8; ++k) {
                const RunState& from = schedule.states[k];
                const RunState& to = schedule.states[k + 1];
                const double ratio = from.alpha / to.alpha;
                const double variance = from.sigma * from.sigma;
                const double left = to.sigma * to.sigma;
                EXPECT_NEAR(schedule.weights[k].of_state, ratio * left / variance, 1e-9) << name << " step " << k;
                EXPECT_NEAR(schedule.weights[k].of_data, to.alpha * (variance - ratio * ratio * left) / variance, 1e-9)
                    << name << " step " << k;
            }
        }
    }
}

TEST(NoiseSchedule, HasNoWeightsWhereAStepIsNoSuchSum) {
    EXPECT_TRUE(schedule_of({}, {.name = "heun"}, 8).weights.empty());
    EXPECT_TRUE(schedule_of({}, {.name = "dpmpp_2m"}, 8).weights.empty());
    EXPECT_EQ(schedule_of({}, {.name = "ddim"}, 8).weights.size(), 8U);
}

TEST(NoiseSchedule, GoesAlongTheRunFromStateToState) {
    const NoiseSchedule schedule = schedule_of({.name = "vp"}, {}, 4);
    const LevelColumns& run = schedule.run;
    ASSERT_EQ(run.size(), 3 * 8 + 2U);
    for (std::size_t i = 0; i < run.size(); ++i) {
        if (i > 0) {
            EXPECT_GT(run.step[i], run.step[i - 1]);
        }
        if (i > 0) {
            EXPECT_LT(run.sigma[i], run.sigma[i - 1]);
        }
    }
    for (std::size_t k = 0; k < 4; ++k) {
        EXPECT_EQ(run.t[8 * k], schedule.states[k].t);
        EXPECT_EQ(run.alpha[8 * k], schedule.states[k].alpha);
    }
    // The clean state is no time of the process; its λ is infinite.
    EXPECT_TRUE(std::isnan(run.t.back()));
    EXPECT_EQ(run.step.back(), 4);
    EXPECT_EQ(run.log_snr.back(), HUGE_VAL);
    ASSERT_EQ(schedule.evaluations.size(), 4U);
    EXPECT_THAT(schedule.evaluations.step, testing::ElementsAre(0, 1, 2, 3));
}

TEST(NoiseSchedule, PlacesEvaluationsAheadOfTheState) {
    const NoiseSchedule schedule = schedule_of({.name = "vp"}, {.name = "heun"}, 3);
    // The last step goes to the clean state, by Euler's method.
    EXPECT_THAT(schedule.evaluations.step, testing::ElementsAre(0, 1, 1, 2, 2));
}

TEST(NoiseSchedule, FollowsRunsTowardsTheNoise) {
    const NoiseSchedule schedule = schedule_of({.name = "vp"}, {.name = "ddim_inverse"}, 6);
    EXPECT_FALSE(schedule.states.back().is_result);
    ASSERT_GT(schedule.run.size(), 6U);
    EXPECT_GT(schedule.run.sigma.back(), schedule.run.sigma.front());
    EXPECT_EQ(schedule.run.step.back(), 6);
}

TEST(NoiseSchedule, HasOneStep) {
    const NoiseSchedule schedule = schedule_of({}, {}, 1);
    EXPECT_THAT(schedule.run.step, testing::ElementsAre(0, 1));
    EXPECT_EQ(schedule.evaluations.size(), 1U);
    EXPECT_EQ(schedule.weights.size(), 1U);
}

TEST(NoiseSchedule, StaysAtTheLevelOfLangevin) {
    const NoiseSchedule schedule = schedule_of({}, {.name = "langevin"}, 12);
    ASSERT_EQ(schedule.evaluations.size(), 12U);
    for (const double t : schedule.evaluations.t) EXPECT_EQ(t, schedule.evaluations.t.front());
    for (const double step : schedule.evaluations.step) EXPECT_TRUE(std::isfinite(step));
    for (const double step : schedule.run.step) EXPECT_EQ(step, std::floor(step));
}

TEST(NoiseSchedule, ShowsTheProcessOfAProgramWithoutEvaluations) {
    const diffusion::Program chain = sample::read_program(std::string(sample::kChainProgram));
    const NoiseSchedule schedule = noise_schedule(*diffusion::make_process({}), {}, chain);
    EXPECT_EQ(schedule.levels.size(), 1000U);
    EXPECT_EQ(schedule.run.size(), 0U);
    EXPECT_EQ(schedule.evaluations.size(), 0U);
    EXPECT_TRUE(schedule.weights.empty());
    EXPECT_EQ(schedule_csv(schedule), "step,t,alpha,sigma,log_snr,beta\n");
}

TEST(NoiseSchedule, WritesTheStatesAsCsv) {
    const NoiseSchedule schedule =
        schedule_of({.schedule = "constant", .horizon = 2, .beta = 0.75}, {.name = "ddpm"}, 2);
    // ᾱ: ¼, 1/16; α: ½, ¼. The first step's weights: α_ts σ_s²/σ_t² = ½·¾/(15/16) and ½·¾/(15/16).
    const std::string csv = schedule_csv(schedule);
    EXPECT_THAT(csv, testing::StartsWith("step,t,alpha,sigma,log_snr,beta,weight_state,weight_data\n0,1,0.25,"));
    EXPECT_THAT(csv, testing::HasSubstr("\n1,0,0.5,"));
    EXPECT_THAT(csv, testing::EndsWith("\n2,,1,0,inf,,,\n"));
    EXPECT_EQ(std::ranges::count(csv, '\n'), 4);
    EXPECT_NEAR(schedule.weights[0].of_state, 0.4, 1e-12);
    EXPECT_NEAR(schedule.weights[0].of_data, 0.4, 1e-12);
}

TEST(NoiseSchedule, WritesTheCoefficientsOfContinuousProcesses) {
    EXPECT_THAT(schedule_csv(schedule_of({.name = "edm"}, {.name = "heun"}, 3)),
                testing::StartsWith("step,t,alpha,sigma,log_snr,drift,diffusion\n0,80,1,80,"));
}

}  // namespace
}  // namespace scorefield::session
