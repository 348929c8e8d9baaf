// Programs that contradict a network: by what they say of themselves, and by what their evaluations say alone.
#include "diffusion/program_check.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>

#include "base/error.hpp"
#include "diffusion/automatic_spacing.hpp"
#include "diffusion/sampler.hpp"
#include "diffusion/scheduler/scheduler.hpp"
#include "diffusion/spacing.hpp"
#include "diffusion/time_grid.hpp"
#include "support.hpp"

namespace scorefield::diffusion {
namespace {

using testing_support::linear;

using testing::HasSubstr;
using testing::IsEmpty;

/// As a file of version 1 holds it.
Program without_words(Program program) {
    program.prediction.reset();
    program.process_settings.reset();
    program.scheduler.clear();
    return program;
}

Program scheduled(const std::string& fields, int steps = 50) {
    return without_words(program_from_scheduler("{\"_class_name\":" + fields + "}", "config", steps));
}

Program compiled(const ProcessSettings& process, const Parametrisation& parametrisation, const SamplerSettings& sampler,
                 const std::string& spacing = "even", int steps = 25) {
    SpacingSettings settings;
    settings.name = spacing;
    return without_words(
        compile_program(make_time_grid(make_process(process), settings, steps), parametrisation, sampler));
}

TEST(Contradiction, NoneOfAProgramCompiledForTheModel) {
    for (const ProcessInfo& process : processes()) {
        for (const Prediction prediction : {Prediction::epsilon, Prediction::x0, Prediction::v, Prediction::score,
                                            Prediction::velocity, Prediction::edm}) {
            if (process.name == "flow" && prediction == Prediction::edm) continue;  // no signal at t = 1: log 0
            for (const SamplerInfo& sampler : samplers()) {
                if (sampler.piloted) continue;
                SamplerSettings settings;
                settings.name = sampler.name;
                Program program;
                try {
                    program = compiled({.name = std::string(process.name)}, prediction, settings, "linspace");
                } catch (const base::Error&) {
                    continue;  // a prediction that says nothing there, or a sampler that wants other nodes
                }
                EXPECT_THAT(contradiction(program, *make_process({.name = std::string(process.name)}), prediction),
                            IsEmpty())
                    << process.name << ", " << sampler.name << ", " << prediction_name(prediction);
            }
        }
    }
}

TEST(Contradiction, NoneOfALibrarysSchedulerForTheModel) {
    for (const char* fields :
         {R"("DDIMScheduler")", R"("DDPMScheduler")", R"("DPMSolverMultistepScheduler")", R"("EulerDiscreteScheduler")",
          R"("HeunDiscreteScheduler")", R"("UniPCMultistepScheduler")",
          R"("DPMSolverMultistepScheduler","use_karras_sigmas":true)",
          R"("DDIMScheduler","timestep_spacing":"trailing")", R"("PNDMScheduler","skip_prk_steps":true)",
          R"("LMSDiscreteScheduler")"}) {
        const std::string text(fields);
        const std::string betas = R"(,"beta_start":0.0001,"beta_end":0.02,"beta_schedule":"linear")";
        const Program program = scheduled(text + betas);
        EXPECT_THAT(contradiction(program, *linear(), Prediction::epsilon), IsEmpty()) << text;
        const std::optional<GaussianCheck> end = check_on_gaussian(program, Prediction::epsilon);
        ASSERT_TRUE(end.has_value()) << text;
        EXPECT_FALSE(end->is_wrong()) << text << " ends at " << end->mean << " ± " << end->deviation;
    }
}

TEST(Contradiction, IsReadFromTheEvaluationsAlone) {
    const Program v = scheduled(R"("DDIMScheduler","prediction_type":"v_prediction")");
    EXPECT_THAT(contradiction(v, *linear(), Prediction::epsilon),
                HasSubstr("it treats the network output as v, but the model predicts epsilon"));
    EXPECT_THAT(contradiction(v, *linear(), Prediction::v), IsEmpty());
    const Program betas =
        scheduled(R"("DDIMScheduler","beta_schedule":"scaled_linear","beta_start":0.00085,"beta_end":0.012)");
    EXPECT_THAT(contradiction(betas, *linear(), Prediction::epsilon), HasSubstr("to the network; the model uses"));
    EXPECT_THAT(contradiction(compiled({}, Prediction::x0, {.name = "heun"}), *linear(), Prediction::v),
                testing::Not(HasSubstr("levels")));
    // Another horizon, another schedule, and other parameters of a continuous process.
    EXPECT_THAT(contradiction(compiled({.horizon = 500}, Prediction::epsilon, {.name = "ddim"}), *linear(),
                              Prediction::epsilon),
                HasSubstr("to the network; the model uses"));
    EXPECT_THAT(contradiction(compiled({.schedule = "cosine"}, Prediction::epsilon, {.name = "dpmpp_2m"}), *linear(),
                              Prediction::epsilon),
                HasSubstr("to the network; the model uses"));
    EXPECT_THAT(contradiction(compiled({.name = "vp", .beta_max = 10}, Prediction::epsilon, {.name = "euler"}),
                              *make_process({.name = "vp"}), Prediction::epsilon),
                HasSubstr("to the network; the model uses"));
    // The deviation of the data that an edm network divides by.
    const Program edm = compiled({.name = "edm"}, {Prediction::edm, 0.5}, {.name = "heun"}, "karras");
    EXPECT_THAT(contradiction(edm, *make_process({.name = "edm"}), {Prediction::edm, 0.5}), IsEmpty());
    EXPECT_THAT(contradiction(edm, *make_process({.name = "edm"}), {Prediction::edm, 1.0}), HasSubstr("sigma_data"));
    EXPECT_THAT(contradiction(edm, *linear(), Prediction::epsilon),
                HasSubstr("it is for process edm, but the model uses ddpm"));
}

/// The program with every `stride`-th evaluation changed.
template <class Change>
Program changed(Program program, int stride, const Change& change) {
    int index = 0;
    for (Op& op : program.ops) {
        if (auto* eval = std::get_if<Eval>(&op.instruction); eval != nullptr && index++ % stride == 0) change(*eval);
    }
    return program;
}

// These programs fold the sampler's step into c_skip and c_out, so the coefficients do not show the prediction.
TEST(GaussianCheck, DetectsAnotherPrediction) {
    const std::vector<Prediction> all = {Prediction::epsilon, Prediction::x0, Prediction::v, Prediction::score};
    for (const char* sampler : {"ddim", "euler_ancestral"}) {
        for (const Prediction own : all) {
            const Program program = compiled({}, own, {.name = sampler}, "trailing", 40);
            for (const Prediction model : all) {
                const std::optional<GaussianCheck> end = check_on_gaussian(program, model);
                ASSERT_TRUE(end.has_value());
                EXPECT_EQ(end->is_wrong(), own != model) << sampler << ": " << end->mean << " ± " << end->deviation;
            }
        }
    }
}

TEST(Contradiction, DetectsWrongInputScale) {
    for (const Prediction prediction : {Prediction::epsilon, Prediction::x0, Prediction::v}) {
        const Program program = compiled({}, prediction, {.name = "dpmpp_2m"});
        for (const double factor : {1.5, 0.5, -1.0}) {
            const auto scale = [&](Eval& eval) { eval.c_in *= factor; };
            EXPECT_THAT(contradiction(changed(program, 1, scale), *linear(), prediction), HasSubstr("c_in = "));
            EXPECT_THAT(contradiction(changed(program, 2, scale), *linear(), prediction), HasSubstr("c_in = "));
        }
    }
    // k-diffusion solvers keep the state as x/α; this is no contradiction.
    const Program euler = scheduled(R"("EulerDiscreteScheduler")");
    EXPECT_THAT(contradiction(euler, *linear(), Prediction::epsilon), IsEmpty());
    const auto drop = [&](Eval& eval) { eval.c_in = 1; };
    EXPECT_THAT(contradiction(changed(euler, 1, drop), *linear(), Prediction::epsilon), HasSubstr("c_in = 1; "));
}

TEST(GaussianCheck, IsRightOfSolversOnTheirAutomaticLevels) {
    for (const ProcessInfo& info : processes()) {
        const auto process = make_process({.name = std::string(info.name)});
        for (const SamplerInfo& sampler : samplers()) {
            if (sampler.piloted || !sampler.caveat.empty() || sampler.masked) continue;
            const SpacingSettings spacing =
                automatic_spacing(*process, Prediction::v, {.name = std::string(sampler.name)}, 50);
            const TimeGrid grid = grid_in_direction(make_time_grid(process, spacing, 50), sampler.name);
            const Program program = compile_program(grid, Prediction::v, {.name = std::string(sampler.name)});
            const std::optional<GaussianCheck> end = check_on_gaussian(program, Prediction::v);
            EXPECT_EQ(end.has_value(), !sampler.from_data) << info.name << ' ' << sampler.name;
            if (end) {
                EXPECT_FALSE(end->is_wrong())
                    << info.name << ' ' << sampler.name << ": " << end->mean << " ± " << end->deviation;
            }
        }
    }
}

TEST(GaussianCheck, TellsThatAProgramIsWrongForAnyScore) {
    for (const char* sampler : {"ddim", "dpmpp_2m", "euler"}) {
        const Program program = compiled({}, Prediction::epsilon, {.name = sampler});
        const auto is_wrong = [&](const Program& run) {
            const std::optional<GaussianCheck> end = check_on_gaussian(run, Prediction::epsilon);
            return end && end->is_wrong();
        };
        EXPECT_FALSE(is_wrong(program)) << sampler;
        EXPECT_TRUE(is_wrong(changed(program, 1, [](Eval& eval) { eval.c_out *= 1.2; }))) << sampler;
        EXPECT_TRUE(is_wrong(changed(program, 2, [](Eval& eval) { eval.c_out = -eval.c_out; }))) << sampler;
        EXPECT_TRUE(is_wrong(changed(program, 1, [](Eval& eval) { eval.c_skip *= 0.95; }))) << sampler;
    }
}

// More than rounding explains, at the end of the run, where it matters most.
TEST(Contradiction, IsALargeErrorOfASingleEvaluation) {
    const Program program = compiled({}, Prediction::epsilon, {.name = "ddim"}, "trailing", 50);
    const auto last_changed = [&](const auto& change) {
        Program other = program;
        change(std::get<Eval>(std::find_if(other.ops.rbegin(), other.ops.rend(), [](const Op& op) {
                                  return std::holds_alternative<Eval>(op.instruction);
                              })->instruction));
        return contradiction(other, *linear(), Prediction::epsilon);
    };
    EXPECT_THAT(last_changed([](Eval&) {}), IsEmpty());
    EXPECT_THAT(last_changed([](Eval& eval) { eval.c_noise = 999; }), HasSubstr("passes time 999"));
    EXPECT_THAT(last_changed([](Eval& eval) { eval.c_noise += 100; }), HasSubstr("the model uses"));
    EXPECT_THAT(last_changed([](Eval& eval) { eval.c_in = 0.7; }), HasSubstr("c_in = 0.7"));
    EXPECT_THAT(last_changed([](Eval& eval) { eval.c_in = std::nan(""); }), HasSubstr("c_in"));
}

// One level of 40 is as much as 25 of 1000.
TEST(Contradiction, IsATimeOffByOneLevelOfFew) {
    const ProcessSettings seed = {.schedule = "cosine_seed"};
    const Program program = compiled(seed, Prediction::epsilon, {.name = "ddpm"}, "linspace", 39);
    const auto later = [](Eval& eval) { eval.c_noise += 1; };
    EXPECT_THAT(contradiction(program, *make_process(seed), Prediction::epsilon), IsEmpty());
    EXPECT_THAT(contradiction(changed(program, 1, later), *make_process(seed), Prediction::epsilon),
                HasSubstr("the model uses"));
    const Program fine = compiled({}, Prediction::epsilon, {.name = "ddpm"}, "linspace", 40);
    EXPECT_THAT(contradiction(changed(fine, 1, later), *linear(), Prediction::epsilon), IsEmpty());  // as rounded
}

TEST(Contradiction, IsReadFromWhatAProgramSays) {
    Program program = compiled({}, Prediction::epsilon, {.name = "ddim"});
    program.prediction = Prediction::v;
    EXPECT_THAT(contradiction(program, *linear(), Prediction::epsilon), HasSubstr("it is for prediction v"));
    program.prediction = Prediction::epsilon;
    EXPECT_THAT(contradiction(program, *linear(), Prediction::epsilon), IsEmpty());
    program.process_settings = ProcessSettings{.zero_snr = true};
    EXPECT_THAT(contradiction(program, *linear(), Prediction::epsilon), HasSubstr("its process has sigma/alpha"));
    program.process_settings = ProcessSettings{.horizon = 900};
    EXPECT_THAT(contradiction(program, *linear(), Prediction::epsilon), testing::Not(IsEmpty()));
}

TEST(Contradiction, NoneOfAProgramWithoutEvaluations) {
    Program program;
    program.steps = 1;
    program.process = "chain";
    program.ops = {{0, Blend{.dst = 0, .terms = {{0, 1}}, .noise = {}}}};
    EXPECT_THAT(contradiction(program, *linear(), Prediction::epsilon), IsEmpty());
}

}  // namespace
}  // namespace scorefield::diffusion
