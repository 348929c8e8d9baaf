#include <gmock/gmock.h>

#include <algorithm>
#include <set>

#include "base/random.hpp"
#include "diffusion/exact_score.hpp"
#include "diffusion/pilot.hpp"
#include "diffusion/sampler.hpp"
#include "diffusion/spacing.hpp"
#include "sampler_cases.hpp"
#include "support.hpp"

namespace scorefield::diffusion {
namespace {

using testing_support::linear;

using testing::HasSubstr;
using testing_support::describe;
using testing_support::error_of;
using testing_support::every_sampler;

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
            compile_program(make_time_grid(process, SpacingSettings{}, 5), Prediction::epsilon, settings);
        EXPECT_EQ(program.evaluations(), 5);
        EXPECT_EQ(program.registers, registers) << describe(settings);
        for (int step = 0; step < 4; ++step) EXPECT_EQ(ops_of_step(program, step), ops_per_step) << describe(settings);
        EXPECT_EQ(ops_of_step(program, 4), settings.clip ? 2U : 1U) << describe(settings);
        EXPECT_EQ(program_from_json(to_json(program), "f"), program);
    }
}

TEST(Programs, CarryTimesAndNamesAndStartFromTheUnitNormal) {
    const auto process = linear();
    const Program program = compile_program(TimeGrid(process, {800, 30}), Prediction::v, {});
    const auto& eval = std::get<Eval>(program.ops[1].instruction);
    EXPECT_EQ(eval.t, 30);
    EXPECT_EQ(eval.c_noise, 30);
    EXPECT_EQ(eval.c_in, 1);
    EXPECT_EQ((Marginal{eval.alpha, eval.sigma}), process->marginal(30));
    EXPECT_EQ(program.sampler, "ddim");
    EXPECT_EQ(program.process, "ddpm");
    EXPECT_EQ(program.steps, 2);
    EXPECT_EQ(program.start, StartLaw::normal(1));
}

TEST(Programs, DrawNoiseOnEveryStepButTheLast) {
    const auto process = linear();
    for (const SamplerSettings& settings : every_sampler()) {
        const bool stochastic = settings.name == "ddpm" || settings.eta > 0;
        const Program program =
            compile_program(make_time_grid(process, {.name = "leading"}, 6), Prediction::x0, settings);
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
    EXPECT_EQ(without_unused(before), (SamplerSettings{.name = "gamma", .gamma = 0.5, .clip = 2.0}));
    SamplerSettings next = before;
    next.name = "lms";
    EXPECT_EQ(without_unused(next), (SamplerSettings{.name = "lms", .clip = 2.0}));
}

TEST(CompileProgram, RefusesWithFlagAndCure) {
    const auto process = linear();
    const auto refusal = [&](const SamplerSettings& settings, const std::vector<double>& timesteps) {
        return error_of([&] { compile_program(TimeGrid(process, timesteps), Prediction::epsilon, settings); });
    };
    EXPECT_THAT(refusal({.name = "ddin"}, {1}), HasSubstr("(`sampler`): no such name; did you mean 'ddim'?"));
    EXPECT_THAT(refusal({.eta = 1.5}, {1}), HasSubstr("(`sampler.eta`): 1.5 is not in 0 … 1; give 0 … 1"));
    EXPECT_THAT(refusal({.eta = NAN}, {1}), HasSubstr("(`sampler.eta`)"));
    EXPECT_THAT(refusal({.form = "eps"}, {1}), HasSubstr("(`sampler.form`)"));
    EXPECT_THAT(refusal({.variance = "big"}, {1}), HasSubstr("(`sampler.variance`)"));
    EXPECT_THAT(refusal({.clip = 0.0}, {1}),
                HasSubstr("(`sampler.clip`): 0 is not > 0 and at most 1000000; give > 0, at most 1000000"));
    EXPECT_THAT(refusal({.clip = INFINITY}, {1}), HasSubstr("(`sampler.clip`): inf is not"));
    EXPECT_THAT(refusal({.name = "ddpm", .eta = 0.5}, {1}),
                HasSubstr("(`sampler.eta`): the sampler ddpm has no such parameter; leave it out"));
}

// The linear β over 200 000 steps leave α = e^-1005, which is 0 in double precision; over 20 000 they leave 1/α =
// e^100, which is infinite in single precision.
TEST(CompileProgram, RefusesToDivideByASignalThatIsAsGoodAsZero) {
    for (const int train_steps : {200000, 20000}) {
        const auto process = make_process({.horizon = train_steps});
        const std::vector<double> timesteps = {train_steps - 1.0, 10};
        for (const char* name : {"ddim", "ddpm", "dpmpp_2m"}) {
            const SamplerSettings settings{.name = name};
            EXPECT_THAT(error_of([&] { compile_program(TimeGrid(process, timesteps), Prediction::epsilon, settings); }),
                        HasSubstr("no finite step (timestep " + std::to_string(train_steps - 1) + "): alpha is "))
                << name;
        }
        EXPECT_NO_THROW(compile_program(TimeGrid(process, timesteps), Prediction::v, {}));
    }
}

TEST(CompileProgram, RefusesWhatTheOtherSettingsLeaveWithoutEffect) {
    const auto process = linear();
    const auto refusal = [&](const SamplerSettings& settings) {
        return error_of([&] { compile_program(make_time_grid(process, {}, 20), Prediction::x0, settings); });
    };
    struct Case {
        SamplerSettings settings;
        const char* flag;
        const char* cure;
        SamplerSettings cured;
    };
    const std::vector<Case> cases = {
        {{.name = "dpmpp_sde", .variant = "single", .predict_x0 = false},
         "predict_x0",
         "give `sampler.variant` midpoint or heun",
         {.name = "dpmpp_sde", .variant = "heun", .predict_x0 = false}},
        {{.name = "dpmpp_sde", .order = 2, .variant = "single"},
         "order",
         "give `sampler.variant` midpoint or heun",
         {.name = "dpmpp_sde", .order = 2, .variant = "midpoint"}},
        {{.name = "dpmpp_sde", .variant = "single", .euler_at_final = true},
         "euler_at_final",
         "give `sampler.variant` midpoint or heun",
         {.name = "dpmpp_sde", .euler_at_final = true}},
        {{.name = "dpm", .order = 1, .variant = "heun"},
         "variant",
         "give `sampler.order` 2 or more",
         {.name = "dpm", .order = 2, .variant = "heun"}},
        {{.name = "ddpm", .form = "epsilon", .clip = 1.0},
         "form",
         "give `sampler.form` x0",
         {.name = "ddpm", .form = "x0", .clip = 1.0}},
        {{.name = "ddpm", .mix = 0.3},
         "mix",
         "give `sampler.variance` mixed",
         {.name = "ddpm", .variance = "mixed", .mix = 0.3}},
        {{.name = "ddpm", .variance = "none", .final_noise = true},
         "final_noise",
         "give another `sampler.variance` than none",
         {.name = "ddpm", .variance = "small", .final_noise = true}},
        {{.name = "ddim", .threshold_max = 2.0},
         "threshold_max",
         "give `sampler.threshold`",
         {.name = "ddim", .threshold = 0.9, .threshold_max = 2.0}},
        {{.name = "edm_stochastic", .churn = 0, .churn_min = 0.1},
         "churn_min",
         "give `sampler.churn` above 0",
         {.name = "edm_stochastic", .churn_min = 0.1}},
        {{.name = "edm_stochastic", .churn = 0, .noise_scale = 1.1},
         "noise_scale",
         "give `sampler.churn` above 0",
         {.name = "edm_stochastic", .churn = 1, .noise_scale = 1.1}},
        {{.name = "kdpm2_ancestral", .eta = 0, .noise_scale = 1.1},
         "noise_scale",
         "give `sampler.eta` above 0",
         {.name = "kdpm2_ancestral", .eta = 1, .noise_scale = 1.1}},
        {{.name = "repaint", .resamples = 1, .jump = 3},
         "jump",
         "give `sampler.resamples` 2 or more",
         {.name = "repaint", .resamples = 2, .jump = 3}},
        {{.name = "annealed_langevin", .clip = 1.0},
         "clip",
         "give `sampler.final_denoise` on",
         {.name = "annealed_langevin", .final_denoise = true, .clip = 1.0}},
    };
    for (const auto& [settings, flag, cure, cured] : cases) {
        EXPECT_THAT(refusal(settings), testing::StartsWith(std::string("flag without effect (`sampler.") + flag + "`)"))
            << settings.name;
        EXPECT_THAT(refusal(settings), testing::EndsWith(std::string("; ") + cure + ", or leave it out"));
        EXPECT_EQ(refusal(cured), "no error") << settings.name << " " << flag;
        EXPECT_EQ(refusal(drop_ineffective(settings)), "no error") << settings.name << " " << flag;
        EXPECT_EQ(drop_ineffective(cured), cured) << settings.name << " " << flag;
        EXPECT_EQ(drop_ineffective(settings, flag), settings) << settings.name << " " << flag;
    }
    EXPECT_EQ(without_unused({.name = "annealed_langevin", .clip = 1.0}), SamplerSettings{.name = "annealed_langevin"});
}

/// Every sampler that draws nothing and starts from noise, in every order and form.
std::vector<SamplerSettings> every_deterministic() {
    std::vector<SamplerSettings> all;
    for (const SamplerInfo& info : samplers()) {
        if (info.stochastic || info.from_data) continue;
        const bool predicts =
            std::ranges::find(info.parameters, "predict_x0", &SamplerParameter::name) != info.parameters.end();
        for (int order = std::min(info.most_order, 1); order <= info.most_order; ++order) {
            for (std::size_t v = 0; v < std::max<std::size_t>(info.variants.size(), 1); ++v) {
                for (int data = predicts ? 0 : 1; data < 2; ++data) {
                    SamplerSettings settings{.name = std::string(info.name)};
                    if (order > 0) settings.order = order;
                    if (!info.variants.empty()) settings.variant = std::string(info.variants[v]);
                    if (predicts) settings.predict_x0 = data == 1;
                    all.push_back(drop_ineffective(settings));
                }
            }
        }
    }
    all.push_back({.name = "ddim"});
    return all;
}

// There is no signal at flow's t = 1, nor at the last step of betas with zero terminal SNR: solvers that divide by it
// take DDIM's first step, which is exact for a start that is all noise, and are as good afterwards as anywhere.
TEST(CompileProgram, DeterministicSolversStartWithoutSignal) {
    const GaussianMixture target({{.weight = 1, .mean = {2}, .covariance = {0.25}}});
    const std::vector<double> start = {-1, 0, 1.5};
    for (const bool flow : {true, false}) {
        const auto process = flow ? make_process({.name = "flow"}) : make_process({.zero_snr = true});
        const Prediction prediction = flow ? Prediction::velocity : Prediction::v;
        const ExactScore source(target, prediction);
        for (const SamplerSettings& settings : every_deterministic()) {
            const std::string name = settings.name + " " + std::to_string(settings.order.value_or(0)) + " " +
                                     settings.variant.value_or("") + " " + std::string(process->name());
            const bool adaptive = sampler_info(settings.name).piloted;
            if (adaptive && !flow) continue;  // over sigma/alpha, which is infinite
            Pilot pilot(source, 0, 64);
            const TimeGrid grid = make_time_grid(process, SpacingSettings{}, 80);
            const Program program = compile_program(grid, prediction, settings, &pilot);
            EXPECT_TRUE(adaptive || program.steps == 80) << name;
            const auto states = testing_support::trajectory(program, source, start, 0, {0, 3});
            // The probability flow of one Gaussian maps z to mean + deviation·z.
            for (std::size_t i = 0; i < 3; ++i) {
                EXPECT_NEAR(states.back()[i], 2 + 0.5 * start[i], 0.03) << name;
            }
        }
    }
}

TEST(CompileProgram, StepsWithoutSignalCountForTheCure) {
    const auto message = [](const SamplerSettings& settings, int steps, const char* end = "zero") {
        const auto process = make_process({.name = "flow"});
        return error_of([&] {
            compile_program(make_time_grid(process, {.name = "even", .final = end}, steps), Prediction::velocity,
                            settings);
        });
    };
    EXPECT_EQ(message({.name = "dpm_single", .order = 3}, 3),
              "too few steps (`sampler.order`): order 3 needs the estimates of 3 steps, there are 2 after the one "
              "without signal; use `steps` 4 or more, or `sampler.order` 2");
    EXPECT_EQ(message({.name = "dpm_single", .order = 3}, 4), "no error");
    EXPECT_EQ(message({.name = "dpm_single", .order = 2}, 3), "no error");
    EXPECT_EQ(message({.name = "pndm", .warm_up = true}, 4),
              "too few steps (`sampler.warm_up`): the Runge-Kutta start needs 3 steps, there are 3 after the one "
              "without signal; use `steps` 5 or more, or `sampler.warm_up` off");
    EXPECT_EQ(message({.name = "pndm", .warm_up = true}, 5), "no error");
    for (const SamplerInfo& info : samplers()) {
        if (!info.needs_signal) continue;
        EXPECT_EQ(message({.name = std::string(info.name)}, 1), "no error") << info.name;
        EXPECT_EQ(message({.name = std::string(info.name)}, 1, "sigma_min"), "no error") << info.name;
    }
    EXPECT_THAT(message({.name = "lms", .order = 2}, 1), HasSubstr("use `steps` 3 or more, or `sampler.order` 1"));
}

}  // namespace
}  // namespace scorefield::diffusion
