// Programs that contradict a network: by what they say of themselves, and by what their evaluations say alone.
#include "diffusion/program_check.hpp"

#include <gmock/gmock.h>

#include "base/error.hpp"
#include "diffusion/course.hpp"
#include "diffusion/sampler.hpp"
#include "diffusion/scheduler/scheduler.hpp"
#include "diffusion/spacing.hpp"

namespace scorefield::diffusion {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

std::shared_ptr<const NoiseProcess> linear() {
    return make_process({});
}

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
        compile_program(make_course(make_process(process), settings, steps), parametrisation, sampler));
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
        EXPECT_THAT(contradiction(scheduled(text + betas), *linear(), Prediction::epsilon), IsEmpty()) << text;
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
