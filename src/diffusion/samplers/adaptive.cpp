#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "base/error.hpp"
#include "diffusion/samplers/probability_flow.hpp"
#include "diffusion/samplers/samplers.hpp"

namespace scorefield::diffusion {
namespace {

/// A pair of Runge–Kutta methods that share their slopes, the last of them that of the result ("first same as last").
struct EmbeddedPair {
    Tableau tableau;
    std::span<const double> error;  ///< weights of the better result less those of the other
    int order = 0;                  ///< of the better result
};

// Bogacki and Shampine 1989.
constexpr std::array kBogackiA = {1.0 / 2, 0.0, 3.0 / 4, 2.0 / 9, 1.0 / 3, 4.0 / 9};
constexpr std::array kBogackiB = {2.0 / 9, 1.0 / 3, 4.0 / 9, 0.0};
constexpr std::array kBogackiC = {0.0, 1.0 / 2, 3.0 / 4, 1.0};
constexpr std::array kBogackiError = {-5.0 / 72, 1.0 / 12, 1.0 / 9, -1.0 / 8};

// Dormand and Prince 1980.
constexpr std::array kDormandA = {
    1.0 / 5,         3.0 / 40,       9.0 / 40,     44.0 / 45,     -56.0 / 15,  32.0 / 9,       19372.0 / 6561,
    -25360.0 / 2187, 64448.0 / 6561, -212.0 / 729, 9017.0 / 3168, -355.0 / 33, 46732.0 / 5247, 49.0 / 176,
    -5103.0 / 18656, 35.0 / 384,     0.0,          500.0 / 1113,  125.0 / 192, -2187.0 / 6784, 11.0 / 84};
constexpr std::array kDormandB = {35.0 / 384, 0.0, 500.0 / 1113, 125.0 / 192, -2187.0 / 6784, 11.0 / 84, 0.0};
constexpr std::array kDormandC = {0.0, 1.0 / 5, 3.0 / 10, 4.0 / 5, 8.0 / 9, 1.0, 1.0};
constexpr std::array kDormandError = {71.0 / 57600,      0.0,        -71.0 / 16695, 71.0 / 1920,
                                      -17253.0 / 339200, 22.0 / 525, -1.0 / 40};

const EmbeddedPair kBogackiShampine = {{kBogackiA, kBogackiB, kBogackiC}, kBogackiError, 3};
const EmbeddedPair kDormandPrince = {{kDormandA, kDormandB, kDormandC}, kDormandError, 5};

struct Tolerance {
    double relative = 0;
    double absolute = 0;

    double scale(double size) const { return absolute + relative * std::abs(size); }
};

/// Root mean square.
class Mean {
  public:
    void add(double value) {
        sum_ += value * value;
        ++count_;
    }
    double value() const { return std::sqrt(sum_ / static_cast<double>(count_)); }

  private:
    double sum_ = 0;
    std::size_t count_ = 0;
};

/// Solves the probability flow with steps whose estimated error, root mean square over the pilot's particles and
/// coordinates relative to atol + rtol·|z|, is at most 1 (Hairer, Nørsett, Wanner 1993, section II.4).
class AdaptiveSolver {
  public:
    AdaptiveSolver(ProgramBuilder& builder, const EmbeddedPair& pair)
        : builder_(builder),
          flow_(builder),
          pair_(pair),
          tolerance_{builder.settings().rtol.value(), builder.settings().atol.value()},
          slots_(static_cast<std::size_t>(pair.tableau.stages())) {
        std::iota(slots_.begin(), slots_.end(), 1);
    }

    /// Returns the number of steps.
    int solve(const Node& start, const Node& end) {
        constexpr double kAlmost = 1e-9;
        require_signal(start);
        Node at = start;
        int steps = 0;
        int tries = 0;
        builder_.begin_step(0);
        flow_.slope(at, 0, slots_.front(), spare());
        double width = first_width(at, end);
        while (at.at != end.at) {
            require_progress(++tries, at);
            builder_.begin_step(steps);
            const double left = flow_.coordinate(end) - flow_.coordinate(at);
            const bool last = std::abs(width) >= std::abs(left) * (1 - kAlmost);
            if (last) width = left;
            const Node to = last ? end : flow_.node_at(flow_.coordinate(at) + width);
            const std::size_t before = builder_.size();
            const std::size_t without_last_slope = try_step(at, to, width);
            const double error = estimated_error(at, width);
            const double change = 0.9 * std::pow(std::max(error, 1e-10), -1.0 / pair_.order);
            if (error <= 1) {
                if (last) builder_.rewind(without_last_slope);
                builder_.blend(0, flow_.moved(at, to, width, pair_.tableau.b, slots_));
                std::swap(slots_.front(), slots_.back());
                at = to;
                ++steps;
            } else {
                builder_.rewind(before);
            }
            width *= std::isfinite(error) ? std::clamp(change, 0.2, error <= 1 ? 5.0 : 1.0) : 0.2;
        }
        return steps;
    }

  private:
    int spare() const { return pair_.tableau.stages() + 1; }

    /// The slopes of one step; returns the number of ops before the last of them.
    std::size_t try_step(const Node& at, const Node& to, double width) {
        const Tableau& tableau = pair_.tableau;
        std::size_t before_last = builder_.size();
        for (int i = 1; i < tableau.stages(); ++i) {
            const auto stage = static_cast<std::size_t>(i);
            before_last = builder_.size();
            const double share = tableau.c[stage];
            const Node node = share == 1 ? to : flow_.node_at(flow_.coordinate(at) + share * width);
            builder_.blend(slots_[stage], flow_.moved(at, node, width, tableau.row(i), slots_));
            flow_.slope(node, slots_[stage], slots_[stage], spare());
        }
        return before_last;
    }

    /// weights[0]·slope_0 + …, of every particle and coordinate of the pilot.
    std::vector<double> weighted_slopes(std::span<const double> weights) {
        Pilot& pilot = builder_.pilot();
        std::vector<double> sum(pilot.particles() * pilot.dim(), 0.0);
        for (std::size_t j = 0; j < weights.size(); ++j) {
            if (weights[j] == 0) continue;
            const std::vector<double> slope = pilot.state(slots_[j]);
            for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += weights[j] * slope[i];
        }
        return sum;
    }

    double estimated_error(const Node& at, double width) {
        const std::vector<double> difference = weighted_slopes(pair_.error);
        const std::vector<double> slope = weighted_slopes(pair_.tableau.b);
        const std::vector<double> state = builder_.pilot().state(0);
        Mean mean;
        for (std::size_t i = 0; i < state.size(); ++i) {
            const double z = state[i] / flow_.scale(at);
            const double size = std::max(std::abs(z), std::abs(z + width * slope[i]));
            mean.add(width * difference[i] / tolerance_.scale(size));
        }
        return mean.value();
    }

    /// A hundredth of the way in which the state changes by itself.
    double first_width(const Node& at, const Node& end) {
        constexpr double kShare = 0.01;
        const std::vector<double> state = builder_.pilot().state(0);
        const std::vector<double> slope = builder_.pilot().state(slots_.front());
        Mean size, speed;
        for (std::size_t i = 0; i < state.size(); ++i) {
            const double z = state[i] / flow_.scale(at);
            size.add(z / tolerance_.scale(z));
            speed.add(slope[i] / tolerance_.scale(z));
        }
        const double left = flow_.coordinate(end) - flow_.coordinate(at);
        const double width = kShare * size.value() / speed.value();
        return std::isfinite(width) && width > 0 ? std::copysign(std::min(width, std::abs(left)), left) : kShare * left;
    }

    void require_signal(const Node& start) const {
        if (flow_.finite_at(start)) return;
        throw base::request_error("no signal left", fmt::format("timestep {}", start.t),
                                  "sigma/alpha is infinite there, so the error of a step cannot be controlled",
                                  "give `sampler.variable` time, or start at an earlier timestep (`timesteps`)");
    }

    void require_progress(int tries, const Node& at) const {
        constexpr int kMostTries = 2000;
        if (tries <= kMostTries) return;
        throw base::request_error("too many steps", "`sampler.rtol`",
                                  fmt::format("after {} tries the solver is still at timestep {}", kMostTries, at.t),
                                  "allow larger errors: `sampler.rtol`, `sampler.atol`");
    }

    ProgramBuilder& builder_;
    ProbabilityFlow flow_;
    const EmbeddedPair& pair_;
    Tolerance tolerance_;
    std::vector<int> slots_;  ///< register of each slope
};

/// Between the grid's first and last node; where it ends at the clean state, by way of the lowest time with noise,
/// whose estimate of the data is the end.
void emit_adaptive(ProgramBuilder& builder, const TimeGrid& grid, const EmbeddedPair& pair) {
    const Step& final = grid.steps().back();
    const Node end = final.last() ? grid.node_at(grid.process().times().lowest_noisy) : final.to;
    const int steps = AdaptiveSolver(builder, pair).solve(grid.steps().front().from, end);
    if (!final.last()) return;
    builder.begin_step(steps);
    builder.denoise(end, 0, 0);
}

void emit_rk23(ProgramBuilder& builder, const TimeGrid& grid, const SamplerSettings&) {
    emit_adaptive(builder, grid, kBogackiShampine);
}

void emit_rk45(ProgramBuilder& builder, const TimeGrid& grid, const SamplerSettings&) {
    emit_adaptive(builder, grid, kDormandPrince);
}

constexpr SamplerParameter kRelative = {"rtol", "relative tolerance of a step: > 0, at most 1", 1e-4};
constexpr SamplerParameter kAbsolute = {"atol", "absolute tolerance of a step: > 0", 1e-5};
constexpr std::array kParameters = {kRelative,      kAbsolute,           kVariableParameter,
                                    kClipParameter, kThresholdParameter, kThresholdMaxParameter};

constexpr std::array<SamplerEntry, 2> kSamplers = {{
    {{.name = "rk23",
      .help = "Bogacki-Shampine: third order, adaptive; `steps` and `spacing` only set where it starts",
      .parameters = kParameters,
      .piloted = true,
      .levels = StateLevels::own},
     emit_rk23},
    {{.name = "rk45",
      .help = "Dormand-Prince: fifth order, adaptive; `steps` and `spacing` only set where it starts",
      .parameters = kParameters,
      .piloted = true,
      .levels = StateLevels::own},
     emit_rk45},
}};

}  // namespace

std::span<const SamplerEntry> adaptive_samplers() {
    return kSamplers;
}

}  // namespace scorefield::diffusion
