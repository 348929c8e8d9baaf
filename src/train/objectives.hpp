#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "diffusion/prediction.hpp"

namespace scorefield::train {

/// What training makes small. D, ε̂, v̂, û and s are the network's data, noise, v, velocity and score, whatever its
/// output F is; all norms are means over coordinates, E is over data, noise and levels.
enum class Objective : std::uint8_t {
    simple,   ///< E‖ε̂ − ε‖² (Ho et al. 2020, eq. 14)
    x0,       ///< E‖D − x_0‖²
    v,        ///< E‖v̂ − v‖² (Salimans & Ho 2022)
    elbo,     ///< E ½(SNR_{t−1} − SNR_t)‖D − x_0‖², in continuous time −½SNR′ (Kingma et al. 2021)
    min_snr,  ///< E min(SNR, γ)‖D − x_0‖² (Hang et al. 2023); so divided by SNR for ε̂ and by SNR + 1 for v̂
    edm,      ///< E (σ²+σ_d²)/(σσ_d)²‖D − x_0‖², ln σ normal (Karras et al. 2022)
    dsm,      ///< ½E‖s + ε/σ‖² (Vincent 2011)
    ncsn,     ///< ½E σ²‖s + ε/σ‖² over geometric levels (Song & Ermon 2019)
    score_ou,  ///< E σ²‖ε/σ + s‖²
    esm,       ///< ½E σ²‖s − ∇log p_h‖², p_h the kernel density estimate of bandwidth h = σ
    ism,       ///< E σ²(tr ∇s + ½‖s‖²), exact trace (Hyvärinen 2005)
    ssm,       ///< E σ²(vᵀ∇s v + ½‖s‖²), v random (Song et al. 2019)
    one_step,  ///< E‖x_{t−1} − (x_t + s²·score)‖²/s²: the step before as the target
    flow,      ///< E‖û − (ε − x_0)‖² (Lipman et al. 2023)
};

inline constexpr std::array<std::string_view, 14> kObjectives = {
    "simple", "x0", "v", "elbo", "min_snr", "edm", "dsm", "ncsn", "score_ou", "esm", "ism", "ssm", "one_step", "flow"};

inline constexpr std::array<std::string_view, 2> kDirections = {"rademacher", "gaussian"};

// What check_objective lets through.
inline constexpr double kMinSigma = 1e-4;
inline constexpr double kMaxSigma = 1e6;
inline constexpr double kMinGamma = 1e-6;
inline constexpr double kMaxGamma = 1e6;
inline constexpr double kMaxLogSigma = 20;
inline constexpr double kMinLogSigmaDeviation = 0.01;
inline constexpr std::size_t kMaxObjectiveLevels = 4096;
inline constexpr std::size_t kMaxKernelPoints = 65'536;

/// What a user says about the objective; the comments name the flags.
struct ObjectiveSettings {
    std::string name;                       ///< --objective; empty: open
    std::optional<double> sigma;            ///< --objective.sigma: a single level of this noise-to-signal ratio σ/α
    double gamma = 5;                       ///< --objective.gamma: min_snr
    double log_sigma_mean = -1.2;           ///< --objective.log_sigma_mean: edm
    double log_sigma_deviation = 1.2;       ///< --objective.log_sigma_deviation: edm
    std::size_t levels = 10;                ///< --objective.levels: ncsn
    std::size_t steps = 100;                ///< --objective.steps: one_step on a continuous process
    std::size_t points = 2048;              ///< --objective.points: esm, of the kernel density estimate
    std::string directions = "rademacher";  ///< --objective.directions: ssm

    bool operator==(const ObjectiveSettings&) const = default;
};

std::string_view objective_name(Objective objective);

/// Throws base::Error (request, --objective) with the nearest known name.
Objective parse_objective(std::string_view name);

/// What is learned where only what the network predicts is said.
Objective natural_objective(diffusion::Prediction prediction);

/// What the network predicts, and the process on which it does, where only the objective is said.
diffusion::Prediction natural_prediction(Objective objective);
std::string_view natural_process(Objective objective);

/// Throws base::Error (request) naming the flag of the first setting out of range.
void check_objective(const ObjectiveSettings& settings);

}  // namespace scorefield::train
