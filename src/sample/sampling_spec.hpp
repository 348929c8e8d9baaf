#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "diffusion/sampler.hpp"
#include "diffusion/spacing.hpp"

namespace scorefield::sample {

/// How samples start: from a Gaussian with the mean and variance of the data at the first noise level, if they are
/// known; from the prior of the process; from draws of the exact marginal of a target at that level; or from the states
/// of a file.
enum class StartKind : std::uint8_t { matched, prior, exact, file };

/// The names of those that need no file, in their order.
inline constexpr std::array<std::string_view, 3> kStarts = {"matched", "prior", "exact"};

inline constexpr std::uint32_t kMaxParticles = 1'000'000'000;

struct StartSpec {
    /// None: that of the program, or what suits the target (start_in_effect).
    std::optional<StartKind> kind;
    std::string file;  ///< of StartKind::file

    bool operator==(const StartSpec&) const = default;
};

/// What determines every state of a run on a model. All defaults but the start are decided; that depends on the
/// program.
struct SamplingSpec {
    diffusion::SamplerSettings sampler;
    int steps = 50;
    diffusion::SpacingSettings spacing;  ///< not `auto`, unless a program or timesteps take its place
    bool spacing_is_automatic = false;   ///< `auto` has become this spacing
    std::vector<double> timesteps;       ///< in the place of steps and spacing, of which only `final` holds
    std::string program;                 ///< a compiled one, from a file or built in, in the place of all of these
    StartSpec start;
    bool data_units = true;  ///< of state files; otherwise those of the network
    std::uint64_t seed = 0;
    std::uint32_t particles = 10'000;

    bool operator==(const SamplingSpec&) const = default;
};

/// Its name, with ` (automatic)` if it was chosen automatically: `quadratic (automatic)`. Empty if a program or a list
/// of timesteps defines the levels.
std::string spacing_text(const SamplingSpec& spec);

}  // namespace scorefield::sample
