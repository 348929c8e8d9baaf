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

/// Where a run leaves another one, its trunk, and how it goes on from there.
struct Branch {
    int step = 0;  ///< the state of the trunk that it begins with
    diffusion::SamplerSettings sampler;
    int steps = 50;                      ///< from noise to data; the branch takes those below the level of the state
    diffusion::SpacingSettings spacing;  ///< this and the next two as those of SamplingSpec
    bool spacing_is_automatic = false;
    std::vector<double> timesteps;
    std::uint64_t seed = 0;  ///< of the noise from there on

    bool operator==(const Branch&) const = default;
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
    std::optional<Branch> branch;  ///< all the rest is then the trunk's; none: the run has its own steps to the end

    bool operator==(const SamplingSpec&) const = default;
};

/// Its name, with ` (automatic)` if it was chosen automatically: `quadratic (automatic)`. Empty if a program or a list
/// of timesteps defines the levels.
std::string spacing_text(const SamplingSpec& spec);

/// The run with the sampler, steps and seed of its branch from the start on; without a branch, the run itself.
SamplingSpec as_whole_run(const SamplingSpec& spec);

/// The last state that two runs of one model share because one of them branches off from the other there, or both from
/// one trunk; none if they share no states.
std::optional<int> last_shared_state(const SamplingSpec& a, const SamplingSpec& b);

}  // namespace scorefield::sample
