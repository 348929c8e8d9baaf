#include <array>
#include <cmath>

#include "base/error.hpp"
#include "diffusion/samplers/probability_flow.hpp"
#include "diffusion/samplers/samplers.hpp"

namespace scorefield::diffusion {
namespace {

/// x ← x + drift·score + noise·z, z a draw of its own.
void langevin_step(ProgramBuilder& builder, const Node& node, double drift, double noise, std::uint32_t draw) {
    builder.estimate_score(node, 0, 1);
    builder.blend(0, {{0, 1}, {1, drift}}, ProgramBuilder::fresh_noise(noise, draw));
}

Node langevin_node(const ProgramBuilder& builder, const SamplerSettings& settings) {
    if (settings.clean != true) {
        return builder.grid().node_at(builder.grid().process().times().lowest_noisy);
    }
    if (builder.parametrisation().prediction != Prediction::score) {
        throw base::request_error("no score without noise", "`sampler.clean`",
                                  "only a score prediction is defined there",
                                  "give `target` and `prediction` score, or leave it out");
    }
    return {};
}

/// x ← x + τ·score + √(2τ)·z, as many times as the grid has steps.
void emit_langevin(ProgramBuilder& builder, const TimeGrid& grid, const SamplerSettings& settings) {
    const double size = settings.step_size.value();
    const Node node = langevin_node(builder, settings);
    for (const Step& step : grid.steps()) {
        builder.begin_step(step.index);
        langevin_step(builder, node, size, std::sqrt(2 * size), static_cast<std::uint32_t>(step.index));
    }
}

/// Song & Ermon 2019, algorithm 1, on y = x/α with levels r = σ/α: K times y ← y + (a/2)·score + √a·z, a = ε·r²/r_L².
void emit_annealed_langevin(ProgramBuilder& builder, const TimeGrid& grid, const SamplerSettings& settings) {
    const ProbabilityFlow flow(builder, Variable::sigma);
    const Step& final = grid.steps().back();
    if (!flow.finite_at(final.from)) {
        throw base::request_error("too few steps", "`steps`", "the only noise level has no signal", "give more steps");
    }
    const double lowest = flow.coordinate(final.from);
    const double share = settings.step_size ? *settings.step_size / (lowest * lowest) : 0.2;  // ε/r_L²
    const int iterations = settings.iterations.value();
    // A step also goes to the next level, or ends with an estimate and its limits.
    ProgramBuilder::require_room("`sampler.iterations`", grid.steps().size(), iterations, 2, 3);
    std::uint32_t draw = 0;
    for (const Step& step : grid.steps()) {
        builder.begin_step(step.index);
        const auto [alpha, sigma] = step.from.at;
        // score of y = α·score of x; a in the units of x is α²·a = share·σ².
        const double size = share * sigma * sigma;
        for (int k = 0; k < iterations; ++k) {
            langevin_step(builder, step.from, size / 2, std::sqrt(size), draw++);
        }
        if (step.last() && settings.final_denoise == true) {
            builder.denoise(step.from, 0, 0);
        } else if (alpha == 0) {
            builder.blend(0, {{0, step.to.at.sigma / sigma}});  // all noise, and the next level's as good as
        } else if (step.to.at.alpha != alpha) {
            builder.blend(0, {{0, step.to.at.alpha / alpha}});
        }
    }
}

constexpr SamplerParameter kStepSize = {"step_size", "step size tau in x + tau*score + sqrt(2 tau)*z, > 0", 0.01};
constexpr SamplerParameter kClean = {"clean", "sample the density without noise (exact targets only): on or off",
                                     false};
constexpr SamplerParameter kAnnealedSize = {"step_size", "epsilon: step size at the last level, > 0",
                                            PresetRule{"0.2 times the variance of the last level"}};
constexpr SamplerParameter kIterations = {"iterations", "steps at each level, from 1", 100};
constexpr SamplerParameter kFinalDenoise = {"final_denoise", "end with the x0 estimate: on or off", false};

constexpr std::array kLangevinParameters = {kStepSize, kClean};
constexpr std::array kAnnealedParameters = {kAnnealedSize,  kIterations,         kFinalDenoise,
                                            kClipParameter, kThresholdParameter, kThresholdMaxParameter};

/// Song & Ermon 2019, section 3.2.2: the mixing time grows exponentially with the barrier between two modes.
constexpr std::string_view kCaveat =
    "does not mix between modes: each mode keeps the particles that start near it. Use annealed_langevin";

constexpr std::array<SamplerEntry, 2> kSamplers = {{
    {{.name = "langevin",
      .help = "Langevin dynamics at the lowest noise level, with `steps` steps",
      .parameters = kLangevinParameters,
      .stochastic = true,
      .levels = StateLevels::single,
      .caveat = kCaveat},
     emit_langevin},
    {{.name = "annealed_langevin",
      .help = "annealed Langevin dynamics over decreasing noise levels",
      .parameters = kAnnealedParameters,
      .stochastic = true,
      .levels = StateLevels::own},
     emit_annealed_langevin},
}};

}  // namespace

std::span<const SamplerEntry> langevin_samplers() {
    return kSamplers;
}

}  // namespace scorefield::diffusion
