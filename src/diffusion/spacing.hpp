#pragma once

#include <array>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "diffusion/parameter_values.hpp"
#include "diffusion/preset.hpp"
#include "diffusion/process.hpp"
#include "diffusion/time_grid.hpp"

namespace scorefield::diffusion {

inline constexpr std::array<std::string_view, 9> kSpacings = {
    "even", "linspace", "leading", "trailing", "karras", "exponential", "beta", "lambda", "quadratic"};
/// What --spacing says where automatic_spacing (automatic_spacing.hpp) chooses: no spacing that make_time_grid knows.
inline constexpr std::string_view kAutomatic = "auto";
/// The default first.
inline constexpr std::array<std::string_view, 2> kFinals = {"zero", "sigma_min"};

/// The user's settings of the noise levels that a sampler visits; the name is --spacing, each other member
/// spacing_flag(NAME). A spacing takes only what its SpacingInfo lists; spacing_parameter_values has the ranges.
struct SpacingSettings {
    std::string name = "even";
    std::optional<std::string> final =
        {};                          ///< one of kFinals: end at the clean state, or at the process's lowest_noisy
    std::optional<int> offset = {};  ///< leading: added to every time, the steps_offset of `diffusers`
    std::optional<double> rho = {};  ///< karras
    std::optional<double> beta_alpha = {};  ///< beta
    std::optional<double> beta_beta = {};   ///< beta
    /// Start at the largest time whose alpha is at least this, if any is; no flag: automatic_spacing sets it.
    std::optional<double> least_alpha = {};

    bool operator==(const SpacingSettings&) const = default;
};

struct SpacingParameter {
    std::string_view name;  ///< see spacing_flag
    std::string_view help;  ///< one line
    Preset preset;          ///< the default
};

struct SpacingInfo {
    std::string_view name;
    std::string_view help;  ///< one line
    std::span<const SpacingParameter> parameters;
};

/// What the parameter of that name may be, whichever spacing takes it.
const ParameterValues& spacing_parameter_values(std::string_view name);

/// Every spacing there is, the default first.
std::span<const SpacingInfo> spacings();

/// The flag of a parameter, without its dashes: spacing.NAME; process.rho, since Karras et al. 2022 (table 1) count ρ
/// among the parameters of their process.
std::string spacing_flag(std::string_view parameter);

/// The settings without the parameters that their spacing does not take.
SpacingSettings without_unused(SpacingSettings settings);

/// The nodes at which a sampler evaluates in `steps` steps, strictly decreasing; each step goes to the next node, the
/// last one to the clean state (final zero). With final sigma_min it goes to the lowest time with noise, L: of the
/// spacings below that end there N is then steps+1, and that time no evaluation; even goes to L in place of 0.
/// For a process with times L … T and N steps the nodes are:
///   even         T·(1 − i/N), i = 0 … N−1; discrete: rounded, all times where N is their number;
///   linspace     N even times from T to L, discrete: rounded;
///   leading      discrete only: L + offset + i·⌊(T+1−L)/N⌋, i = N−1 … 0;
///   trailing     discrete only: round(T+1 − i·(T+1−L)/N) − 1, i = 0 … N−1;
///   karras       N values of ς from ς(T) to ς(L), even in ς^{1/ρ} (Karras et al. 2022, eq. 5), ρ = 7;
///   exponential  N values of ς, even in log ς;
///   beta         ς(L) + (ς(T) − ς(L))·q, q the quantiles of Beta(0.6, 0.6) at N even probabilities from 1 to 0;
///   lambda       N even values of λ = log(α/σ);
///   quadratic    N times even in √t.
/// ς is σ/α, or where that is infinite at T, as of flow, the time. With L = 0 linspace, leading and trailing are those
/// of the `diffusers` library; halves round to even. Times are fractional where rounding is not named. Throws
/// base::Error (request): spacing unknown, or one that the process cannot have, with those that it can
/// (--spacing); parameter not taken or out of range (--spacing.NAME); steps < 1 or more than there are times (--steps).
TimeGrid make_time_grid(std::shared_ptr<const NoiseProcess> process, const SpacingSettings& settings, int steps);

/// Visits these times, e.g. those of parse_timesteps; where the data are kept (alpha = 1) it starts from the noise of
/// the first. Throws base::Error (request, --timesteps) unless they are at least one, strictly decreasing, times of the
/// process (of a discrete one whole numbers), with noise, and above the end.
TimeGrid make_time_grid(const std::shared_ptr<const NoiseProcess>& process, const std::vector<double>& timesteps,
                        const std::optional<std::string>& final = {});

/// A list such as "999,500,10". Throws base::Error (request, --timesteps) where something is no number.
std::vector<double> parse_timesteps(std::string_view list);

}  // namespace scorefield::diffusion
