#include "diffusion/scheduler/scheduler.hpp"

#include <gmock/gmock.h>

#include <cmath>

#include "base/error.hpp"
#include "diffusion/beta_quantile.hpp"
#include "support.hpp"

namespace scorefield::diffusion {
namespace {

using testing::HasSubstr;
using testing_support::error_of;

Program read(const std::string& fields, int steps = 10) {
    return program_from_scheduler("{" + fields + "}", "s.json", steps);
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
    EXPECT_EQ(error(euler + R"(, "use_lu_lambdas": true)"),
              "invalid scheduler (s.json: use_lu_lambdas): EulerDiscreteScheduler has no such field, and the library "
              "passes over it; leave it out");
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

TEST(Scheduler, NamesFileAndFieldOfWhatItCannotHonour) {
    EXPECT_EQ(error(R"("_class_name": "DDIMSheduler")").substr(0, 115),
              "invalid scheduler (s.json: _class_name): no scheduler 'DDIMSheduler' is known; did you mean "
              "'DDIMScheduler'? known:");
    EXPECT_THAT(error(R"("beta_end": 0.02)"), HasSubstr("field '_class_name' is missing"));
    struct Case {
        const char* name;
        const char* fields;
        const char* field;
    };
    const std::vector<Case> cases = {
        {"DDIMScheduler", R"("beta_ende": 0.02)", "beta_ende"},
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
    EXPECT_THAT(error(R"("_class_name": "DDIMScheduler")", 1001), HasSubstr("--steps"));
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
