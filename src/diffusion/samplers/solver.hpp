#pragma once

#include <array>
#include <span>
#include <vector>

#include "diffusion/sampler.hpp"
#include "diffusion/samplers/program_builder.hpp"
#include "diffusion/samplers/samplers.hpp"
#include "diffusion/time_grid.hpp"

namespace scorefield::diffusion {

/// What a solver extrapolates: x̂_0, or ε̂ (of the limited x̂_0 where estimates are limited).
enum class Quantity { data, noise };

/// dst ← the estimate of `quantity` of register src (≠ dst), which stands at `node`.
void estimate(ProgramBuilder& builder, Quantity quantity, const Node& node, int src, int dst);

/// How many of the builder's steps come before `grid`: 1 where the first leaves from no signal, else 0.
std::size_t steps_before(const ProgramBuilder& builder, const TimeGrid& grid);

/// The order that is asked for, else that of the preset of `parameter`. Throws base::Error (request,
/// --sampler.order) where it is more than there are steps.
int solver_order(const ProgramBuilder& builder, const TimeGrid& grid, const SamplerParameter& parameter);

/// The order of step i of a multistep solver, by how many estimates there are: as Lu et al. 2022b for few steps, and 1
/// to the clean state, where only x̂_0 is finite.
int multistep_order(const SamplerSettings& settings, const TimeGrid& grid, std::size_t i, int order);

/// An estimate of an earlier node.
struct Past {
    double log_snr = 0;
    int reg = 0;
};

/// The last `size` estimates, each in a register of its own from `first` on.
class History {
  public:
    History(int first, int size) : first_(first), size_(size) {}

    /// The register of the estimate that comes next, which the oldest one loses.
    int next() const { return first_ + count_ % size_; }
    void push(double log_snr);
    /// The estimate `back` steps before the newest.
    const Past& operator[](int back) const { return past_[past_.size() - 1 - static_cast<std::size_t>(back)]; }

  private:
    int first_;
    int size_;
    int count_ = 0;
    std::vector<Past> past_;
};

/// Step by step of a multistep solver: puts the estimate of `quantity` at the step's start into `history` and calls
/// advance(i, step), which moves register 0 to the step's end. A step to the clean state is x̂_0 instead.
template <class Advance>
void take_steps(ProgramBuilder& builder, const TimeGrid& grid, Quantity quantity, History& history,
                const Advance& advance) {
    for (std::size_t i = 0; i < grid.steps().size(); ++i) {
        const Step& step = grid.steps()[i];
        builder.begin_step(step.index);
        if (step.last()) {
            builder.denoise(step.from, 0, 0);
            continue;
        }
        estimate(builder, quantity, step.from, 0, history.next());
        history.push(log_snr(step.from.at));
        advance(i, step);
    }
}

/// Adams–Bashforth of one to four even steps, the newest estimate first (Liu et al. 2022, eq. 12).
inline constexpr std::array<std::array<double, 4>, 4> kEvenWeights = {{
    {1, 0, 0, 0},
    {3.0 / 2, -1.0 / 2, 0, 0},
    {23.0 / 12, -16.0 / 12, 5.0 / 12, 0},
    {55.0 / 24, -59.0 / 24, 37.0 / 24, -9.0 / 24},
}};

// The files of the multistep samplers; multistep.cpp joins them.
std::span<const SamplerEntry> adams_samplers();  ///< lms, ipndm, deis
std::span<const SamplerEntry> pndm_samplers();
std::span<const SamplerEntry> dpm_samplers();
std::span<const SamplerEntry> unipc_samplers();

inline constexpr SamplerParameter kLowerOrderFinal = {
    "lower_order_final", "with fewer than 15 steps, use a lower order at the end: on or off", true};
inline constexpr SamplerParameter kEulerAtFinal = {"euler_at_final", "use first order in the last step: on or off",
                                                   false};

}  // namespace scorefield::diffusion
