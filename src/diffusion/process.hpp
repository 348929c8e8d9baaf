#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

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
    double lowest_noisy = 0;  ///< the smallest time that samplers visit, sigma > 0 there: t_min of continuous processes
    double highest = 0;
    bool discrete = false;  ///< defined by whole numbers; in between by interpolation
};

/// The linear SDE dx = drift·x dt + √diffusion dw whose marginals a process has: drift = d log α/dt,
/// diffusion = g² = dσ²/dt − 2·drift·σ² = −2σ²·dλ/dt (Song et al. 2021, eq. 5 and appendix B).
struct LinearSde {
    double drift = 0;
    double diffusion = 0;
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
    /// numbers. The clean state that ends every sampler is no time of the process but Marginal{}.
    virtual Marginal marginal(double t) const = 0;
    /// The SDE's coefficients at `t`; of a discrete process those of its interpolation, at a whole number of the
    /// interval below it.
    virtual LinearSde sde(double t) const = 0;
    /// The time with that λ = log(α/σ), the inverse of log_snr(marginal(t)); the nearest time of the range where λ is
    /// outside it.
    virtual double time_at(double log_snr) const = 0;
    /// Samplers start from prior_scale()·N(0, I).
    virtual double prior_scale() const = 0;
    /// What solvers integrate over where nothing else is said.
    virtual Variable variable() const = 0;
    /// Position of `t` on the clock of the Brownian path that drives stochastic samplers: 0 for the clean state, 1 at
    /// `highest`, increasing.
    virtual double clock(double t) const = 0;
    /// What a corrector's step is multiplied by (Song et al. 2021, algorithms 4 and 5): 1−β_t, 1 − β(t)/N for a
    /// continuous process in `steps` steps, 1 where the process has no β.
    virtual double corrector_scale(double t, int steps) const = 0;
};

/// The most noise levels of a discrete process: a bound on the memory that a checkpoint can ask for.
inline constexpr int kMaxTrainSteps = 1'000'000;

/// What a user says about the process; each member is the flag --process.NAME. What is not said has the default of the
/// process (and schedule); a process takes only what process_parameters(name, schedule) lists.
struct ProcessSettings {
    std::string name = "ddpm";
    std::string schedule = "linear";  ///< β of ddpm: one of kBetaSchedules
    std::optional<double> horizon =
        {};  ///< --process.T: levels of ddpm (≤ kMaxTrainSteps), largest time of ou, additive
    std::optional<double> beta_start = {};  ///< ddpm
    std::optional<double> beta_end = {};    ///< ddpm
    std::optional<bool> zero_snr = {};      ///< ddpm: rescale β so that no signal is left at the end (Lin et al. 2024)
    std::optional<double> beta_min = {};    ///< vp, subvp
    std::optional<double> beta_max = {};    ///< vp, subvp
    std::optional<double> sigma_min = {};   ///< ve, edm
    std::optional<double> sigma_max = {};   ///< ve, edm
    std::optional<double> sigma_data = {};  ///< edm
    std::optional<double> beta = {};        ///< ou; ddpm with a constant schedule
    std::optional<double> s = {};           ///< ou, additive: strength of the noise
    std::optional<double> t_min = {};       ///< continuous processes: where samplers stop

    bool operator==(const ProcessSettings&) const = default;
};

/// Throws base::Error (request) naming the flag for unknown names (with the nearest known one), parameters that the
/// process does not take and values out of range.
std::shared_ptr<const NoiseProcess> make_process(const ProcessSettings& settings);

}  // namespace scorefield::diffusion
