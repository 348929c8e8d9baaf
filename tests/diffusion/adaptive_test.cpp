#include <gmock/gmock.h>

#include "diffusion/pilot.hpp"
#include "mixture_flow.hpp"

namespace scorefield::diffusion {
namespace {

using testing::HasSubstr;
using testing_support::distance;
using testing_support::error_of;
using testing_support::mixture_flows;
using testing_support::MixtureFlow;
using testing_support::trajectory;

struct Outcome {
    int steps = 0;
    double error = 0;
};

Program compile(const MixtureFlow& flow, const SamplerSettings& settings) {
    const ExactScore source = MixtureFlow::source();
    // The pilot's particles are those of the run.
    Pilot pilot(source, 4, MixtureFlow::kParticles);
    return compile_program(flow.grid(1, Variable::time), Prediction::x0, settings, &pilot);
}

Outcome run(const MixtureFlow& flow, const std::string& name, const char* variable, double tolerance) {
    const SamplerSettings settings{.name = name, .variable = variable, .rtol = tolerance, .atol = tolerance};
    const Program program = compile(flow, settings);
    return {program.steps, flow.error_of(program)};
}

// Local errors sum up along the way; 20 of them at once at the most here, for steps number in the tens.
TEST(AdaptiveSolvers, MeetTheToleranceUnderEveryProcessOverEitherVariable) {
    for (const MixtureFlow& flow : mixture_flows()) {
        for (const char* name : {"rk23", "rk45"}) {
            for (const char* variable : {"time", "sigma"}) {
                for (const double tolerance : {1e-3, 1e-5}) {
                    const Outcome result = run(flow, name, variable, tolerance);
                    EXPECT_LT(result.error, 20 * tolerance)
                        << name << " " << flow.process()->name() << " over " << variable;
                    EXPECT_LT(result.steps, 400) << name << " " << flow.process()->name() << " over " << variable;
                }
            }
        }
    }
}

// The error of a step is of order p, so steps number as tolerance^(−1/p) in the limit of many, and the error of the
// result falls as steps^−p, at the least: before that limit faster.
TEST(AdaptiveSolvers, HaveBothOrders) {
    for (const auto& [name, order, loose, tight] :
         {std::tuple{"rk23", 3.0, 1e-5, 1e-7}, std::tuple{"rk45", 5.0, 1e-7, 1e-10}}) {
        for (const MixtureFlow& flow : {mixture_flows().front(), mixture_flows().back()}) {
            const std::string place = std::string(name) + " " + std::string(flow.process()->name());
            const Outcome coarse = run(flow, name, "sigma", loose);
            const Outcome fine = run(flow, name, "sigma", tight);
            const Outcome finest = run(flow, name, "sigma", tight / 10);
            const auto growth = [](const Outcome& few, const Outcome& many) {
                return std::log(static_cast<double>(many.steps) / few.steps);
            };
            EXPECT_NEAR(std::log(10) / growth(fine, finest), order, 0.1 * order) << place;
            EXPECT_GT(std::log(coarse.error / fine.error) / growth(coarse, fine), 0.9 * order) << place;
        }
    }
}

// Every step but for the first takes over the last slope of the one before; the last step needs none at its end.
TEST(AdaptiveSolvers, SpendAsFewEvaluationsAsCanBe) {
    const MixtureFlow& flow = mixture_flows().front();
    const Program rk23 = compile(flow, {.name = "rk23"});
    EXPECT_EQ(rk23.evaluations(), 3 * rk23.steps);
    const Program rk45 = compile(flow, {.name = "rk45"});
    EXPECT_EQ(rk45.evaluations(), 6 * rk45.steps);
    EXPECT_EQ(program_from_json(to_json(rk45), "f"), rk45);
}

TEST(AdaptiveSolvers, EndAtTheLowestNoiseAndItsEstimateOfTheData) {
    const auto process = make_process({.name = "edm"});
    const ExactScore source = MixtureFlow::source();
    Pilot pilot(source, 4, 32);
    const Program program = compile_program({process, {80.0, 20.0, 5.0}}, Prediction::x0, {.name = "rk45"}, &pilot);
    const auto& last = std::get<Eval>(program.ops.back().instruction);
    EXPECT_EQ(last.sigma, process->times().lowest_noisy);
    EXPECT_EQ(last.c_skip, 0);
    EXPECT_EQ(program.ops.back().step, program.steps - 1);
    EXPECT_EQ(program.evaluations(), 6 * (program.steps - 1) + 1);
}

TEST(AdaptiveSolvers, HoldTheToleranceWithLimitedEstimatesToo) {
    const MixtureFlow& flow = mixture_flows().front();
    const ExactScore source = MixtureFlow::source();
    const auto states = [&](double tolerance) {
        const SamplerSettings settings{.name = "rk45", .rtol = tolerance, .atol = tolerance, .clip = 1.0};
        const Program program = compile(flow, settings);
        return trajectory(program, source, flow.start_states(), 0, {0, MixtureFlow::kParticles}).back();
    };
    // Clamping leaves kinks, of which the error's order suffers but not its estimate.
    EXPECT_LT(distance(states(1e-4), states(1e-8)), 20e-4);
    EXPECT_GT(distance(states(1e-8), flow.end_states()), 0.1);
}

TEST(AdaptiveSolvers, RefuseWithFlagAndCure) {
    const MixtureFlow& flow = mixture_flows().front();
    EXPECT_THAT(error_of([&] { compile(flow, {.name = "rk23", .rtol = 1e-16, .atol = 1e-18}); }),
                HasSubstr("too many steps (`sampler.rtol`)"));
    EXPECT_THAT(error_of([&] { compile(flow, {.name = "rk23", .rtol = 0.0}); }), HasSubstr("(`sampler.rtol`)"));
    EXPECT_THAT(error_of([&] { compile_program(flow.grid(1, Variable::time), Prediction::x0, {.name = "rk45"}); }),
                HasSubstr("give `model` or `target`"));
    const ExactScore source = MixtureFlow::source();
    Pilot pilot(source, 4, 8);
    EXPECT_THAT(error_of([&] {
                    compile_program({make_process({.name = "flow"}), {1.0}}, Prediction::x0,
                                    {.name = "rk23", .variable = "sigma"}, &pilot);
                }),
                HasSubstr("no signal left (timestep 1)"));
}

}  // namespace
}  // namespace scorefield::diffusion
