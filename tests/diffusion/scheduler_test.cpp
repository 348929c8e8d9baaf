#include "diffusion/scheduler/scheduler.hpp"

#include <gmock/gmock.h>

#include <cmath>

#include "base/error.hpp"
#include "diffusion/beta_quantile.hpp"
#include "support.hpp"

namespace scorefield::diffusion {
namespace {

using testing::AllOf;
using testing::DoubleNear;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::Pointwise;
using testing_support::error_of;

Program read(const std::string& fields, int steps = 10, const SchedulerOptions& options = {}) {
    return program_from_scheduler("{" + fields + "}", "s.json", steps, options);
}

std::vector<std::string> notes(const std::string& fields) {
    std::vector<std::string> lines;
    read(fields, 10, {.notes = &lines});
    return lines;
}

/// σ of each evaluation.
std::vector<double> sigmas(const Program& program) {
    std::vector<double> values;
    for (const Op& op : program.ops) {
        if (const auto* eval = std::get_if<Eval>(&op.instruction)) values.push_back(eval->sigma);
    }
    return values;
}

std::string error(const std::string& fields, int steps = 10) {
    return error_of([&] { read(fields, steps); });
}

TEST(Scheduler, KeepsThePresetsOfItsClass) {
    const std::string ddim = R"("_class_name": "DDIMScheduler", "clip_sample": false)";
    EXPECT_EQ(read(ddim), read(ddim + R"(, "beta_start": 0.0001, "beta_end": 0.02, "beta_schedule": "linear",
        "num_train_timesteps": 1000, "timestep_spacing": "leading", "steps_offset": 0, "trained_betas": null)"));
    EXPECT_NE(read(ddim), read(ddim + R"(, "steps_offset": 1)"));
    const std::string heun = R"("_class_name": "HeunDiscreteScheduler")";
    EXPECT_EQ(read(heun), read(heun + R"(, "beta_start": 0.00085, "beta_end": 0.012)"));
}

TEST(Scheduler, PassesOverWhatTheLibraryPassesOver) {
    const std::string euler = R"("_class_name": "EulerDiscreteScheduler")";
    EXPECT_EQ(read(euler), read(euler + R"(, "_diffusers_version": "0.19.0", "clip_sample": true, "solver_order": 3,
        "set_alpha_to_one": false, "skip_prk_steps": true, "use_lu_lambdas": false)"));
    EXPECT_THAT(notes(euler + R"(, "_note": 1, "clip_sample": true, "use_lu_lambdas": false)"), IsEmpty());
}

// The library warns of them and goes on.
TEST(Scheduler, PassesOverTheRestWithANote) {
    const std::string euler = R"("_class_name": "EulerDiscreteScheduler")";
    const std::string fields =
        R"(, "use_lu_lambdas": true, "beta_ende": 1, "predict_epsilon": true, "tensor_format": "np",
        "\u001b[31m": 1, "a": 1, "b": 1, "c": 1)";
    EXPECT_EQ(read(euler), read(euler + fields));
    EXPECT_THAT(
        notes(euler + fields),
        ElementsAre(
            "s.json: ignored unknown fields (as diffusers does): ?[31m, a, b, beta_ende (did you mean 'beta_end'?), c "
            "and 2 more",
            "s.json: ignored fields that EulerDiscreteScheduler does not have (as diffusers does): use_lu_lambdas"));
}

TEST(Scheduler, SaysThatItClips) {
    const std::string ddim = R"("_class_name": "DDIMScheduler")";
    EXPECT_THAT(notes(ddim), ElementsAre(HasSubstr("clip_sample (on by default) clips x0 to ±1.")));
    EXPECT_THAT(notes(ddim + R"(, "clip_sample": true, "clip_sample_range": 2.5)"),
                ElementsAre(HasSubstr("clip_sample clips x0 to ±2.5.")));
    EXPECT_THAT(notes(ddim + R"(, "clip_sample": false)"), IsEmpty());
    EXPECT_THAT(notes(ddim + R"(, "thresholding": true)"), ElementsAre(HasSubstr("limits x0 to ±1")));
}

// The library's time shift, written out: μ/(μ + (1/t − 1)) of t from 1 to 1/T, with exp(μ) where it is exponential.
TEST(Scheduler, ShiftsByMu) {
    const std::string flow = R"("_class_name": "FlowMatchEulerDiscreteScheduler", "use_dynamic_shifting": true)";
    for (const bool linear : {false, true}) {
        const std::string type = linear ? R"(, "time_shift_type": "linear")" : "";
        const double mu = 1.15;
        const Program program = read(flow + type, 5, {.mu = mu});
        const double shift = linear ? mu : std::exp(mu);
        for (std::size_t i = 0; i < 5; ++i) {
            const double t = 1 - static_cast<double>(i) / 4 * (1 - 0.001);
            const double sigma = shift / (shift + (1 / t - 1));
            EXPECT_NEAR(std::get<Eval>(program.ops[i].instruction).sigma, sigma, 1e-12) << i;
        }
    }
    // The multistep solvers shift the sigmas of a flow by exp(μ) in the place of flow_shift.
    for (const char* name : {"UniPCMultistepScheduler", "DPMSolverMultistepScheduler", "DEISMultistepScheduler"}) {
        const std::string fields = std::string(R"("_class_name": ")") + name +
                                   R"(", "use_flow_sigmas": true, "prediction_type": "flow_prediction")";
        const std::string dynamic = fields + R"(, "use_dynamic_shifting": true)";
        EXPECT_EQ(read(dynamic, 5, {.mu = std::log(3)}).ops.size(),
                  read(fields + R"(, "flow_shift": 3)", 5).ops.size());
        EXPECT_THAT(sigmas(read(dynamic, 5, {.mu = std::log(3)})),
                    Pointwise(DoubleNear(1e-12), sigmas(read(fields + R"(, "flow_shift": 3)", 5))));
        EXPECT_EQ(read(dynamic, 5), read(fields, 5));
        EXPECT_THAT(notes(dynamic),
                    ElementsAre(HasSubstr("without `scheduler.mu`, use_dynamic_shifting uses flow_shift")));
    }
    const auto refusal = [&](const std::string& fields, double mu) {
        return error_of([&] { read(fields, 5, {.mu = mu}); });
    };
    EXPECT_THAT(error(flow), HasSubstr("give the mu of that size with `scheduler.mu`"));
    EXPECT_THAT(refusal(flow, 20), HasSubstr("give up to 13.8"));
    EXPECT_THAT(refusal(flow + R"(, "time_shift_type": "linear")", -1), HasSubstr("(`scheduler.mu`): -1"));
    EXPECT_THAT(refusal(R"("_class_name": "DDIMScheduler")", 1),
                HasSubstr("(`scheduler.mu`): use_dynamic_shifting is not enabled"));
    EXPECT_THAT(refusal(R"("_class_name": "UniPCMultistepScheduler", "use_dynamic_shifting": true)", 1),
                HasSubstr("set use_flow_sigmas to true"));
}

TEST(Scheduler, RefusesASingleStepAtTheLowestLevel) {
    for (const char* fields : {R"("_class_name": "EulerDiscreteScheduler")", R"("_class_name": "DDIMScheduler")",
                               R"("_class_name": "DDPMScheduler", "timestep_spacing": "linspace")",
                               R"("_class_name": "EDMEulerScheduler", "sigma_schedule": "exponential")"}) {
        EXPECT_THAT(error(fields, 1), HasSubstr("a single step starts at")) << fields;
        EXPECT_EQ(error(fields, 2), "no error") << fields;
    }
    const std::string trailing = R"(, "timestep_spacing": "trailing")";
    EXPECT_EQ(error(R"("_class_name": "EulerDiscreteScheduler")" + trailing, 1), "no error");
    EXPECT_EQ(error(R"("_class_name": "DDIMScheduler")" + trailing, 1), "no error");
}

// Whoever follows a hint gets a program.
TEST(Scheduler, GivesHintsThatWork) {
    const std::string offset = error(R"("_class_name": "DDIMScheduler", "steps_offset": 200)");
    EXPECT_THAT(offset, HasSubstr("give 0 … 99"));
    EXPECT_EQ(error(R"("_class_name": "DDIMScheduler", "steps_offset": 99)"), "no error");
    EXPECT_THAT(error(R"("_class_name": "DDIMScheduler", "steps_offset": -1)"), HasSubstr("give 0 … 99"));
    const std::string unipc = R"("_class_name": "UniPCMultistepScheduler", "prediction_type": "flow_prediction")";
    EXPECT_THAT(error(unipc + R"(, "predict_x0": false)"), HasSubstr("set predict_x0 to true"));
    EXPECT_EQ(error(unipc + R"(, "predict_x0": true)"), "no error");
    const std::string euler = R"("_class_name": "EulerDiscreteScheduler", "use_karras_sigmas": true)";
    EXPECT_THAT(error(euler + R"(, "sigma_max": -3)"), HasSubstr("sigma_max): not above 0"));
    const std::string dpm = R"("_class_name": "DPMSolverMultistepScheduler", "lambda_min_clipped": )";
    EXPECT_THAT(error(dpm + "9"), HasSubstr("give at most 4.605"));
    EXPECT_EQ(error(dpm + "-5.1"), "no error");
    EXPECT_THAT(error(R"("_class_name": "IPNDMScheduler", "trained_betas": [1])"), HasSubstr("give two or more"));
    EXPECT_THAT(error(R"("_class_name": "StableDiffusionPipeline")"), HasSubstr("scheduler/scheduler_config.json"));
}

TEST(Scheduler, TakesNoValueDeeperThanItLooks) {
    std::string deep(100'000, '[');
    deep += std::string(100'000, ']');
    EXPECT_THAT(error(R"("_class_name": "DDIMScheduler", "beta_start": )" + deep),
                HasSubstr("nested more than 64 deep"));
    EXPECT_THAT(error(R"("_class_name": "DDIMScheduler", "beta_end": 0.02, "beta_end": 0.03)"),
                HasSubstr("'beta_end' comes twice"));
}

TEST(Scheduler, ReadsTheInfinitiesOfPython) {
    const std::string dpm = R"("_class_name": "DPMSolverMultistepScheduler")";
    EXPECT_EQ(read(dpm), read(dpm + R"(, "lambda_min_clipped": -Infinity, "_note": "NaN \" Infinity\\")"));
    EXPECT_NE(read(dpm), read(dpm + R"(, "lambda_min_clipped": -4)"));
}

TEST(Scheduler, ReadsTrainedBetas) {
    const std::string ddim = R"("_class_name": "DDIMScheduler", "clip_sample": false, "num_train_timesteps": 3)";
    const Program program = read(ddim + R"(, "trained_betas": [0.1, 0.2, 0.3])", 3);
    const Eval& first = std::get<Eval>(program.ops[0].instruction);
    EXPECT_NEAR(first.alpha, std::sqrt(0.9 * 0.8 * 0.7), 1e-15);
    EXPECT_THAT(error(ddim + R"(, "trained_betas": [0.1, 0.2])", 3), HasSubstr("s.json: trained_betas"));
    EXPECT_THAT(error(ddim + R"(, "trained_betas": [0.1, 2, 0.3])", 3), HasSubstr("s.json: trained_betas"));
    EXPECT_THAT(error(ddim + R"(, "trained_betas": [1e-20, 0.2, 0.3])", 3), HasSubstr("s.json: trained_betas"));
}

TEST(Scheduler, RefusesBetasThatLeaveNoSignalToDivideBy) {
    const std::string lms = R"("_class_name": "LMSDiscreteScheduler", "beta_start": 0.5, "beta_end": 0.9)";
    EXPECT_THAT(error(lms, 3), HasSubstr("s.json: beta_end"));
    EXPECT_EQ(error(lms + R"(, "num_train_timesteps": 100)", 3), "no error");
}

TEST(Scheduler, SaysWhatPredictEpsilonMeant) {
    const std::string ddpm = R"("_class_name": "DDPMScheduler", "clip_sample": false)";
    const std::string note =
        "s.json: ignored predict_epsilon false (as diffusers does), which said in old versions that the network "
        "predicts the sample; if it does, set prediction_type to \"sample\"";
    EXPECT_THAT(notes(ddpm + R"(, "predict_epsilon": false)"), ElementsAre(note));
    EXPECT_THAT(notes(ddpm + R"(, "predict_epsilon": false, "prediction_type": "epsilon")"), ElementsAre(note));
    EXPECT_THAT(notes(ddpm + R"(, "predict_epsilon": false, "prediction_type": "sample")"), IsEmpty());
    EXPECT_THAT(notes(ddpm + R"(, "predict_epsilon": true)"),
                ElementsAre("s.json: ignored unknown fields (as diffusers does): predict_epsilon"));
}

std::string error_of_class(const std::string& name) {
    return error(R"("_class_name": ")" + name + '"');
}

TEST(Scheduler, NamesTheClassThatAMisspeltOneMeans) {
    EXPECT_EQ(error_of_class("DDIMSheduler"),
              "invalid scheduler (s.json: _class_name): unknown scheduler 'DDIMSheduler'; did you mean "
              "'DDIMScheduler'? known, before Scheduler: DDIM, DDIMInverse, DDPM, LCM, PNDM, DPMSolverSDE, "
              "DPMSolverMultistepInverse, DPMSolverSinglestep, EDMEuler, IPNDM; before DiscreteScheduler: Euler, "
              "EulerAncestral, Heun, LMS, KDPM2, KDPM2Ancestral, FlowMatchEuler, FlowMatchHeun; before "
              "MultistepScheduler: DPMSolver, DEIS, UniPC, EDMDPMSolver");
    const std::vector<std::pair<const char*, const char*>> cases = {
        {"DDIMSchedular", "DDIMScheduler"},
        {"ddimscheduler", "DDIMScheduler"},
        {"DDIM", "DDIMScheduler"},
        {"LMS", "LMSDiscreteScheduler"},
        {"EulerScheduler", "EulerDiscreteScheduler"},
        {"EulerAncestralScheduler", "EulerAncestralDiscreteScheduler"},
        {"UniPCScheduler", "UniPCMultistepScheduler"},
        {"DPMSolverMultiStepScheduler", "DPMSolverMultistepScheduler"},
        {"FlowMatchEulerDiscretScheduler", "FlowMatchEulerDiscreteScheduler"},
    };
    for (const auto& [name, meant] : cases) {
        EXPECT_THAT(error_of_class(name), HasSubstr(std::string("did you mean '") + meant + "'? known"));
    }
}

TEST(Scheduler, NamesNoClassForOneThatIsSomethingElse) {
    for (const char* name :
         {"VQDiffusionScheduler", "ScoreSdeVpScheduler", "ScoreSdeVeScheduler", "CMStochasticIterativeScheduler",
          "AmusedScheduler", "UnCLIPScheduler", "KarrasVeScheduler", "TCDScheduler", "ConsistencyDecoderScheduler",
          "DDPMWuerstchenScheduler", "RePaintScheduler", "SASolverScheduler", "CosineDPMSolverMultistepScheduler",
          "CogVideoXDDIMScheduler", "FlowMatchLCMScheduler", "Scheduler", "", "s"}) {
        const std::string message = error_of_class(name);
        EXPECT_THAT(message, AllOf(HasSubstr("; known, before Scheduler: "), Not(HasSubstr("did you mean"))));
        EXPECT_LT(message.size(), 440U);
    }
}

TEST(Scheduler, NamesTheClassWhoseStepsAParallelOneTakes) {
    EXPECT_THAT(error_of_class("DDIMParallelScheduler"),
                EndsWith("'DDIMParallelScheduler'; its steps are those of DDIMScheduler: set _class_name to this"));
    EXPECT_THAT(error_of_class("DDPMParallelScheduler"),
                EndsWith("are those of DDPMScheduler: set _class_name to this"));
}

TEST(Scheduler, NamesFileAndFieldOfWhatItCannotHonour) {
    EXPECT_THAT(error(R"("beta_end": 0.02)"), HasSubstr("field '_class_name' is missing"));
    struct Case {
        const char* name;
        const char* fields;
        const char* field;
    };
    const std::vector<Case> cases = {
        {"DDIMScheduler", R"("beta_end": "much")", "beta_end"},
        {"DDIMScheduler", R"("beta_end": 2)", "beta_end"},
        {"DDIMScheduler", R"("clip_sample": 1)", "clip_sample"},
        {"DDIMScheduler", R"("num_train_timesteps": 99.5)", "num_train_timesteps"},
        {"DDIMScheduler", R"("prediction_type": "flow_prediction")", "prediction_type"},
        {"DDIMScheduler", R"("beta_schedule": "quadratic")", "beta_schedule"},
        {"DDIMScheduler", R"("steps_offset": 200)", "steps_offset"},
        {"DDIMScheduler", R"("timestep_spacing": "trailing", "rescale_betas_zero_snr": true)", "prediction_type"},
        {"DDIMInverseScheduler", R"("prediction_type": "sample")", "prediction_type"},
        {"DDPMScheduler", R"("variance_type": "learned_range")", "variance_type"},
        {"PNDMScheduler", R"("prediction_type": "sample")", "prediction_type"},
        {"EulerDiscreteScheduler", R"("use_karras_sigmas": true, "use_beta_sigmas": true)", "use_karras_sigmas"},
        {"KDPM2DiscreteScheduler", R"("prediction_type": "sample")", "prediction_type"},
        {"DPMSolverSDEScheduler", R"("noise_sampler_seed": 3)", "noise_sampler_seed"},
        {"DPMSolverMultistepScheduler", R"("solver_order": 4)", "solver_order"},
        {"UniPCMultistepScheduler", R"("solver_order": 5)", "solver_order"},
        {"DPMSolverMultistepInverseScheduler", R"("algorithm_type": "sde-dpmsolver++")", "algorithm_type"},
        {"DPMSolverMultistepInverseScheduler", R"("use_flow_sigmas": true, "use_beta_sigmas": true)",
         "use_flow_sigmas"},
        {"IPNDMScheduler", R"("trained_betas": [1, 0.5, 0.2])", "trained_betas"},
        {"IPNDMScheduler", R"("trained_betas": [1, 0.9, 0.8, 0.7, 0.6, 0.6, 0.4, 0.3, 0.2, 0.1, 0])", "trained_betas"},
        {"IPNDMScheduler", R"("trained_betas": [2, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1, 0])", "trained_betas"},
        {"DPMSolverMultistepScheduler", R"("algorithm_type": "dpmsolver")", "final_sigmas_type"},
        {"DPMSolverMultistepScheduler", R"("algorithm_type": "sde-dpmsolver++", "solver_order": 3)", "solver_order"},
        {"DPMSolverMultistepScheduler",
         R"("algorithm_type": "dpmsolver", "final_sigmas_type": "sigma_min", "prediction_type": "flow_prediction")",
         "prediction_type"},
        {"DPMSolverMultistepScheduler", R"("algorithm_type": "deis")", "final_sigmas_type"},
        {"DPMSolverSinglestepScheduler", R"("algorithm_type": "deis")", "final_sigmas_type"},
        {"DPMSolverMultistepScheduler", R"("use_flow_sigmas": true, "use_karras_sigmas": true)", "use_flow_sigmas"},
        {"DEISMultistepScheduler", R"("prediction_type": "flow_prediction", "thresholding": true)", "thresholding"},
        {"DDIMScheduler", R"("beta_schedule": "laplace")", "beta_schedule"},
        {"EulerDiscreteScheduler", R"("beta_schedule": "sigmoid")", "beta_schedule"},
        {"DDPMScheduler", R"("beta_schedule": "exp")", "beta_schedule"},
        {"DPMSolverMultistepScheduler", R"("variance_type": "learned")", "variance_type"},
        {"UniPCMultistepScheduler", R"("disable_corrector": [3])", "disable_corrector"},
        {"UniPCMultistepScheduler", R"("solver_p": "DDIMScheduler")", "solver_p"},
        {"FlowMatchEulerDiscreteScheduler", R"("use_dynamic_shifting": true)", "use_dynamic_shifting"},
        {"EDMEulerScheduler", R"("sigma_min": 100)", "sigma_min"},
        {"EDMEulerScheduler", R"("sigma_max": 1e7)", "sigma_max"},
        {"EDMEulerScheduler", R"("sigma_data": Infinity)", "sigma_data"},
        {"EDMEulerScheduler", R"("rho": 0)", "rho"},
        {"FlowMatchHeunDiscreteScheduler", R"("shift": Infinity)", "shift"},
        {"DEISMultistepScheduler", R"("use_flow_sigmas": true, "flow_shift": -1)", "flow_shift"},
        {"EulerDiscreteScheduler", R"("use_karras_sigmas": true, "sigma_min": 0)", "sigma_min"},
        {"UniPCMultistepScheduler", R"("use_karras_sigmas": true, "sigma_max": 1e-3)", "sigma_min"},
        {"FlowMatchEulerDiscreteScheduler", R"("shift_terminal": 1)", "shift_terminal"},
        {"LCMScheduler", R"("timestep_scaling": 0)", "timestep_scaling"},
    };
    for (const Case& c : cases) {
        const std::string message = error(std::string(R"("_class_name": ")") + c.name + "\", " + c.fields);
        EXPECT_THAT(message, HasSubstr(std::string("s.json: ") + c.field)) << c.fields;
        EXPECT_THAT(message, HasSubstr("; ")) << c.fields;
    }
    EXPECT_THAT(error(R"("_class_name": "DDIMScheduler")", 1001), HasSubstr("`steps`"));
    EXPECT_THAT(error(R"("_class_name": "PNDMScheduler")", 3), HasSubstr("s.json: skip_prk_steps"));
}

// A program of a flow goes from the noise's σ = 1, and inverted ends there.
TEST(Scheduler, RunsFlowsBothWays) {
    const Program there = read(R"("_class_name": "FlowMatchEulerDiscreteScheduler", "shift": 3.0)", 4);
    const Program back = read(R"("_class_name": "FlowMatchEulerDiscreteScheduler", "invert_sigmas": true)", 4);
    EXPECT_EQ(std::get<Eval>(there.ops.front().instruction).c_noise, 1000);
    EXPECT_EQ(std::get<Eval>(back.ops.front().instruction).c_noise, 0);
}

// B(½, ½) has the distribution function (2/π)·asin√x, B(1, b) has 1 − (1−x)^b.
TEST(BetaQuantile, InvertsKnownDistributions) {
    for (const double p : {1e-9, 0.01, 0.3, 0.5, 0.77, 0.999}) {
        const double root = std::sin(p * std::acos(-1.0) / 2);
        EXPECT_NEAR(beta_quantile(p, 0.5, 0.5), root * root, 1e-13) << p;
        EXPECT_NEAR(beta_quantile(p, 1, 3), -std::expm1(std::log1p(-p) / 3), 1e-13) << p;
    }
    EXPECT_EQ(beta_quantile(0, 0.6, 0.6), 0);
    EXPECT_EQ(beta_quantile(1, 0.6, 0.6), 1);
}

}  // namespace
}  // namespace scorefield::diffusion
