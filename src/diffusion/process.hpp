#pragma once

#include <array>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "diffusion/preset.hpp"

namespace scorefield::diffusion {

/// Signal and noise scales of x_t = alpha·x_0 + sigma·ε, ε ~ N(0, I). The defaults are the clean state.
struct Marginal {
    double alpha = 1;
    double sigma = 0;

    bool operator==(const Marginal&) const = default;
};

/// λ = log(alpha/sigma): half the log of the signal-to-noise ratio. Infinite where one of them is 0.
double log_snr(const Marginal& at);

/// The times of a process, in its own units, growing with the noise.
struct TimeRange {
    double lowest = 0;        ///< where training draws from
    double lowest_noisy = 0;  ///< where grids end that end with noise left, sigma > 0 there: t_min, sigma_min
    double highest = 0;
    bool discrete = false;  ///< defined by whole numbers; in between by interpolation
};

/// The linear SDE dx = drift·x dt + √diffusion dw whose marginals a process has: drift = d log α/dt,
/// diffusion = g² = dσ²/dt − 2·drift·σ² = −2σ²·dλ/dt (Song et al. 2021, eq. 5 and appendix B).
struct LinearSde {
    double drift = 0;
    double diffusion = 0;
};

/// dα/dt and dσ/dt.
struct MarginalRates {
    double alpha = 0;
    double sigma = 0;
};

/// What the probability flow is integrated over: x over t, or x/α over σ/α.
enum class Variable { time, sigma };

/// An affine-Gaussian noise process: how data become noise. Immutable, usable from several threads.
class NoiseProcess {
  public:
    virtual ~NoiseProcess() = default;
    virtual std::string_view name() const = 0;
    virtual TimeRange times() const = 0;
    /// alpha and sigma at any `t`, lowest ≤ t ≤ highest; discrete processes interpolate λ linearly between whole
    /// numbers, or what is finite: alpha before a level without signal, sigma after one without noise. The clean state
    /// that ends every sampler is no time of the process but Marginal{}.
    virtual Marginal marginal(double t) const = 0;
    /// The SDE's coefficients at `t`, infinite where no signal is left; of a discrete process those of its
    /// interpolation, at a whole number of the interval below it.
    virtual LinearSde sde(double t) const = 0;
    /// How the scales change at `t`; by the SDE, so not finite where it is not, unless the process knows better.
    virtual MarginalRates rates(double t) const;
    /// The time with that λ = log(α/σ), the inverse of log_snr(marginal(t)); the nearest time of the range where λ is
    /// outside it.
    virtual double time_at(double log_snr) const = 0;
    /// Samplers start from prior_scale()·N(0, I).
    virtual double prior_scale() const = 0;
    /// The variable that solvers integrate over by default.
    virtual Variable variable() const = 0;
    /// Position of `t` on the clock of the Brownian path that drives stochastic samplers: 0 for the clean state, 1 at
    /// `highest`, increasing.
    virtual double clock(double t) const = 0;
    /// What a corrector's step is multiplied by (Song et al. 2021, algorithms 4 and 5): 1−β_t; for a continuous process
    /// in `steps` steps 1 − β(t)·highest/steps, at least 0; 1 where the process has no β.
    virtual double corrector_scale(double t, int steps) const = 0;
};

/// The most noise levels of a discrete process: a bound on the memory that a checkpoint can ask for.
inline constexpr int kMaxTrainSteps = 1'000'000;
/// Far beyond any sensible process; keeps every formula finite in double precision.
inline constexpr double kMaxProcessScale = 1e6;
inline constexpr double kMaxProcessBeta = 1e3;

/// The noise schedules of ddpm, see DdpmProcess; the default first.
inline constexpr std::array<std::string_view, 6> kBetaSchedules = {"linear",   "scaled_linear", "cosine",
                                                                   "constant", "sigmoid",       "cosine_seed"};

/// The user's settings of the process; each member is the flag --process.NAME. A member that is not set has the default
/// of the process (and schedule); a process takes only what process_parameters(name, schedule) lists.
struct ProcessSettings {
    std::string name = "ddpm";
    std::string schedule{kBetaSchedules.front()};  ///< β of ddpm: one of kBetaSchedules
    std::optional<double> horizon = {};            ///< --process.T: levels of ddpm, largest time of ou and additive
    std::optional<double> beta_start = {};         ///< ddpm
    std::optional<double> beta_end = {};           ///< ddpm
    std::optional<bool> zero_snr = {};      ///< ddpm: rescale β so that no signal is left at the end (Lin et al. 2024)
    std::optional<double> beta_min = {};    ///< vp, subvp
    std::optional<double> beta_max = {};    ///< vp, subvp
    std::optional<double> sigma_min = {};   ///< ve, edm
    std::optional<double> sigma_max = {};   ///< ve, edm
    std::optional<double> sigma_data = {};  ///< edm: what its prediction is scaled by; no scale of the process itself
    std::optional<double> beta = {};        ///< ou; ddpm with a constant schedule
    std::optional<double> s = {};           ///< ou, additive: strength of the noise
    std::optional<double> t_min = {};       ///< lowest_noisy of vp, subvp, ou, additive and flow

    bool operator==(const ProcessSettings&) const = default;
};

/// Calls action(name, value) for every optional member, `name` as in --process.NAME.
template <class Settings, class Action>
void for_each_process_parameter(Settings& settings, const Action& action) {
    action("T", settings.horizon);
    action("beta_start", settings.beta_start);
    action("beta_end", settings.beta_end);
    action("zero_snr", settings.zero_snr);
    action("beta_min", settings.beta_min);
    action("beta_max", settings.beta_max);
    action("sigma_min", settings.sigma_min);
    action("sigma_max", settings.sigma_max);
    action("sigma_data", settings.sigma_data);
    action("beta", settings.beta);
    action("s", settings.s);
    action("t_min", settings.t_min);
}

struct ProcessParameter {
    std::string_view name;  ///< as in --process.NAME
    std::string_view help;  ///< one line
    Preset preset;          ///< the default
    double low = 0;         ///< of numbers: low < value ≤ high …
    double high = 0;
    bool with_low = false;    ///< … or low itself
    bool below_high = false;  ///< … or only value < high
    bool whole = false;       ///< whole numbers only
};

struct ProcessInfo {
    std::string_view name;
    std::string_view help;  ///< one line
};

/// Every process there is, the default first.
std::span<const ProcessInfo> processes();

/// What the process `name` takes; of ddpm depending on its `schedule`, which is then the first of them. Throws
/// base::Error (request, --process or --process.schedule) for unknown names, with the nearest known one.
std::span<const ProcessParameter> process_parameters(std::string_view name, std::string_view schedule);

/// The settings with every parameter of the process set: to its default where they leave it open.
ProcessSettings with_presets(ProcessSettings settings);

/// Throws base::Error (request) naming the flag for unknown names (with the nearest known one), parameters that the
/// process does not take and values out of range.
std::shared_ptr<const NoiseProcess> make_process(const ProcessSettings& settings);

}  // namespace scorefield::diffusion
