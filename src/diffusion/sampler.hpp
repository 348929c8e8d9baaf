#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "diffusion/parameter_values.hpp"
#include "diffusion/prediction.hpp"
#include "diffusion/preset.hpp"
#include "diffusion/process.hpp"
#include "diffusion/program.hpp"
#include "diffusion/time_grid.hpp"

namespace scorefield::diffusion {

class Pilot;

inline constexpr std::array<std::string_view, 2> kSamplerForms = {"epsilon", "x0"};
inline constexpr std::array<std::string_view, 4> kSamplerVariances = {"large", "small", "mixed", "none"};
inline constexpr std::array<std::string_view, 2> kVariables = {"time", "sigma"};
inline constexpr double kMaxEta = 1;
/// Far beyond what makes sense of any parameter.
inline constexpr double kMaxSamplerValue = 1e6;

/// The user's settings of the sampler; each member is the flag --sampler.NAME. A sampler reads only what its
/// SamplerInfo lists; a member that is not set has the default given there. sampler_parameter_values has the ranges.
struct SamplerSettings {
    std::string name = "ddim";
    std::optional<double> eta = {};            ///< ddim: 0 deterministic … kMaxEta ancestral; euler_ancestral …: 1
    std::optional<std::string> form = {};      ///< ddpm: one of kSamplerForms
    std::optional<std::string> variance = {};  ///< ddpm: one of kSamplerVariances
    std::optional<double> mix = {};            ///< ddpm, variance mixed: 0 small … 1 large, linear in the logarithm
    std::optional<bool> final_noise = {};      ///< noise on the last step too
    std::optional<bool> limited_noise = {};  ///< with clip or threshold: ε of the limited estimate, not of the raw one
    std::optional<double> gamma = {};        ///< gamma: 0 probability flow, 1 reverse SDE
    std::optional<std::string> variable = {};     ///< one of kVariables; default: the process's own
    std::optional<int> order = {};                ///< of accuracy
    std::optional<std::string> variant = {};      ///< which published form: midpoint, heun, bh1, bh2 …
    std::optional<bool> predict_x0 = {};          ///< solvers that may work on the data or on the noise
    std::optional<bool> lower_order_final = {};   ///< the last steps with as few earlier ones as they need
    std::optional<bool> euler_at_final = {};      ///< the last step of first order however many steps there are
    std::optional<int> uncorrected_steps = {};    ///< unipc: the first steps that the corrector leaves alone
    std::optional<bool> warm_up = {};             ///< pndm: the first steps by a Runge–Kutta method
    std::optional<double> churn = {};             ///< edm_stochastic: S_churn
    std::optional<double> churn_min = {};         ///< edm_stochastic: S_tmin
    std::optional<double> churn_max = {};         ///< edm_stochastic: S_tmax
    std::optional<double> noise_scale = {};       ///< S_noise: fresh noise times this
    std::optional<std::string> predictor = {};    ///< predictor_corrector: name of any other sampler
    std::optional<int> corrector_steps = {};      ///< predictor_corrector: M corrections at each level
    std::optional<double> snr = {};               ///< predictor_corrector: r of the norm-based step
    std::optional<double> step_size = {};         ///< langevin: τ; annealed_langevin: ε of the last level
    std::optional<int> iterations = {};           ///< annealed_langevin: K at each level
    std::optional<bool> clean = {};               ///< langevin: on the density without noise, whose score must be known
    std::optional<bool> final_denoise = {};       ///< annealed_langevin: end with the estimate of the data
    std::optional<double> timestep_scaling = {};  ///< lcm: how soon the boundary condition lets go
    std::optional<double> rtol = {};              ///< rk23, rk45
    std::optional<double> atol = {};              ///< rk23, rk45
    std::optional<int> resamples = {};            ///< repaint: how often each stretch is gone through
    std::optional<int> jump = {};                 ///< repaint: steps of one stretch
    std::optional<double> clip = {};              ///< clamps every estimate of x_0 to ±clip, 0 < clip
    std::optional<double> threshold = {};      ///< dynamic thresholding of every estimate of x_0: the quantile, (0, 1]
    std::optional<double> threshold_max = {};  ///< its largest bound

    /// Noise of one Brownian path, the same for any number of steps; otherwise draws of each program's own. No
    /// parameter of a sampler: --noise.
    bool one_path = false;

    bool operator==(const SamplerSettings&) const = default;
};

struct SamplerParameter {
    std::string_view name;  ///< as in --sampler.NAME
    std::string_view help;  ///< one line, with the range
    Preset preset;          ///< the default
};

/// What the parameter of that name may be, whichever sampler takes it. Null for switches, and for those whose values
/// depend on the sampler (`order`, `variant`) or are names of samplers (`predictor`).
const ParameterValues* sampler_parameter_values(std::string_view name);

/// The preset as help texts show it, small numbers as powers of ten: `1e-4`.
std::string preset_text(const SamplerParameter& parameter);

/// Help and preset of the parameters that predictor_corrector hands on.
inline constexpr std::string_view kOfPredictor = "the predictor's";

/// Default of SamplerInfo::least_alpha. A solver that starts at less divides the network's error by it (`cosine` ends
/// at 5e-5, flow and zero terminal SNR at 0).
inline constexpr double kLeastAlpha = 0.005;

/// The noise levels of a sampler's states. grid: the state after step k is at node k + 1 of the grid. own: only the
/// first one is at the grid's. single: all are at one level, whatever the grid.
enum class StateLevels : std::uint8_t { grid, own, single };

struct SamplerInfo {
    std::string_view name;
    std::string_view help;  ///< one line
    std::span<const SamplerParameter> parameters;
    std::span<const std::string_view> variants = {};  ///< what `variant` may be
    int most_order = 0;                               ///< `order` may be 1 … this
    bool stochastic = false;                          ///< draws noise in some setting
    bool piloted = false;                             ///< needs a score source to be compiled
    bool from_data = false;                           ///< starts from data, towards the noise
    bool masked = false;                              ///< needs known values and a mask
    bool needs_signal = false;         ///< divides by alpha: where none is left, the first step is DDIM's
    double least_alpha = kLeastAlpha;  ///< the smallest alpha at the first level of spacing `auto`
    StateLevels levels = StateLevels::grid;
    bool predictor = false;  ///< each step depends on the state alone: can be the predictor of predictor_corrector
    /// Known limitation: why, with default parameters, the exact score and many steps, samples do not follow the data
    /// distribution. Shown as a note; empty if they do.
    std::string_view caveat = {};
};

/// Every sampler there is, the default first.
std::span<const SamplerInfo> samplers();

/// Throws base::Error (request, --sampler) with the nearest known name.
const SamplerInfo& sampler_info(std::string_view name);

/// The settings with every parameter of the sampler that has a value by default. Throws as sampler_info does.
SamplerSettings with_presets(SamplerSettings settings);

/// What stays of the settings when the sampler is changed: the parameters that the new one takes and that have an
/// effect, but for order and variant, which are of each sampler's own.
SamplerSettings without_unused(SamplerSettings settings);

/// The settings without the parameters that the others leave without effect, but for `kept`.
SamplerSettings drop_ineffective(SamplerSettings settings, std::string_view kept = {});

/// The grid as the sampler goes along it: from data to noise where it inverts, whatever way `grid` goes.
TimeGrid grid_in_direction(const TimeGrid& grid, std::string_view sampler);

/// Whether the parameter, --sampler.NAME, can change the program: the sampler takes it (a predictor_corrector's
/// predictor, where it is handed on), and no other setting leaves it without effect.
bool has_effect(const SamplerSettings& settings, std::string_view parameter);

/// Compiles `settings` over the nodes of `grid`, those that start `from_data` over its reverse. The state is register
/// 0. Where an update is affine in the state and the network's output, it is that one `eval`. `pilot` may be null for
/// samplers that are not `piloted`. Throws base::Error (request) naming the flag: sampler or parameter unknown, not
/// taken by this sampler, without effect beside the others or out of range, too few steps for the order, a coefficient
/// that is not finite in single precision (no signal left at that time), a pilot that is missing.
Program compile_program(const TimeGrid& grid, const Parametrisation& parametrisation, const SamplerSettings& settings,
                        Pilot* pilot = nullptr);

}  // namespace scorefield::diffusion
