#include <gmock/gmock.h>

#include <set>

#include "base/random.hpp"
#include "diffusion/exact_score.hpp"
#include "diffusion/sampler.hpp"
#include "diffusion/spacing.hpp"
#include "sampler_cases.hpp"
#include "support.hpp"

namespace scorefield::diffusion {
namespace {

using testing::HasSubstr;
using testing_support::describe;
using testing_support::error_of;
using testing_support::every_sampler;

std::shared_ptr<const NoiseProcess> linear() {
    return make_process({});
}

std::size_t ops_of_step(const Program& program, int step) {
    return program.end_of_step(step) - program.end_of_step(step - 1);
}

TEST(Programs, HaveAsFewOpsAndRegistersAsCanBe) {
    const auto process = linear();
    struct Case {
        SamplerSettings settings;
        std::size_t ops_per_step;
        int registers;
    };
    const std::vector<Case> cases = {
        {{.name = "ddim"}, 1, 1},
        {{.name = "ddim", .eta = 0.5}, 2, 1},
        {{.name = "ddpm"}, 2, 2},
        {{.name = "ddpm", .form = "x0"}, 2, 2},
        {{.name = "dpmpp_2m"}, 2, 3},
        {{.name = "ddim", .clip = 1.0}, 3, 2},
        {{.name = "ddpm", .clip = 1.0}, 3, 2},
    };
    for (const auto& [settings, ops_per_step, registers] : cases) {
        const Program program =
            compile_program(make_course(process, SpacingSettings{}, 5), Prediction::epsilon, settings);
        EXPECT_EQ(program.evaluations(), 5);
        EXPECT_EQ(program.registers, registers) << describe(settings);
        for (int step = 0; step < 4; ++step) EXPECT_EQ(ops_of_step(program, step), ops_per_step) << describe(settings);
        EXPECT_EQ(ops_of_step(program, 4), settings.clip ? 2U : 1U) << describe(settings);
        EXPECT_EQ(program_from_json(to_json(program), "f"), program);
    }
}

TEST(Programs, CarryTimesAndNamesAndStartFromTheUnitNormal) {
    const auto process = linear();
    const Program program = compile_program(Course(process, {800, 30}), Prediction::v, {});
    const auto& eval = std::get<Eval>(program.ops[1].instruction);
    EXPECT_EQ(eval.t, 30);
    EXPECT_EQ(eval.c_noise, 30);
    EXPECT_EQ(eval.c_in, 1);
    EXPECT_EQ((Marginal{eval.alpha, eval.sigma}), process->marginal(30));
    EXPECT_EQ(program.sampler, "ddim");
    EXPECT_EQ(program.process, "ddpm");
    EXPECT_EQ(program.steps, 2);
    EXPECT_EQ(program.init_scale, 1);
}

TEST(Programs, DrawNoiseOnEveryStepButTheLast) {
    const auto process = linear();
    for (const SamplerSettings& settings : every_sampler()) {
        const bool stochastic = settings.name == "ddpm" || settings.eta > 0;
        const Program program = compile_program(make_course(process, {.name = "leading"}, 6), Prediction::x0, settings);
        for (const Op& op : program.ops) {
            const auto* blend = std::get_if<Blend>(&op.instruction);
            if (blend == nullptr) continue;
            for (const Term& term : blend->terms) EXPECT_NE(term.coefficient, 0);
            for (const NoiseTerm& noise : blend->noise) EXPECT_EQ(noise.stream, base::kSamplerStream);
            EXPECT_EQ(!blend->noise.empty(), stochastic && op.step < program.steps - 1) << describe(settings);
        }
    }
}

TEST(SamplerRegistry, ListsNamesHelpAndParametersDefaultFirst) {
    EXPECT_EQ(samplers().front().name, SamplerSettings{}.name);
    std::vector<std::string_view> names;
    for (const SamplerInfo& info : samplers()) {
        names.push_back(info.name);
        EXPECT_FALSE(info.help.empty());
        EXPECT_EQ(sampler_info(info.name).help, info.help);
        for (const SamplerParameter& parameter : info.parameters) EXPECT_FALSE(parameter.help.empty());
    }
    EXPECT_EQ(std::set(names.begin(), names.end()).size(), names.size());
}

TEST(SamplerRegistry, KeepsWhatTheNextSamplerTakes) {
    const SamplerSettings before{.name = "gamma", .gamma = 0.5, .order = 4, .variant = "bh2", .clip = 2.0};
    EXPECT_EQ(only_taken(before), (SamplerSettings{.name = "gamma", .gamma = 0.5, .clip = 2.0}));
    SamplerSettings next = before;
    next.name = "lms";
    EXPECT_EQ(only_taken(next), (SamplerSettings{.name = "lms", .clip = 2.0}));
}

TEST(CompileProgram, RefusesWithFlagAndCure) {
    const auto process = linear();
    const auto refusal = [&](const SamplerSettings& settings, const std::vector<double>& timesteps) {
        return error_of([&] { compile_program(Course(process, timesteps), Prediction::epsilon, settings); });
    };
    EXPECT_THAT(refusal({.name = "ddin"}, {1}), HasSubstr("(--sampler): no such name; did you mean 'ddim'?"));
    EXPECT_THAT(refusal({.eta = 1.5}, {1}), HasSubstr("(--sampler.eta): 1.5 is not from 0 up to 1"));
    EXPECT_THAT(refusal({.eta = NAN}, {1}), HasSubstr("(--sampler.eta)"));
    EXPECT_THAT(refusal({.form = "eps"}, {1}), HasSubstr("(--sampler.form)"));
    EXPECT_THAT(refusal({.variance = "big"}, {1}), HasSubstr("(--sampler.variance)"));
    EXPECT_THAT(refusal({.clip = 0.0}, {1}), HasSubstr("(--sampler.clip): 0 is not above 0 up to 1000000"));
    EXPECT_THAT(refusal({.clip = INFINITY}, {1}), HasSubstr("(--sampler.clip): inf is not"));
    EXPECT_THAT(refusal({.name = "ddpm", .eta = 0.5}, {1}), HasSubstr("(--sampler.eta): the sampler ddpm has no such"));
}

// The linear β over 200 000 steps leave α = e^-1005, which is 0 in double precision; over 20 000 they leave 1/α =
// e^100, which is infinite in single precision.
TEST(CompileProgram, RefusesToDivideByASignalThatIsAsGoodAsZero) {
    for (const int train_steps : {200000, 20000}) {
        const auto process = make_process({.horizon = train_steps});
        const std::vector<double> timesteps = {train_steps - 1.0, 10};
        for (const char* name : {"ddim", "ddpm", "dpmpp_2m"}) {
            const SamplerSettings settings{.name = name};
            EXPECT_THAT(error_of([&] { compile_program(Course(process, timesteps), Prediction::epsilon, settings); }),
                        HasSubstr("no finite step (timestep " + std::to_string(train_steps - 1) + "): the process"))
                << name;
        }
        EXPECT_NO_THROW(compile_program(Course(process, timesteps), Prediction::v, {}));
    }
}

// On flow there is no signal at t = 1: solvers that divide by it take DDIM's first step, which is exact for a start
// that is all noise, and are as good afterwards as anywhere.
TEST(CompileProgram, SolversThatNeedASignalStartWithoutOne) {
    const auto process = make_process({.name = "flow"});
    const GaussianMixture target({{.weight = 1, .mean = {2}, .covariance = {0.25}}});
    const ExactScore source(target, Prediction::velocity);
    const std::vector<double> start = {-1, 0, 1.5};
    int tried = 0;
    for (const SamplerInfo& info : samplers()) {
        if (!info.needs_signal || info.stochastic) continue;
        ++tried;
        std::vector<double> times;
        for (int i = 0; i < 80; ++i) times.push_back(1 - i / 80.0);
        const Program program =
            compile_program(Course(process, times), Prediction::velocity, {.name = std::string(info.name)});
        EXPECT_EQ(program.steps, 80) << info.name;
        const auto states = testing_support::trajectory(program, source, start, 0, {0, 3});
        // The probability flow of one Gaussian maps z to mean + deviation·z.
        for (std::size_t i = 0; i < 3; ++i) {
            EXPECT_NEAR(states.back()[i], 2 + 0.5 * start[i], 0.03) << info.name;
        }
    }
    EXPECT_GE(tried, 6);
}

}  // namespace
}  // namespace scorefield::diffusion
