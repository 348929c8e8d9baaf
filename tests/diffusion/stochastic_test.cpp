#include <gmock/gmock.h>

#include <functional>

#include "base/random.hpp"
#include "gaussian_run.hpp"
#include "mixture_flow.hpp"

namespace scorefield::diffusion {
namespace {

using testing::HasSubstr;
using testing_support::distance;
using testing_support::error_of;
using testing_support::every_process;
using testing_support::exact_denoiser;
using testing_support::exact_score;
using testing_support::gaussian;
using testing_support::kVariance;
using testing_support::Line;
using testing_support::mixture_states;
using testing_support::MixtureFlow;
using testing_support::Moments;
using testing_support::program_moments;
using testing_support::some_times;

Moments moved(const Moments& m, const Line& step, double noise) {
    return {step.slope * m.mean + step.offset, step.slope * step.slope * m.variance + noise * noise};
}

Moments scaled(const Moments& m, double factor) {
    return {factor * m.mean, factor * factor * m.variance};
}

Line after(const Line& outer, const Line& inner) {
    return {outer.slope * inner.slope, outer.slope * inner.offset + outer.offset};
}

/// d = (y − D)/r of y = x/α at the level r = σ/α (Karras et al. 2022, algorithm 2).
Line direction(double ratio) {
    const Line denoiser = exact_denoiser({1, ratio});
    return {(1 - denoiser.slope) / ratio, -denoiser.offset / ratio};
}

/// y + h·slope(y).
Line stepped(const Line& slope, double h) {
    return {1 + h * slope.slope, h * slope.offset};
}

/// y + h·slope(inner(y)).
Line stepped_by(const Line& slope, double h, const Line& inner) {
    const Line s = after(slope, inner);
    return {1 + h * s.slope, h * s.offset};
}

double ratio_of(const Marginal& at) {
    return at.sigma / at.alpha;
}

/// A step from one node to the next, both with noise.
using StepMoments = std::function<Moments(const Moments& m, double from, double to)>;

/// The same of a step that is written for y = x/α and the levels r.
StepMoments over_ratio(const NoiseProcess& process,
                       const std::function<Moments(const Moments&, double r, double s)>& step) {
    return [&process, step](const Moments& m, double from, double to) {
        const Marginal a = process.marginal(from);
        const Marginal b = process.marginal(to);
        return scaled(step(scaled(m, 1 / a.alpha), ratio_of(a), ratio_of(b)), b.alpha);
    };
}

void expect_moments(const NoiseProcess& process, const std::vector<Moments>& actual, const StepMoments& step,
                    const std::vector<double>& times, const Line& last, const std::string& name) {
    ASSERT_EQ(actual.size(), times.size());
    Moments m = {0, process.prior_scale() * process.prior_scale()};
    for (std::size_t k = 0; k < times.size(); ++k) {
        m = k + 1 == times.size() ? moved(m, last, 0) : step(m, times[k], times[k + 1]);
        // Roundings, grown by what explicit methods amplify at steps as wide as these.
        const double size = std::abs(m.mean) + std::sqrt(m.variance);
        const std::string place = name + " " + std::string(process.name()) + ", step " + std::to_string(k);
        EXPECT_NEAR(actual[k].mean, m.mean, 1e-9 * size + 1e-11) << place;
        EXPECT_NEAR(actual[k].variance, m.variance, 1e-9 * size * size + 1e-11) << place;
    }
}

/// Compares a sampler over irregular times with `step`, and the estimate of the data at the end.
void expect_step(const std::shared_ptr<const NoiseProcess>& process, const SamplerSettings& settings,
                 const StepMoments& step) {
    const std::vector<double> times = some_times(*process);
    const Program program = compile_program({process, times}, Prediction::v, settings);
    expect_moments(*process, program_moments(program, ExactScore(gaussian(), Prediction::v)), step, times,
                   exact_denoiser(process->marginal(times.back())), settings.name);
}

TEST(EulerAncestral, FollowsItsDefinitionUnderEveryProcess) {
    for (const auto& process : every_process()) {
        for (const double eta : {0.0, 0.6, 1.0}) {
            const SamplerSettings settings =
                drop_ineffective({.name = "euler_ancestral", .eta = eta, .noise_scale = 1.1});
            expect_step(process, settings, over_ratio(*process, [&](const Moments& m, double r, double s) {
                            const double up = std::min(s, eta * std::sqrt(s * s * (r * r - s * s) / (r * r)));
                            const double down = std::sqrt(s * s - up * up);
                            return moved(m, stepped(direction(r), down - r), 1.1 * up);
                        }));
        }
    }
}

TEST(Kdpm2Ancestral, FollowsItsDefinitionUnderEveryProcess) {
    for (const auto& process : every_process()) {
        for (const double eta : {0.0, 0.6, 1.0}) {
            const SamplerSettings settings =
                drop_ineffective({.name = "kdpm2_ancestral", .eta = eta, .noise_scale = 1.1});
            expect_step(process, settings, over_ratio(*process, [&](const Moments& m, double r, double s) {
                            const double up = std::min(s, eta * std::sqrt(s * s * (r * r - s * s) / (r * r)));
                            const double down = std::sqrt(s * s - up * up);
                            const double middle = std::exp((std::log(r) + std::log(down)) / 2);
                            const Line inner = stepped(direction(r), middle - r);
                            return moved(m, stepped_by(direction(middle), down - r, inner), 1.1 * up);
                        }));
        }
    }
}

TEST(EdmStochastic, FollowsAlgorithm2UnderEveryProcess) {
    for (const auto& process : every_process()) {
        const std::vector<double> times = some_times(*process);
        const double low = ratio_of(process->marginal(times[4])) * 0.9;
        const double high = ratio_of(process->marginal(times[1])) * 1.1;
        const SamplerSettings settings{
            .name = "edm_stochastic", .churn = 1.5, .churn_min = low, .churn_max = high, .noise_scale = 1.05};
        const auto churned = [&](const Moments& m, double r, double& raised) {
            raised = r >= low && r <= high ? r * (1 + std::min(1.5 / 6, std::sqrt(2.0) - 1)) : r;
            return moved(m, {1, 0}, 1.05 * std::sqrt(raised * raised - r * r));
        };
        expect_step(process, settings, over_ratio(*process, [&](const Moments& m, double r, double s) {
                        double hat = r;
                        const Moments noisy = churned(m, r, hat);
                        const Line first = direction(hat);
                        const Line second = after(direction(s), stepped(first, s - hat));
                        const Line mean{(first.slope + second.slope) / 2, (first.offset + second.offset) / 2};
                        return moved(noisy, stepped(mean, s - hat), 0);
                    }));
    }
}

TEST(EdmStochastic, ChurnsAtMostByTheRootOfTwo) {
    const auto process = make_process({.name = "edm"});
    const Program program = compile_program({process, {10.0, 1.0}}, Prediction::x0, {.name = "edm_stochastic"});
    EXPECT_NEAR(std::get<Eval>(program.ops[1].instruction).sigma, 10 * std::sqrt(2.0), 1e-13);
    EXPECT_NEAR(std::get<Eval>(program.ops.back().instruction).sigma, std::sqrt(2.0), 1e-13);
    EXPECT_THAT(error_of([&] {
                    compile_program({process, {10.0, 1.0}}, Prediction::x0,
                                    {.name = "edm_stochastic", .churn_min = 2.0, .churn_max = 1.0});
                }),
                HasSubstr("empty range (`sampler.churn_min`)"));
}

TEST(Gamma, FollowsEulerMaruyamaOverTimeUnderEveryProcess) {
    for (const auto& process : every_process()) {
        for (const double gamma : {0.0, 0.5, 1.0, 2.0}) {
            expect_step(process, {.name = "gamma", .gamma = gamma, .variable = "time"},
                        [&](const Moments& m, double from, double to) {
                            const LinearSde sde = process->sde(from);
                            const Line score = exact_score(process->marginal(from));
                            const double pull = -(1 + gamma * gamma) / 2 * sde.diffusion;
                            const Line drift{sde.drift + pull * score.slope, pull * score.offset};
                            return moved(m, stepped(drift, to - from), gamma * std::sqrt(sde.diffusion * (from - to)));
                        });
        }
    }
}

TEST(Gamma, FollowsEulerMaruyamaOverSigmaUnderEveryProcess) {
    for (const auto& process : every_process()) {
        for (const double gamma : {0.0, 0.5, 1.0, 2.0}) {
            expect_step(process, {.name = "gamma", .gamma = gamma, .variable = "sigma"},
                        over_ratio(*process, [&](const Moments& m, double r, double s) {
                            // The score and the step are those of y = x/α, whose process has f = 0 and g² = 2r over r.
                            const Line score = exact_score({1, r});
                            const double pull = -(1 + gamma * gamma) * r;
                            return moved(m, stepped({pull * score.slope, pull * score.offset}, s - r),
                                         gamma * std::sqrt(2 * r * (r - s)));
                        }));
        }
    }
}

/// x ← state·x + denoised·D with noise of that variance.
struct FrozenStep {
    double state = 1;
    double denoised = 0;
    double variance = 0;
};

/// dx = [f x − ½(1+γ²)g²(αD − x)/σ²]dt + γ g dw̄ with D held, integrated by Runge–Kutta.
FrozenStep frozen_step(const NoiseProcess& process, double gamma, double from, double to) {
    constexpr int kSteps = 20000;  // error (1/20000)⁴ of the stiffest part
    const double h = (to - from) / kSteps;
    const auto rates = [&](double t, const FrozenStep& s) {
        const LinearSde sde = process.sde(t);
        const auto [alpha, sigma] = process.marginal(t);
        const double pull = (1 + gamma * gamma) / 2 * sde.diffusion / (sigma * sigma);
        const double growth = sde.drift + pull;
        return FrozenStep{growth * s.state, growth * s.denoised - pull * alpha,
                          2 * growth * s.variance - gamma * gamma * sde.diffusion};
    };
    const auto plus = [](FrozenStep s, const FrozenStep& by, double width) {
        s.state += width * by.state;
        s.denoised += width * by.denoised;
        s.variance += width * by.variance;
        return s;
    };
    FrozenStep s;
    for (int k = 0; k < kSteps; ++k) {
        const double t = from + k * h;
        const FrozenStep k1 = rates(t, s);
        const FrozenStep k2 = rates(t + h / 2, plus(s, k1, h / 2));
        const FrozenStep k3 = rates(t + h / 2, plus(s, k2, h / 2));
        const FrozenStep k4 = rates(from + (k + 1) * h, plus(s, k3, h));
        s = plus(plus(plus(plus(s, k1, h / 6), k2, h / 3), k3, h / 3), k4, h / 6);
    }
    return s;
}

TEST(Gamma, IntegratesWhatIsLinearExactlyInTheExponentialForm) {
    for (const char* name : {"vp", "subvp", "flow", "ou"}) {
        const auto process = make_process({.name = name});
        const ExactScore source(gaussian(), Prediction::x0);
        for (const double gamma : {0.0, 0.5, 1.0, 2.0}) {
            const SamplerSettings settings{.name = "gamma", .gamma = gamma, .variant = "exponential"};
            for (const auto& [from, to] : {std::pair{0.9, 0.6}, std::pair{0.5, 0.1}}) {
                const Program program = compile_program(TimeGrid(process, {from}, to), Prediction::x0, settings);
                const FrozenStep expected = frozen_step(*process, gamma, from, to);
                const Line denoiser = exact_denoiser(process->marginal(from));
                const double prior = process->prior_scale();
                const Moments m =
                    moved({0, prior * prior},
                          {expected.state + expected.denoised * denoiser.slope, expected.denoised * denoiser.offset},
                          std::sqrt(expected.variance));
                const Moments actual = program_moments(program, source).back();
                EXPECT_NEAR(actual.mean, m.mean, 1e-10) << name << " " << gamma;
                EXPECT_NEAR(actual.variance, m.variance, 1e-10) << name << " " << gamma;
            }
        }
    }
}

TEST(StochasticSamplers, MeetInTheirSpecialCases) {
    for (const auto& process : every_process()) {
        const TimeGrid grid(process, some_times(*process));
        const auto expect_same = [&](const SamplerSettings& a, const SamplerSettings& b) {
            EXPECT_LT(distance(mixture_states(grid, a), mixture_states(grid, b)), 1e-11)
                << process->name() << ": " << a.name << " " << b.name;
        };
        expect_same({.name = "euler_ancestral", .eta = 0}, {.name = "euler", .variable = "sigma"});
        expect_same({.name = "euler_ancestral"}, {.name = "ddim", .eta = 1});
        expect_same({.name = "gamma", .gamma = 0, .variable = "sigma"}, {.name = "euler", .variable = "sigma"});
        expect_same({.name = "gamma", .gamma = 0, .variable = "time"}, {.name = "euler", .variable = "time"});
        expect_same({.name = "gamma", .gamma = 0, .variant = "exponential"}, {.name = "ddim"});
        expect_same({.name = "gamma", .variant = "exponential"}, {.name = "ddpm", .variance = "small"});
        expect_same({.name = "edm_stochastic", .churn = 0}, {.name = "heun", .variable = "sigma"});
    }
}

/// Samplers whose noise is the increments of a path.
std::vector<SamplerSettings> path_samplers() {
    return {{.name = "ddpm"},
            {.name = "ddim", .eta = 0.7},
            {.name = "gamma"},
            {.name = "gamma", .gamma = 0.3, .variant = "exponential"},
            {.name = "euler_ancestral"},
            {.name = "kdpm2_ancestral"},
            {.name = "edm_stochastic", .churn = 4},
            {.name = "consistency"},
            {.name = "lcm"}};
}

/// The unit normal that each step but the last draws, as coefficients by index.
std::vector<std::map<std::uint32_t, double>> unit_draws(const Program& program) {
    std::vector<std::map<std::uint32_t, double>> draws;
    for (const Op& op : program.ops) {
        const auto* blend = std::get_if<Blend>(&op.instruction);
        if (blend == nullptr || blend->noise.empty() || op.step + 1 == program.steps) continue;
        double square = 0;
        for (const NoiseTerm& term : blend->noise) square += term.coefficient * term.coefficient;
        draws.emplace_back();
        for (const NoiseTerm& term : blend->noise) {
            EXPECT_EQ(term.stream, base::kSamplerStream);
            draws.back()[term.index] += term.coefficient / std::sqrt(square);
        }
    }
    return draws;
}

// What noise costs: by default a step takes a draw of its own, and a step of two stages two.
TEST(StochasticSamplers, DrawOneNormalAStep) {
    for (const char* name : {"ddpm", "vp", "edm", "additive", "flow"}) {
        const auto process = make_process({.name = name});
        const TimeGrid grid = make_time_grid(process, {}, 20);
        std::vector<SamplerSettings> all = path_samplers();
        all.push_back({.name = "dpmpp_sde"});
        all.push_back({.name = "dpmpp_sde", .variant = "single"});
        for (const SamplerSettings& settings : all) {
            const Program program = compile_program(grid, Prediction::x0, settings);
            std::vector<int> steps_of_draw;
            for (const Op& op : program.ops) {
                const auto* blend = std::get_if<Blend>(&op.instruction);
                if (blend == nullptr) continue;
                EXPECT_LE(blend->noise.size(), settings.variant == "single" ? 2U : 1U) << settings.name;
                for (const NoiseTerm& term : blend->noise) {
                    if (term.index >= steps_of_draw.size()) steps_of_draw.resize(term.index + 1, op.step);
                    EXPECT_EQ(steps_of_draw[term.index], op.step) << settings.name << ": two steps share a draw";
                }
            }
            EXPECT_GT(steps_of_draw.size(), 10U) << settings.name << " on " << name;
        }
    }
}

// √width times the unit draw is the path's increment, and those of two halves make that of the whole.
TEST(StochasticSamplers, DrawOnePathWhateverTheNumberOfSteps) {
    for (const char* name : {"vp", "edm", "additive"}) {
        const auto process = make_process({.name = name});
        const TimeRange range = process->times();
        constexpr int kSteps = 8;
        std::vector<double> fine;
        std::vector<double> coarse;
        for (int i = 0; i < 2 * kSteps; ++i) {
            fine.push_back(std::lerp(range.highest, range.lowest_noisy, i / (2.0 * kSteps)));
            if (i % 2 == 0) coarse.push_back(fine.back());
        }
        for (SamplerSettings settings : path_samplers()) {
            settings.one_path = true;
            const auto few = unit_draws(compile_program({process, coarse}, Prediction::x0, settings));
            const auto many = unit_draws(compile_program({process, fine}, Prediction::x0, settings));
            ASSERT_EQ(few.size(), kSteps - 1U) << settings.name;
            ASSERT_EQ(many.size(), 2 * kSteps - 1U) << settings.name;
            for (std::size_t k = 0; k < few.size(); ++k) {
                std::map<std::uint32_t, double> difference;
                const auto add = [&](const std::map<std::uint32_t, double>& draws, double from, double to,
                                     double sign) {
                    const double root = std::sqrt(process->clock(from) - process->clock(to));
                    for (const auto& [index, coefficient] : draws) difference[index] += sign * root * coefficient;
                };
                add(few[k], coarse[k], coarse[k + 1], -1);
                add(many[2 * k], fine[2 * k], fine[2 * k + 1], 1);
                add(many[2 * k + 1], fine[2 * k + 1], fine[2 * k + 2], 1);
                for (const auto& [index, rest] : difference) EXPECT_NEAR(rest, 0, 1e-12) << settings.name;
            }
        }
    }
}

// The variance at the end of the grid, where noise is left, is known exactly; a weak order of 1 halves its error with
// the step. The start, a normal instead of the noisy target, is off by α²(v−1) < 1e-4 and forgotten on the way.
TEST(StochasticSamplers, ReachTheTargetsMarginalAsStepsGrow) {
    const auto process = make_process({.name = "vp"});
    const double end = 0.1;
    const Marginal at = process->marginal(end);
    const double exact = at.alpha * at.alpha * kVariance + at.sigma * at.sigma;
    const ExactScore source(gaussian(), Prediction::x0);
    std::vector<SamplerSettings> all = path_samplers();
    std::erase_if(all, [](const SamplerSettings& s) { return s.name == "consistency" || s.name == "lcm"; });
    all.push_back({.name = "gamma", .gamma = 1.5, .variable = "sigma"});
    for (const SamplerSettings& settings : all) {
        std::vector<double> errors;
        for (const int steps : {50, 100, 200}) {
            std::vector<double> times;
            times.reserve(static_cast<std::size_t>(steps));
            for (int i = 0; i < steps; ++i) times.push_back(std::lerp(1.0, end, static_cast<double>(i) / steps));
            const Program program = compile_program(TimeGrid(process, times, end), Prediction::x0, settings);
            errors.push_back(std::abs(program_moments(program, source).back().variance - exact));
        }
        EXPECT_LT(errors[0], 0.3 * exact) << settings.name;
        EXPECT_LT(errors[1], 0.6 * errors[0]) << settings.name;
        EXPECT_LT(errors[2], 0.6 * errors[1]) << settings.name;
    }
}

TEST(Gamma, RefusesWithFlagAndCure) {
    const auto process = make_process({.name = "flow"});
    const auto refusal = [&](const SamplerSettings& settings) {
        return error_of([&] { compile_program({process, {0.9, 0.5}}, Prediction::x0, settings); });
    };
    EXPECT_THAT(refusal({.name = "gamma", .variable = "time", .variant = "exponential"}),
                HasSubstr("flag without effect (`sampler.variable`)"));
    EXPECT_THAT(refusal({.name = "gamma", .variant = "exponentiel"}), HasSubstr("did you mean 'exponential'?"));
}

// Nothing is known there but the target's mean μ, and the state is N(0, 1): the next has the moments αμ and σ².
TEST(Samplers, StartWhereNoSignalIsLeft) {
    const auto process = make_process({.name = "flow"});
    const ExactScore source(gaussian(), Prediction::x0);
    std::vector<SamplerSettings> all = {{.name = "ddpm", .variance = "small"},
                                        {.name = "euler", .variable = "sigma"},
                                        {.name = "heun", .variable = "sigma"},
                                        {.name = "kdpm2"},
                                        {.name = "gamma", .gamma = 0, .variable = "sigma"},
                                        {.name = "repaint", .resamples = 1}};
    for (const SamplerSettings& settings : path_samplers()) {
        if (settings.name != "ddpm" && settings.name != "lcm") all.push_back(settings);
    }
    for (const SamplerSettings& settings : all) {
        const Program program = compile_program({process, {1.0, 0.6, 0.3}}, Prediction::x0, settings);
        const Moments first = program_moments(program, source).front();
        EXPECT_NEAR(first.mean, 0.4 * testing_support::kMean, 1e-13) << settings.name;
        EXPECT_NEAR(first.variance, 0.36, 1e-13) << settings.name;
    }
    EXPECT_THAT(error_of([&] {
                    compile_program({process, {1.0}}, Prediction::x0, {.name = "annealed_langevin"});
                }),
                HasSubstr("too few steps (`steps`)"));
}

TEST(Consistency, MakesTheEstimateNoisyAgain) {
    for (const auto& process : every_process()) {
        expect_step(process, {.name = "consistency"}, [&](const Moments& m, double from, double to) {
            const Marginal next = process->marginal(to);
            return scaled(moved(m, exact_denoiser(process->marginal(from)), next.sigma / next.alpha), next.alpha);
        });
    }
}

TEST(Consistency, InOneStepIsTheEstimateOfTheData) {
    const auto process = make_process({.name = "edm"});
    const TimeGrid grid(process, {40.0});
    EXPECT_EQ(mixture_states(grid, {.name = "consistency"}), mixture_states(grid, {.name = "ddim"}));
}

/// Luo et al. 2023, section 4.1.
double boundary_skip(double time) {
    return 0.25 / (time * time + 0.25);
}

// The time of the boundary condition is the timestep of the published schedule with the same noise over signal.
TEST(Lcm, HoldsToTheStateByTheBoundaryConditionOnEveryProcess) {
    const auto published = make_process({.name = "ddpm", .schedule = "linear"});
    for (const auto& process : every_process()) {
        const auto estimate = [&](double t) {
            const Marginal at = process->marginal(t);
            const double skip = boundary_skip(0.01 * published->time_at(log_snr(at)));
            const Line denoiser = exact_denoiser(at);
            return Line{skip / at.alpha + (1 - skip) * denoiser.slope, (1 - skip) * denoiser.offset};
        };
        const std::vector<double> times = some_times(*process);
        const Program program =
            compile_program({process, times}, Prediction::v, {.name = "lcm", .timestep_scaling = 0.01});
        expect_moments(
            *process, program_moments(program, ExactScore(gaussian(), Prediction::v)),
            [&](const Moments& m, double from, double to) {
                const Marginal next = process->marginal(to);
                return scaled(moved(m, estimate(from), next.sigma / next.alpha), next.alpha);
            },
            times, estimate(times.back()), "lcm");
    }
}

// A state α·x_0 without noise, whose denoiser knows x_0, stays x_0 whatever the process and the scaling: on edm the
// published sum of coefficients is 1.247 at sigma 0.002, and 2.17 over 50 Karras levels.
TEST(Lcm, KeepsCleanData) {
    for (const auto& process : every_process()) {
        for (const double scaling : {0.001, 0.3, 10.0}) {
            const TimeGrid grid(process, some_times(*process));
            const Program program = compile_program(grid, Prediction::x0, {.name = "lcm", .timestep_scaling = scaling});
            for (const Op& op : program.ops) {
                const auto* const eval = std::get_if<Eval>(&op.instruction);
                if (eval == nullptr) continue;
                const Step& step = grid.steps()[static_cast<std::size_t>(op.step)];
                EXPECT_NEAR((eval->c_skip * eval->alpha + eval->c_out) / step.to.at.alpha, 1, 1e-12)
                    << process->name() << " " << scaling << " step " << op.step;
            }
        }
    }
}

TEST(Lcm, IsAsPublishedByTimestep) {
    const auto process = make_process({});
    const SamplerSettings settings = {.name = "lcm", .variant = "timestep", .timestep_scaling = 0.1};
    const Program program = compile_program({process, {40, 5}}, Prediction::x0, settings);
    const Eval& last = std::get<Eval>(program.ops.back().instruction);
    EXPECT_DOUBLE_EQ(last.c_skip, boundary_skip(0.5));
    EXPECT_DOUBLE_EQ(last.c_out, 0.5 / std::sqrt(0.5 * 0.5 + 0.25));
    EXPECT_THAT(error_of([&] {
                    compile_program({make_process({.name = "edm"}), {5}}, Prediction::x0, settings);
                }),
                HasSubstr("(`sampler.variant`): edm has no whole timesteps"));
}

}  // namespace
}  // namespace scorefield::diffusion
