#include <gmock/gmock.h>

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
using testing_support::FunctionSource;
using testing_support::gaussian;
using testing_support::Line;
using testing_support::mixture_flows;
using testing_support::mixture_states;
using testing_support::MixtureFlow;
using testing_support::Moments;
using testing_support::program_moments;
using testing_support::some_times;
using testing_support::trajectory;

const char* name_of(Variable variable) {
    return variable == Variable::time ? "time" : "sigma";
}

/// log₂ of the ratio of errors between N and 2N steps, for two values of N.
std::vector<double> orders(const MixtureFlow& flow, const SamplerSettings& settings, Variable even_in, int fewest) {
    std::vector<double> errors;
    for (const int steps : {fewest, 2 * fewest, 4 * fewest}) {
        errors.push_back(flow.error_of(compile_program(flow.grid(steps, even_in), Prediction::x0, settings)));
    }
    return {std::log2(errors[0] / errors[1]), std::log2(errors[1] / errors[2])};
}

// The theory's order is the limit of small steps; at these the next order still shows in the second digit.
TEST(OrderOfAccuracy, OfRungeKuttaMethodsIsTheirsUnderEveryProcessOverEitherVariable) {
    const std::vector<std::pair<std::string, double>> methods = {
        {"euler", 1}, {"heun", 2}, {"midpoint", 2}, {"rk4", 4}};
    for (const MixtureFlow& flow : mixture_flows()) {
        for (const auto& [name, order] : methods) {
            for (const Variable variable : {Variable::time, Variable::sigma}) {
                EXPECT_THAT(orders(flow, {.name = name, .variable = name_of(variable)}, variable, 100),
                            testing::Each(testing::DoubleNear(order, 0.25)))
                    << name << " " << flow.process()->name() << " over " << name_of(variable);
            }
        }
    }
}

TEST(OrderOfAccuracy, OfDpm2IsTwoUnderEveryProcess) {
    for (const MixtureFlow& flow : mixture_flows()) {
        EXPECT_THAT(orders(flow, {.name = "kdpm2"}, Variable::sigma, 100), testing::Each(testing::DoubleNear(2, 0.2)))
            << flow.process()->name();
    }
}

using Slope = std::function<Line(double u)>;

/// One step of a method on a linear equation dz/du = slope(u)·z, by its definition.
Line method_step(const std::string& name, const Slope& slope, double u, double h) {
    const auto apply = [&](double at, const Line& z) {
        const Line s = slope(at);
        return Line{s.slope * z.slope, s.slope * z.offset + s.offset};
    };
    const auto plus = [](const Line& z, double factor, const Line& by) {
        return Line{z.slope + factor * by.slope, z.offset + factor * by.offset};
    };
    const Line z{1, 0};
    const Line k1 = apply(u, z);
    if (name == "euler") return plus(z, h, k1);
    if (name == "heun") return plus(plus(z, h / 2, k1), h / 2, apply(u + h, plus(z, h, k1)));
    const Line k2 = apply(u + h / 2, plus(z, h / 2, k1));
    if (name == "midpoint") return plus(z, h, k2);
    const Line k3 = apply(u + h / 2, plus(z, h / 2, k2));
    const Line k4 = apply(u + h, plus(z, h, k3));
    return plus(plus(plus(plus(z, h / 6, k1), h / 3, k2), h / 3, k3), h / 6, k4);
}

/// The moments after every step, written from dx/dt = f x − ½g² score and dy/dr = −σ·score of x = αy.
std::vector<Moments> expected_moments(const std::string& name, const NoiseProcess& process, Variable variable,
                                      const std::vector<double>& times) {
    const auto over_time = [&](double t) {
        const LinearSde sde = process.sde(t);
        const Line score = exact_score(process.marginal(t));
        return Line{sde.drift - sde.diffusion / 2 * score.slope, -sde.diffusion / 2 * score.offset};
    };
    const auto over_sigma = [](double ratio) {
        const Line score = exact_score({1, ratio});
        return Line{-ratio * score.slope, -ratio * score.offset};
    };
    Moments m{0, process.prior_scale() * process.prior_scale()};
    std::vector<Moments> moments;
    const auto apply = [&](const Line& line) {
        m = {line.slope * m.mean + line.offset, line.slope * line.slope * m.variance};
    };
    for (std::size_t i = 0; i < times.size(); ++i) {
        const Marginal from = process.marginal(times[i]);
        if (i + 1 == times.size()) {
            apply(exact_denoiser(from));
        } else if (variable == Variable::time) {
            apply(method_step(name, over_time, times[i], times[i + 1] - times[i]));
        } else {
            const Marginal to = process.marginal(times[i + 1]);
            const double ratio = from.sigma / from.alpha;
            const Line step = method_step(name, over_sigma, ratio, to.sigma / to.alpha - ratio);
            apply({step.slope * to.alpha / from.alpha, step.offset * to.alpha});
        }
        moments.push_back(m);
    }
    return moments;
}

// Roundings of 1e-16 grow by what explicit methods amplify at steps as wide as these.
TEST(RungeKutta, FollowsItsDefinitionOnAGaussianUnderEveryProcess) {
    for (const auto& process : every_process()) {
        for (const char* name : {"euler", "heun", "midpoint", "rk4"}) {
            for (const Variable variable : {Variable::time, Variable::sigma}) {
                for (const Prediction prediction : {Prediction::epsilon, Prediction::velocity}) {
                    const SamplerSettings settings{.name = name, .variable = name_of(variable)};
                    const std::vector<double> times = some_times(*process);
                    const auto expected = expected_moments(name, *process, variable, times);
                    const auto actual = program_moments(compile_program({process, times}, prediction, settings),
                                                        ExactScore(gaussian(), prediction));
                    ASSERT_EQ(actual.size(), expected.size());
                    for (std::size_t k = 0; k < expected.size(); ++k) {
                        const std::string place = std::string(process->name()) + " " + name + " over " +
                                                  name_of(variable) + ", step " + std::to_string(k);
                        const double size = std::abs(expected[k].mean) + std::sqrt(expected[k].variance);
                        EXPECT_NEAR(actual[k].mean, expected[k].mean, 1e-9 * size + 1e-11) << place;
                        EXPECT_NEAR(actual[k].variance, expected[k].variance, 1e-9 * size * size + 1e-11) << place;
                    }
                }
            }
        }
    }
}

TEST(RungeKutta, SpendsItsEvaluations) {
    const auto process = make_process({.name = "vp"});
    const TimeGrid grid(process, some_times(*process));
    const auto evaluations = [&](const SamplerSettings& settings) {
        return compile_program(grid, Prediction::epsilon, settings).evaluations();
    };
    EXPECT_EQ(evaluations({.name = "euler"}), 6);
    EXPECT_EQ(evaluations({.name = "heun"}), 11);
    EXPECT_EQ(evaluations({.name = "midpoint"}), 11);
    EXPECT_EQ(evaluations({.name = "kdpm2"}), 11);
    EXPECT_EQ(evaluations({.name = "rk4"}), 21);
}

TEST(Euler, OverSigmaIsDdim) {
    for (const auto& process : every_process()) {
        const TimeGrid grid(process, some_times(*process));
        EXPECT_LT(distance(mixture_states(grid, {.name = "euler", .variable = "sigma"}), mixture_states(grid, {})),
                  1e-13)
            << process->name();
    }
}

TEST(Kdpm2, WithoutAncestralNoiseIsItself) {
    const auto process = make_process({.name = "edm"});
    const TimeGrid grid(process, some_times(*process));
    EXPECT_EQ(mixture_states(grid, {.name = "kdpm2_ancestral", .eta = 0}), mixture_states(grid, {.name = "kdpm2"}));
}

// x_1 = x_0 + h·(σ'ε + α'D) by hand: on the straight path the velocity is ε − x_0 whatever the time.
TEST(RungeKutta, StartsOverTimeWhereNoSignalIsLeft) {
    const auto process = make_process({.name = "flow"});
    const FunctionSource source(1, [](double x, const Eval&) { return 0.5 * x + 0.25; });
    for (const char* name : {"euler", "heun"}) {
        const Program program = compile_program({process, {1.0}, 0.6}, Prediction::velocity, {.name = name});
        const double end = trajectory(program, source, std::vector{2.0}, 0, {0, 1}).back()[0];
        const double euler = 2 - 0.4 * 1.25;
        EXPECT_NEAR(end, name == std::string("euler") ? euler : 2 - 0.2 * (1.25 + 0.5 * euler + 0.25), 1e-14);
    }
}

// Slopes of what the clamp leaves of the estimate 2x, by hand: ε = (x − αD)/σ with α = 1.
TEST(RungeKutta, TakesSlopesFromLimitedEstimates) {
    const auto process = make_process({.name = "edm"});
    const FunctionSource source(1, [](double scaled, const Eval&) { return 2 * scaled; });
    const auto slope = [](double x, double sigma) { return (x - std::clamp(2 * x, -0.7, 0.7)) / sigma; };
    const Program program = compile_program({process, {3.0, 1.0}}, Prediction::x0, {.name = "heun", .clip = 0.7});
    for (const double start : {-2.0, 0.1, 1.5}) {
        const auto states = trajectory(program, source, std::vector{start}, 0, {0, 1});
        const double first = slope(start, 3);
        const double x = start - (first + slope(start - 2 * first, 1));
        EXPECT_NEAR(states[0][0], x, 1e-14);
        EXPECT_NEAR(states[1][0], std::clamp(2 * x, -0.7, 0.7), 1e-14);
    }
}

/// Around: from data to noise and back, between the same nodes.
double round_trip_error(const MixtureFlow& flow, int steps, const SamplerSettings& there, const SamplerSettings& back) {
    const ExactScore source = MixtureFlow::source();
    const TimeGrid grid = flow.grid(steps, Variable::sigma);
    const ParticleRange range{0, MixtureFlow::kParticles};
    const auto noise = trajectory(compile_program(grid, Prediction::x0, there), source, flow.end_states(), 0, range);
    const auto data = trajectory(compile_program(grid, Prediction::x0, back), source, noise.back(), 0, range);
    return flow.error(data.back());
}

TEST(DdimInverse, ReturnsWithAnErrorThatFallsAsItsOrder) {
    struct Case {
        SamplerSettings there, back;
        double order;
    };
    const std::vector<Case> cases = {
        {{.name = "ddim_inverse"}, {.name = "ddim"}, 1},
        {{.name = "ddim_inverse", .variable = "sigma", .order = 2}, {.name = "heun", .variable = "sigma"}, 2},
        {{.name = "ddim_inverse", .variable = "sigma", .order = 2, .variant = "midpoint"},
         {.name = "midpoint", .variable = "sigma"},
         2},
    };
    for (const MixtureFlow& flow : mixture_flows()) {
        for (const auto& [there, back, order] : cases) {
            const double coarse = round_trip_error(flow, 160, there, back);
            const double fine = round_trip_error(flow, 320, there, back);
            // At the least: the leading errors of there and back may cancel.
            EXPECT_GT(std::log2(coarse / fine), order - 0.2) << flow.process()->name() << " " << back.name;
            EXPECT_LT(fine, order == 1 ? 0.1 : 1e-3);
        }
    }
}

// One step up to the end of the flow where no signal is left is the noise alone.
TEST(DdimInverse, GoesFromTheLowestNoiseUpTheGrid) {
    const auto process = make_process({.name = "flow"});
    const Program program = compile_program({process, {1.0, 0.5}}, Prediction::velocity, {.name = "ddim_inverse"});
    ASSERT_EQ(program.steps, 2);
    const auto& first = std::get<Eval>(program.ops.front().instruction);
    EXPECT_EQ(first.t, process->times().lowest_noisy);
    const FunctionSource source(1, [](double x, const Eval&) { return x; });
    const auto states = trajectory(program, source, std::vector{1.0}, 0, {0, 1});
    const double x = states[0][0];
    EXPECT_NEAR(states[1][0], x + 0.5 * x, 1e-14);
    EXPECT_THAT(
        error_of([&] {
            compile_program({process, {process->times().lowest_noisy}}, Prediction::x0, {.name = "ddim_inverse"});
        }),
        HasSubstr("too few steps (`steps`)"));
    const auto refusal = [&](const SamplerSettings& settings) {
        return error_of([&] { compile_program({process, {0.9, 0.5}}, Prediction::x0, settings); });
    };
    EXPECT_THAT(refusal({.name = "ddim_inverse", .order = 3}),
                HasSubstr("(`sampler.order`): 3 is not in 1 … 2; give 1 … 2"));
    EXPECT_THAT(refusal({.name = "ddim_inverse", .variant = "heun"}), HasSubstr("give `sampler.order` 2"));
    EXPECT_THAT(refusal({.name = "ddim_inverse", .order = 2, .variant = "bh1"}), HasSubstr("(`sampler.variant`)"));
}

// x_s = α_s·clip(D) + σ_s·ε with the ε of D = 2x itself, by hand.
TEST(Ddim, MayKeepTheNoiseOfTheUnlimitedEstimate) {
    const auto process = make_process({});
    const FunctionSource source(1, [](double scaled, const Eval&) { return 2 * scaled; });
    for (const auto& times : {std::vector<double>{900, 400}, std::vector<double>{100, 30}}) {
        const SamplerSettings settings{.name = "ddim", .limited_noise = false, .clip = 0.7};
        const Program program = compile_program({process, times}, Prediction::x0, settings);
        EXPECT_EQ(program.evaluations(), 2);
        const Marginal from = process->marginal(times[0]), to = process->marginal(times[1]);
        for (const double x : {-2.0, 0.1}) {
            const double expected =
                to.alpha * std::clamp(2 * x, -0.7, 0.7) + to.sigma * (x - from.alpha * 2 * x) / from.sigma;
            EXPECT_NEAR(trajectory(program, source, std::vector{x}, 0, {0, 1})[0][0], expected, 1e-13);
        }
    }
    EXPECT_THAT(error_of([&] {
                    compile_program({process, {9.0}}, Prediction::x0, {.limited_noise = false});
                }),
                HasSubstr("flag without effect (`sampler.limited_noise`)"));
}

}  // namespace
}  // namespace scorefield::diffusion
