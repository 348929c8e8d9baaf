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

/// The times of a process, in its own units, growing with the noise.
struct TimeRange {
    double lowest = 0;        ///< where training draws from
    double lowest_noisy = 0;  ///< the smallest time with sigma > 0: samplers visit lowest_noisy … highest
    double highest = 0;
    bool discrete = false;  ///< only whole numbers
};

/// An affine-Gaussian noise process: how data become noise. Immutable, usable from several threads.
class NoiseProcess {
  public:
    virtual ~NoiseProcess() = default;
    virtual std::string_view name() const = 0;
    virtual TimeRange times() const = 0;
    /// alpha and sigma at `t`, lowest ≤ t ≤ highest (whole numbers for discrete processes). The clean state that ends
    /// every sampler is no time of the process but Marginal{}.
    virtual Marginal marginal(double t) const = 0;
    /// Samplers start from prior_scale()·N(0, I).
    virtual double prior_scale() const = 0;
};

/// The most noise levels of a discrete process: a bound on the memory that a checkpoint can ask for.
inline constexpr int kMaxTrainSteps = 1'000'000;

/// What a user says about the process; each member is the flag --process.NAME (train_steps: --process.T).
struct ProcessSettings {
    std::string name = "ddpm";
    std::string schedule = "linear";  ///< linear, cosine, cosine_seed
    std::optional<int> train_steps;   ///< T ≤ kMaxTrainSteps; default 1000, cosine_seed 40
    double beta_start = 1e-4;         ///< linear only
    double beta_end = 0.02;           ///< linear only

    bool operator==(const ProcessSettings&) const = default;
};

/// Throws base::Error (request) naming the flag for unknown names (with the nearest known one) and values out of range.
std::unique_ptr<NoiseProcess> make_process(const ProcessSettings& settings);

}  // namespace scorefield::diffusion
