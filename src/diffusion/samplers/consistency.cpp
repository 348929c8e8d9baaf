#include <array>
#include <cmath>

#include "base/error.hpp"
#include "diffusion/samplers/samplers.hpp"

namespace scorefield::diffusion {
namespace {

/// x ← α_s·(state·x + denoised·x̂_0) + σ_s·z, without the noise at the clean state.
void renoise(ProgramBuilder& builder, const Step& step, double state, double denoised) {
    const auto [alpha, sigma] = step.to.at;
    builder.combine(step.from, 0, 0, alpha * state, alpha * denoised, 1);
    if (sigma != 0) builder.blend(0, {{0, 1}}, builder.increment(sigma, step.from, step.to));
}

/// Multistep consistency sampling (Song et al. 2023, algorithm 1): the estimate of the data, noised again.
void emit_consistency(ProgramBuilder& builder, const TimeGrid& grid, const SamplerSettings&) {
    for (const Step& step : grid.steps()) {
        builder.begin_step(step.index);
        if (step.last()) {
            builder.denoise(step.from, 0, 0);
        } else {
            renoise(builder, step, 0, 1);
        }
    }
}

/// The boundary condition's time of a step that starts at `from`: with `published` the timestep itself, else the
/// timestep of the schedule that the method was published on (Ho et al. 2020: linear, a thousand levels) which has that
/// σ/α. Times of other processes are no timesteps: that of edm is the noise, that of flow its share.
double boundary_time(const Node& from, bool published) {
    if (published) return from.t;
    static const std::shared_ptr<const NoiseProcess> schedule = make_process({});
    return schedule->time_at(log_snr(from.at));
}

/// Latent consistency models (Luo et al. 2023): the same with c_skip·x/α + c_out·x̂_0 for the estimate, c_skip =
/// σ_d²/(τ²+σ_d²), σ_d = 0.5, τ = time·scaling: the state itself at t = 0. c_out = 1 − c_skip keeps data without noise
/// as they are. As published it is τ/√(τ²+σ_d²), and x is not divided by α: the sum is up to 1.27, but within a
/// thousandth of 1 at whole timesteps with the preset scaling.
void emit_lcm(ProgramBuilder& builder, const TimeGrid& grid, const SamplerSettings& settings) {
    constexpr double kDataVariance = 0.25;
    const bool published = settings.variant == "timestep";
    if (published && !grid.process().times().discrete) {
        throw base::request_error("no timesteps", "`sampler.variant`",
                                  std::string(grid.process().name()) + " has no whole timesteps",
                                  "leave it out, or choose `process` ddpm");
    }
    for (const Step& step : grid.steps()) {
        builder.begin_step(step.index);
        const double time = boundary_time(step.from, published) * settings.timestep_scaling.value();
        const double total = time * time + kDataVariance;
        const double skip = kDataVariance / total;
        if (published) {
            renoise(builder, step, skip, time / std::sqrt(total));
        } else {
            // Where no signal is left, skip is tiny and x/α infinite.
            const double alpha = step.from.at.alpha;
            renoise(builder, step, alpha > 0 ? skip / alpha : 0, alpha > 0 ? 1 - skip : 1);
        }
    }
}

constexpr SamplerParameter kScaling = {"timestep_scaling", "factor of the time in the boundary condition, > 0", 10.0};
constexpr SamplerParameter kVariant = {"variant",
                                       "time in the boundary condition: level = from sigma/alpha (any process); "
                                       "timestep = the DDPM timestep, as published (ddpm only)",
                                       "level"};
constexpr std::array<std::string_view, 2> kVariants = {"level", "timestep"};
constexpr std::array kConsistencyParameters = {kClipParameter, kThresholdParameter, kThresholdMaxParameter};
constexpr std::array kLcmParameters = {kScaling, kVariant, kClipParameter, kThresholdParameter, kThresholdMaxParameter};

/// The estimate of the data that is made noisy again and again is narrower than the data wherever it is not certain.
constexpr std::string_view kCaveat =
    "for consistency models, which map noise to a sample in one evaluation. With a denoiser, which predicts the "
    "posterior mean, the samples are too narrow";

constexpr std::array<SamplerEntry, 2> kSamplers = {{
    {{.name = "consistency",
      .help = "multistep consistency sampling: the x0 estimate, noised again to the next level",
      .parameters = kConsistencyParameters,
      .stochastic = true,
      .predictor = true,
      .caveat = kCaveat},
     emit_consistency},
    {{.name = "lcm",
      .help = "latent consistency models: as consistency, with the boundary condition at t = 0",
      .parameters = kLcmParameters,
      .variants = kVariants,
      .stochastic = true,
      .predictor = true,
      .caveat = kCaveat},
     emit_lcm},
}};

}  // namespace

std::span<const SamplerEntry> consistency_samplers() {
    return kSamplers;
}

}  // namespace scorefield::diffusion
