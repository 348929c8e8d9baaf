#pragma once

#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "diffusion/prediction.hpp"
#include "diffusion/process.hpp"
#include "diffusion/program.hpp"

namespace scorefield::diffusion {

inline constexpr std::array<std::string_view, 2> kSamplerForms = {"epsilon", "x0"};
inline constexpr std::array<std::string_view, 2> kSamplerVariances = {"large", "small"};
inline constexpr double kMaxEta = 1;
/// Far beyond any data in standardised units.
inline constexpr double kMaxSamplerClip = 1e6;

/// What a user says about the sampler; each member is the flag --sampler.NAME. A sampler reads only what its
/// SamplerInfo lists.
struct SamplerSettings {
    std::string name = "ddim";
    double eta = 0;                  ///< 0 deterministic … kMaxEta ancestral with small variance
    std::string form = "epsilon";    ///< epsilon or x0: which of the two equivalent equations; x0 where `clip` is set
    std::string variance = "large";  ///< large (β) or small (β̃) noise
    std::optional<double> clip;      ///< clamps every estimate of x_0 to ±clip, 0 < clip ≤ kMaxSamplerClip

    bool operator==(const SamplerSettings&) const = default;
};

struct SamplerParameter {
    std::string_view name;  ///< as in --sampler.NAME
    std::string_view help;
};

struct SamplerInfo {
    std::string_view name;
    std::string_view help;  ///< one line
    std::span<const SamplerParameter> parameters;
};

/// Every sampler there is, the default first.
std::span<const SamplerInfo> samplers();

/// Throws base::Error (request, --sampler) with the nearest known name.
const SamplerInfo& sampler_info(std::string_view name);

/// Compiles `settings` over `timesteps` (strictly decreasing; the last step goes to the clean state). The state is
/// register 0; the noise of step k is z(base::kSamplerStream, k) whatever else is set; the last step draws none. Where
/// an update is affine in the state and the network's output, it is that one `eval`.
/// Throws base::Error (request) naming the flag: sampler or parameter unknown or out of range, timesteps that
/// check_timesteps refuses, a coefficient that is not finite in single precision (no signal left at
/// that time).
Program compile_program(const NoiseProcess& process, Prediction prediction, const SamplerSettings& settings,
                        const std::vector<double>& timesteps);

}  // namespace scorefield::diffusion
