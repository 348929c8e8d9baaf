#include "diffusion/spacing.hpp"

#include <gmock/gmock.h>

#include <cmath>
#include <numbers>

#include "diffusion/automatic_spacing.hpp"
#include "diffusion/beta_quantile.hpp"
#include "diffusion/sampler.hpp"
#include "support.hpp"

namespace scorefield::diffusion {
namespace {

using testing_support::linear;

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;
using testing_support::error_of;
using testing_support::FunctionSource;
using testing_support::times_of;

std::shared_ptr<const NoiseProcess> cosine_seed() {
    return make_process({.schedule = "cosine_seed"});
}

std::vector<double> times(const std::shared_ptr<const NoiseProcess>& process, const SpacingSettings& settings,
                          int steps) {
    return times_of(make_time_grid(process, settings, steps));
}

std::vector<double> ratios(const TimeGrid& grid) {
    std::vector<double> values;
    for (const Step& step : grid.steps()) values.push_back(step.from.at.sigma / step.from.at.alpha);
    return values;
}

/// Σ (i+1)·t_i: tells any two sequences of one length apart that differ in one place.
double fingerprint(const std::vector<double>& times) {
    double sum = 0;
    for (std::size_t i = 0; i < times.size(); ++i) sum += static_cast<double>(i + 1) * times[i];
    return sum;
}

// Expected: NumPy, np.linspace(999, 0, N+1).round()[:-1] and the formulas of diffusers' DDIMScheduler. With 6 and 48
// steps halves occur: 832.5 → 832, and 62.5, which arange meets as 62.50000000000011.
TEST(Spacing, MatchesNumpyToTheLastHalf) {
    EXPECT_THAT(times(linear(), {.name = "even"}, 6), ElementsAre(999, 832, 666, 500, 333, 166));
    EXPECT_THAT(times(linear(), {.name = "trailing"}, 6), ElementsAre(999, 832, 666, 499, 332, 166));
    EXPECT_THAT(times(linear(), {.name = "leading"}, 6), ElementsAre(830, 664, 498, 332, 166, 0));
    EXPECT_THAT(times(linear(), {.name = "leading", .offset = 1}, 6), ElementsAre(831, 665, 499, 333, 167, 1));
    EXPECT_THAT(times(linear(), {.name = "linspace"}, 6), ElementsAre(999, 799, 599, 400, 200, 0));
    EXPECT_EQ(fingerprint(times(linear(), {.name = "even"}, 50)), 441675);
    EXPECT_EQ(fingerprint(times(linear(), {.name = "trailing"}, 50)), 440725);
    EXPECT_EQ(fingerprint(times(linear(), {.name = "leading"}, 50)), 416500);
    EXPECT_EQ(fingerprint(times(linear(), {.name = "linspace"}, 50)), 424561);
    EXPECT_EQ(fingerprint(times(linear(), {.name = "even"}, 999)), 166666500);
    const std::vector<double> trailing = times(linear(), {.name = "trailing"}, 48);
    EXPECT_THAT(std::vector(trailing.begin(), trailing.begin() + 7), ElementsAre(999, 978, 957, 936, 916, 895, 874));
    EXPECT_THAT(std::vector(trailing.end() - 4, trailing.end()), ElementsAre(82, 61, 41, 20));
}

// The last step goes to level 0 in place of the clean state: what ends there has one level less to evaluate.
TEST(Spacing, EndsWithNoiseIfAsked) {
    const auto expect = [](const SpacingSettings& settings, int steps, const testing::Matcher<std::vector<double>>& m) {
        const TimeGrid grid = make_time_grid(linear(), settings, steps);
        EXPECT_THAT(times_of(grid), m) << settings.name;
        EXPECT_EQ(grid.steps().back().to.t, 0) << settings.name;
        EXPECT_EQ(grid.steps().back().to.at, linear()->marginal(0)) << settings.name;
    };
    expect({.name = "even", .final = "sigma_min"}, 6, ElementsAre(999, 832, 666, 500, 333, 166));
    expect({.name = "trailing", .final = "sigma_min"}, 6, ElementsAre(999, 832, 666, 499, 332, 166));
    expect({.name = "linspace", .final = "sigma_min"}, 5, ElementsAre(999, 799, 599, 400, 200));
    expect({.name = "leading", .final = "sigma_min"}, 5, ElementsAre(830, 664, 498, 332, 166));
    expect({.name = "leading", .final = "sigma_min", .offset = 2}, 5, ElementsAre(832, 666, 500, 334, 168));
    const TimeGrid clean = make_time_grid(linear(), {.final = "zero"}, 6);
    EXPECT_TRUE(clean.steps().back().last());
    const TimeGrid seed = make_time_grid(cosine_seed(), {.final = "sigma_min"}, 38);
    EXPECT_EQ(seed.steps().back().from.t, 2);
    EXPECT_EQ(seed.steps().back().to.t, 1);
    const TimeGrid flow = make_time_grid(make_process({.name = "flow"}), {.final = "sigma_min"}, 4);
    EXPECT_THAT(times_of(flow), testing::Pointwise(testing::DoubleNear(1e-15), {1.0, 0.75025, 0.5005, 0.25075}));
    EXPECT_EQ(flow.steps().back().to.t, 1e-3);
}

TEST(Spacing, CosineSeedEndsAboveZero) {
    EXPECT_THAT(times(cosine_seed(), {}, 10), ElementsAre(39, 35, 31, 27, 23, 20, 16, 12, 8, 4));
    for (const char* name : {"even", "linspace", "leading", "trailing"}) {
        const std::vector<double> all = times(cosine_seed(), {.name = name}, 39);
        for (std::size_t i = 0; i < 39; ++i) EXPECT_EQ(all[i], 39 - static_cast<double>(i)) << name;
    }
}

TEST(Spacing, VisitsEveryTimeOnceWhereAsked) {
    for (const char* name : {"even", "linspace", "leading", "trailing"}) {
        const std::vector<double> all = times(linear(), {.name = name}, 1000);
        for (std::size_t i = 0; i < 1000; ++i) ASSERT_EQ(all[i], 999 - static_cast<double>(i)) << name;
    }
}

// Karras et al. 2022, eq. 5, computed by NumPy: (80^(1/7) + i/4·(0.002^(1/7) − 80^(1/7)))^7.
TEST(Spacing, KarrasIsThePublishedOne) {
    const auto edm = make_process({.name = "edm"});
    const std::vector<double> expected = {80, 17.52783196464411, 2.515218976147159, 0.16975275626876413, 0.002};
    const std::vector<double> found = times(edm, {.name = "karras"}, 5);
    ASSERT_THAT(found, SizeIs(5));
    for (std::size_t i = 0; i < 5; ++i) EXPECT_NEAR(found[i] / expected[i], 1, 1e-13) << i;
    EXPECT_TRUE(make_time_grid(edm, {.name = "karras"}, 5).steps().back().last());
    // ρ = 1 is even.
    EXPECT_NEAR(times(edm, {.name = "karras", .rho = 1}, 3)[1], 40.001, 1e-12);
    const TimeGrid noisy = make_time_grid(edm, {.name = "karras", .final = "sigma_min"}, 4);
    for (std::size_t i = 0; i < 4; ++i) EXPECT_NEAR(noisy.steps()[i].from.t / expected[i], 1, 1e-13) << i;
    EXPECT_EQ(noisy.steps().back().to.t, 0.002);
}

// σ/α falls by one factor from step to step, which is λ growing by one amount. λ has an error of a few roundings, and
// the times of ddpm add theirs, 1e-13 of a level.
TEST(Spacing, ExponentialAndLambdaAreGeometric) {
    for (const char* process : {"ddpm", "vp", "subvp", "ve", "ou", "additive", "edm"}) {
        for (const char* name : {"exponential", "lambda"}) {
            const TimeGrid grid = make_time_grid(make_process({.name = process}), {.name = name}, 7);
            const std::vector<double> values = ratios(grid);
            for (std::size_t i = 2; i < values.size(); ++i) {
                EXPECT_NEAR(values[i] / values[i - 1] / (values[1] / values[0]), 1, 1e-11) << process << " " << name;
            }
            const TimeRange range = grid.process().times();
            EXPECT_EQ(grid.steps().front().from.t, range.highest) << process;
            EXPECT_EQ(grid.steps().back().from.t, range.lowest_noisy) << process;
        }
    }
}

// Σ|x| in double precision of the public diffusers library (commit 58eb52c): 768 start values i/768 through a model
// that returns s·t/(t+1), with EulerDiscreteScheduler (which is DDIM) and HeunDiscreteScheduler, ten steps spaced by
// use_karras_sigmas, use_exponential_sigmas and use_beta_sigmas. They start at the largest σ/α times the start values;
// everything is linear in them. Printed with twelve digits.
TEST(Spacing, MeetsThePublicLibraryOnDdpm) {
    struct Row {
        const char* sampler;
        const char* spacing;
        double sum;
    };
    const FunctionSource model(1, [](double scaled, const Eval& at) { return scaled * at.c_noise / (at.c_noise + 1); });
    const ScoreSource* const sources[] = {&model};
    std::vector<double> start;
    for (int i = 0; i < 768; ++i) start.push_back(i / 768.0);
    for (const Row& row : {Row{"ddim", "karras", 160.3035064}, Row{"ddim", "exponential", 166.009882759},
                           Row{"heun", "beta", 1456.01113977}}) {
        const TimeGrid grid = make_time_grid(linear(), {.name = row.spacing}, 10);
        const Program program = compile_program(grid, Prediction::epsilon, {.name = row.sampler});
        double sum = 0;
        for (const double x : interpret(program, sources, start, 0, {0, 768})) sum += std::abs(x);
        EXPECT_NEAR(grid.steps().front().from.at.sigma * sum / row.sum, 1, 1e-9) << row.spacing;
    }
}

TEST(Spacing, FlowSpacesItsTimeAsItsNoise) {
    const auto flow = make_process({.name = "flow"});
    const std::vector<double> found = times(flow, {.name = "exponential"}, 4);
    ASSERT_THAT(found, SizeIs(4));
    for (std::size_t i = 0; i < 4; ++i) EXPECT_NEAR(found[i], std::pow(10, -static_cast<double>(i)), 1e-15);
    EXPECT_THAT(times(flow, {.name = "even"}, 4), ElementsAre(1, 0.75, 0.5, 0.25));
    EXPECT_THAT(times(flow, {.name = "linspace"}, 1), ElementsAre(1));
}

// Beta(½, ½) has the quantiles sin²(πp/2): probabilities 1, ⅔, ⅓, 0.
TEST(Spacing, BetaTakesQuantiles) {
    const auto ve = make_process({.name = "ve", .sigma_min = 1, .sigma_max = 5});
    const TimeGrid grid = make_time_grid(ve, {.name = "beta", .beta_alpha = 0.5, .beta_beta = 0.5}, 4);
    const std::vector<double> values = ratios(grid);
    EXPECT_NEAR(values[0], 5, 1e-13);
    EXPECT_NEAR(values[1], 1 + 4 * 0.75, 1e-13);
    EXPECT_NEAR(values[2], 1 + 4 * 0.25, 1e-13);
    EXPECT_NEAR(values[3], 1, 1e-13);
    // Beta(2, 1) has the quantiles √p: told from Beta(1, 2).
    EXPECT_NEAR(ratios(make_time_grid(ve, {.name = "beta", .beta_alpha = 2, .beta_beta = 1}, 3))[1],
                1 + 4 * std::sqrt(0.5), 1e-13);
}

TEST(Spacing, QuadraticIsEvenInTheRootOfTime) {
    EXPECT_THAT(times(make_process({.name = "edm", .sigma_min = 1, .sigma_max = 25}), {.name = "quadratic"}, 5),
                testing::Pointwise(testing::DoubleNear(1e-13), {25.0, 16.0, 9.0, 4.0, 1.0}));
    EXPECT_THAT(times(make_process({.horizon = 82}), {.name = "quadratic"}, 4),
                testing::Pointwise(testing::DoubleNear(1e-12), {81.0, 36.0, 9.0, 0.0}));
}

TEST(Spacing, AdditiveTakesUniformStepsToTimeZero) {
    EXPECT_THAT(times(make_process({.name = "additive", .horizon = 2}), {}, 4), ElementsAre(2, 1.5, 1, 0.5));
    EXPECT_EQ(times(make_process({.name = "additive"}), {}, 100'000).back(), 1 - 99'999 * 1e-5);
}

TEST(Spacing, IsStrictlyDecreasingForEveryNumberOfSteps) {
    const std::vector<ProcessSettings> all = {{},
                                              {.schedule = "cosine"},
                                              {.schedule = "cosine_seed"},
                                              {.name = "vp"},
                                              {.name = "ve"},
                                              {.name = "additive"},
                                              {.name = "edm"},
                                              {.name = "flow"}};
    for (const ProcessSettings& settings : all) {
        const auto process = make_process(settings);
        const TimeRange range = process->times();
        for (const std::string_view name : kSpacings) {
            if (settings.name == "flow" && name == "lambda") continue;
            if (!range.discrete && (name == "leading" || name == "trailing")) continue;
            for (const char* final : {"zero", "sigma_min"}) {
                const int levels = static_cast<int>(range.highest - range.lowest_noisy);
                // Rounded, trailing ends on the lowest level itself where there are more.
                const bool early = name == "trailing" && final == std::string("sigma_min");
                const int most = !range.discrete ? 300 : early ? levels / 2 : levels;
                // One step of these would be at the lowest level.
                const bool low = range.discrete && (name == "linspace" || name == "leading");
                const int least = low && final == std::string("zero") ? 2 : 1;
                for (int steps = least; steps <= most; steps += 1 + steps / 10) {
                    const TimeGrid grid = make_time_grid(process, {.name = std::string(name), .final = final}, steps);
                    ASSERT_THAT(grid.steps(), SizeIs(steps)) << name;
                    for (const Step& step : grid.steps()) {
                        ASSERT_GE(step.from.t, range.lowest) << settings.name << " " << name << " " << steps;
                        ASSERT_LE(step.from.t, range.highest) << settings.name << " " << name << " " << steps;
                        ASSERT_GT(step.from.at.sigma, 0) << settings.name << " " << name << " " << steps;
                        ASSERT_LT(step.to.t, step.from.t + (step.last() ? 1 : 0)) << settings.name << " " << name;
                    }
                    ASSERT_EQ(grid.steps().back().last(), final == std::string("zero"));
                }
            }
        }
    }
}

// cosine ends at alpha = 5e-5, flow at 0; linear's 0.00635 is enough.
TEST(Spacing, StartsWhereEnoughSignalIsLeft) {
    const auto cosine = make_process({.schedule = "cosine"});
    const double first = times(cosine, {.name = "quadratic", .least_alpha = 0.005}, 20).front();
    EXPECT_GE(cosine->marginal(first).alpha, 0.005);
    EXPECT_LT(cosine->marginal(first + 1).alpha, 0.005);
    const auto flow = make_process({.name = "flow"});
    EXPECT_NEAR(times(flow, {.name = "even", .least_alpha = 0.005}, 4).front(), 0.995, 1e-9);
    EXPECT_EQ(error_of([&] { make_time_grid(flow, {.name = "lambda", .least_alpha = 0.005}, 4); }), "no error");
    EXPECT_EQ(times(linear(), {.name = "karras", .least_alpha = 0.005}, 4), times(linear(), {.name = "karras"}, 4));
    const auto edm = make_process({.name = "edm"});
    EXPECT_EQ(times(edm, {.name = "karras", .least_alpha = 0.005}, 4), times(edm, {.name = "karras"}, 4));
}

TEST(AutomaticSpacing, StartsWhereTheSamplerHasEnoughSignal) {
    for (const ProcessSettings& settings : {ProcessSettings{.schedule = "cosine"}, ProcessSettings{.name = "flow"}}) {
        const auto process = make_process(settings);
        const auto first_alpha = [&](const SamplerSettings& sampler) {
            const SpacingSettings spacing = automatic_spacing(*process, Prediction::v, sampler, 25);
            return process->marginal(make_time_grid(process, spacing, 25).steps().front().from.t).alpha;
        };
        constexpr double kLevel = 0.0016;  // of cosine with T = 1000
        EXPECT_GE(first_alpha({.name = "ddim"}), 0.005) << settings.name;
        EXPECT_LT(first_alpha({.name = "ddim"}), 0.005 + kLevel) << settings.name;
        for (const char* sampler : {"pndm", "gamma", "edm_stochastic", "heun", "rk4", "kdpm2_ancestral"}) {
            EXPECT_GE(first_alpha({.name = sampler}), 0.05) << settings.name << " " << sampler;
            EXPECT_LT(first_alpha({.name = sampler}), 0.05 + kLevel) << settings.name << " " << sampler;
        }
        EXPECT_GE(first_alpha({.name = "predictor_corrector", .predictor = "gamma"}), 0.05) << settings.name;
        EXPECT_LT(first_alpha({.name = "predictor_corrector"}), 0.005 + kLevel) << settings.name;
    }
}

TEST(AutomaticSpacing, IsByProcessAndSampler) {
    const auto name_of = [](const ProcessSettings& process, const char* sampler, int steps) {
        return automatic_spacing(*make_process(process), Prediction::epsilon, {.name = sampler}, steps).name;
    };
    EXPECT_EQ(name_of({}, "ddim", 50), "quadratic");
    EXPECT_EQ(name_of({.name = "flow"}, "dpmpp_2m", 20), "quadratic");
    EXPECT_EQ(name_of({.name = "edm"}, "ddim", 50), "karras");
    EXPECT_EQ(name_of({.name = "additive"}, "ddim", 1000), "even");
    EXPECT_EQ(name_of({.name = "additive"}, "ddim", 50), "karras");
    EXPECT_EQ(name_of({.name = "additive", .s = 10}, "ddim", 1000), "karras");
    EXPECT_EQ(name_of({.name = "ve"}, "annealed_langevin", 50), "exponential");
    // As many steps as there are levels visit each of them.
    EXPECT_EQ(name_of({}, "ddpm", 1000), "even");
    EXPECT_EQ(name_of({.schedule = "cosine_seed"}, "ddpm", 39), "even");
    EXPECT_EQ(name_of({.schedule = "cosine_seed"}, "ddpm", 38), "quadratic");
}

TEST(AutomaticSpacing, TellsItsTableInOneSentence) {
    EXPECT_THAT(spacing_rules_text(), HasSubstr("lambda for dpmpp_2m on edm, ve; karras on edm, ve; even on additive "
                                                "if the last step starts at sigma <= 0.05, else karras; "));
    EXPECT_THAT(spacing_rules_text(), testing::EndsWith("; quadratic otherwise"));
}

// Every spacing that auto can choose is one of the process's, in any number of steps.
TEST(AutomaticSpacing, FitsEveryProcess) {
    for (const ProcessInfo& process : processes()) {
        for (const bool zero_snr : {false, true}) {
            ProcessSettings settings{.name = std::string(process.name)};
            if (zero_snr && settings.name != "ddpm") continue;
            if (zero_snr) settings.zero_snr = true;
            const auto made = make_process(settings);
            for (const SpacingRule& rule : spacing_rules()) {
                for (const int steps : {1, 2, 20, 200}) {
                    const std::string sampler = rule.sampler.empty() ? "ddim" : std::string(rule.sampler);
                    const SpacingSettings spacing = automatic_spacing(*made, Prediction::v, {.name = sampler}, steps);
                    EXPECT_EQ(error_of([&] { make_time_grid(made, spacing, steps); }), "no error")
                        << process.name << " " << spacing.name << " " << steps;
                }
            }
        }
    }
}

TEST(Spacing, RefusesWithFlagLimitAndCure) {
    const auto refusal = [](const SpacingSettings& settings, int steps) {
        return error_of([&] { make_time_grid(cosine_seed(), settings, steps); });
    };
    EXPECT_THAT(refusal({.name = "evne"}, 5), HasSubstr("(`spacing`): no such name; did you mean 'even'?"));
    EXPECT_THAT(refusal({}, 0), HasSubstr("(`steps`): 0 is below 1; give 1 … 39"));
    EXPECT_THAT(refusal({}, -5), HasSubstr("(`steps`): -5 is below 1"));
    EXPECT_THAT(refusal({}, 40),
                HasSubstr("(`steps`): 40 steps, but the process has 39 distinct timesteps; use at most 39 steps"));
    EXPECT_THAT(refusal({.name = "leading", .final = "sigma_min"}, 39), HasSubstr("use at most 38 steps"));
    EXPECT_THAT(refusal({.name = "trailing", .final = "sigma_min"}, 38),
                HasSubstr("(`steps`): two of them fall on t = 1; give fewer"));
    for (const char* name : {"linspace", "leading"}) {
        EXPECT_THAT(refusal({.name = name}, 1),
                    HasSubstr("which has almost no noise; use `steps` 2 or more, or `spacing`"));
        EXPECT_EQ(refusal({.name = name}, 2), "no error");
    }
    EXPECT_EQ(refusal({.name = "leading", .offset = 20}, 1), "no error");
    EXPECT_EQ(refusal({.name = "linspace", .final = "sigma_min"}, 1), "no error");
    EXPECT_THAT(refusal({.name = "karras", .final = "none"}, 5), HasSubstr("(`spacing.final`): no such name"));
    EXPECT_THAT(refusal({.offset = 1}, 5),
                HasSubstr("(`spacing.offset`): the spacing even has no such parameter; leave it out; it has final"));
    EXPECT_THAT(refusal({.name = "beta", .rho = 3}, 5), HasSubstr("it has final, beta_alpha, beta_beta"));
    EXPECT_THAT(refusal({.name = "leading", .offset = 11}, 5),
                HasSubstr("(`spacing.offset`): it moves the first step to 40, beyond 39; give at most 10"));
    EXPECT_THAT(refusal({.name = "karras", .rho = 0}, 5), HasSubstr("(`process.rho`): 0 is not allowed; give > 0"));
    EXPECT_THAT(refusal({.name = "beta", .beta_alpha = 0}, 5), HasSubstr("(`spacing.beta_alpha`)"));
    EXPECT_THAT(refusal({.name = "beta", .beta_beta = NAN}, 5), HasSubstr("(`spacing.beta_beta`)"));
}

TEST(Spacing, RefusesWhatTheProcessCannotHaveAndNamesWhatItCan) {
    const auto refusal = [](const ProcessSettings& process, const char* name) {
        return error_of([&] { make_time_grid(make_process(process), {.name = name}, 5); });
    };
    EXPECT_THAT(refusal({.name = "vp"}, "leading"),
                AllOf(HasSubstr("(`spacing`): it is defined on whole timesteps, which vp does not have; choose one of "
                                "even, linspace, karras"),
                      Not(HasSubstr("trailing"))));
    EXPECT_THAT(refusal({.name = "flow"}, "lambda"),
                HasSubstr("(`spacing`): flow has no signal at 1, so sigma/alpha is infinite there; choose one of even, "
                          "linspace, karras, exponential, beta, quadratic"));
    for (const char* name : {"karras", "exponential", "beta", "lambda"}) {
        EXPECT_THAT(refusal({.zero_snr = true}, name), HasSubstr("even, linspace, leading, trailing, quadratic"));
    }
}

TEST(ExplicitTimesteps, AreParsedAndVisited) {
    EXPECT_THAT(times_of(make_time_grid(linear(), parse_timesteps("999,500, 10"))), ElementsAre(999, 500, 10));
    EXPECT_THAT(times_of(make_time_grid(linear(), parse_timesteps("0"))), ElementsAre(0));
    const TimeGrid noisy = make_time_grid(linear(), {999, 10}, "sigma_min");
    EXPECT_EQ(noisy.steps().back().to.t, 0);
    EXPECT_FALSE(noisy.steps().back().last());
    EXPECT_THAT(times_of(make_time_grid(make_process({.name = "ve"}), {0.5, 0})), ElementsAre(0.5, 0));
    EXPECT_THAT(times_of(make_time_grid(make_process({.name = "additive"}), {1, 1e-9})), ElementsAre(1, 1e-9));
}

TEST(ExplicitTimesteps, StartFromTheNoiseOfTheFirst) {
    EXPECT_EQ(make_time_grid(make_process({.name = "edm"}), {80, 3}).start(), StartLaw::normal(80));
    EXPECT_EQ(make_time_grid(make_process({.name = "edm"}), {7, 3}).start(), StartLaw::normal(7));
    EXPECT_EQ(make_time_grid(make_process({.name = "additive", .horizon = 4}), {1, 0.5}).start(), StartLaw::normal(1));
    EXPECT_EQ(make_time_grid(make_process({.name = "ve"}), SpacingSettings{}, 3).start(), StartLaw::normal(50));
    EXPECT_EQ(make_time_grid(linear(), {500, 10}).start(), StartLaw::normal(1));
}

TEST(ExplicitTimesteps, AreRefusedWithTheReason) {
    const auto refusal = [](std::string_view list) {
        return error_of([&] { make_time_grid(linear(), parse_timesteps(list)); });
    };
    EXPECT_THAT(refusal("999,x"), HasSubstr("(`timesteps`): 'x' is not a number"));
    EXPECT_THAT(refusal("999,"), HasSubstr("(`timesteps`): '' is not a number"));
    EXPECT_THAT(refusal(""), HasSubstr("(`timesteps`): '' is not a number"));
    EXPECT_THAT(refusal("10,500"), HasSubstr("(`timesteps`): 500 follows 10; give strictly decreasing whole numbers"));
    EXPECT_THAT(refusal("10,10"), HasSubstr("10 follows 10"));
    EXPECT_THAT(refusal("1000"), HasSubstr("1000 is outside the times of the process"));
    EXPECT_THAT(refusal("nan"), HasSubstr("nan is outside the times of the process"));
    EXPECT_THAT(refusal("-1"), HasSubstr("-1 is outside the times of the process"));
    EXPECT_THAT(refusal("10.5"), HasSubstr("10.5 is not a whole number"));
    EXPECT_THAT(error_of([] { make_time_grid(linear(), std::vector<double>{}); }), HasSubstr("the list is empty"));
    EXPECT_THAT(error_of([] { make_time_grid(cosine_seed(), {3, 0}); }), HasSubstr("there is no noise at 0"));
    EXPECT_THAT(error_of([] { make_time_grid(make_process({.name = "edm"}), {3, 0}); }), HasSubstr("no noise at 0"));
    EXPECT_THAT(error_of([] { make_time_grid(linear(), {9, 0}, "sigma_min"); }), HasSubstr("0 is not above 0, where"));
    EXPECT_THAT(error_of([] { make_time_grid(linear(), {9, 0}, "sigma"); }), HasSubstr("(`spacing.final`)"));
}

// Closed forms: Beta(½,½) sin²(πp/2), Beta(1,b) 1−(1−p)^{1/b}, Beta(a,1) p^{1/a}. A quantile is as good as p is: where
// it is close to 1, a rounding of 1−p counts.
TEST(BetaQuantile, MeetsClosedForms) {
    for (double p = 1.0 / 1024; p < 1; p += 1.0 / 1024) {
        const double sine = std::sin(std::numbers::pi * p / 2);
        EXPECT_NEAR(beta_quantile(p, 0.5, 0.5), sine * sine, 1e-14);
        EXPECT_NEAR(beta_quantile(p, 1, 5), 1 - std::pow(1 - p, 0.2), 1e-14);
        EXPECT_NEAR(beta_quantile(p, 3, 1), std::cbrt(p), 1e-14);
        EXPECT_NEAR(beta_quantile(p, 0.6, 0.6) + beta_quantile(1 - p, 0.6, 0.6), 1, 1e-14);
        for (const double a : {0.01, 0.6, 7.0, 100.0}) {
            for (const double b : {0.3, 2.0, 100.0}) {
                const double x = beta_quantile(p, a, b);
                if (x < 1e-300 || x > 0.999) continue;
                EXPECT_NEAR(incomplete_beta(x, a, b), p, 2e-13) << a << " " << b;
            }
        }
    }
    EXPECT_EQ(beta_quantile(0, 0.6, 0.6), 0);
    EXPECT_EQ(beta_quantile(1, 0.6, 0.6), 1);
}

}  // namespace
}  // namespace scorefield::diffusion
