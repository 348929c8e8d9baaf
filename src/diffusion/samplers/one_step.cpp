#include <array>
#include <cmath>

#include "diffusion/samplers/ancestral.hpp"
#include "diffusion/samplers/probability_flow.hpp"
#include "diffusion/samplers/samplers.hpp"

namespace scorefield::diffusion {
namespace {

void emit_euler(ProgramBuilder& builder, const TimeGrid& grid, const SamplerSettings&) {
    const ProbabilityFlow flow(builder);
    for (const Step& step : grid.steps()) {
        builder.begin_step(step.index);
        flow.euler(step);
    }
}

/// The step to the clean state, where the flow has no slope, is one of Euler over σ/α: the estimate of the data.
void emit_runge_kutta(ProgramBuilder& builder, const TimeGrid& grid, const Tableau& tableau) {
    const ProbabilityFlow flow(builder);
    for (const Step& step : grid.steps()) {
        builder.begin_step(step.index);
        if (step.last()) {
            builder.denoise(step.from, 0, 0);
        } else {
            runge_kutta_step(builder, flow, step, tableau);
        }
    }
}

void emit_heun(ProgramBuilder& builder, const TimeGrid& grid, const SamplerSettings&) {
    emit_runge_kutta(builder, grid, kHeun);
}

void emit_midpoint(ProgramBuilder& builder, const TimeGrid& grid, const SamplerSettings&) {
    emit_runge_kutta(builder, grid, kMidpoint);
}

void emit_rk4(ProgramBuilder& builder, const TimeGrid& grid, const SamplerSettings&) {
    emit_runge_kutta(builder, grid, kClassical);
}

/// "DPM2" of k-diffusion: the midpoint method over σ/α with the midpoint in log σ/α, from σ_t/α_t down to
/// remaining/α_s, and up again by noise. Without any signal at the start, where the midpoint is infinite, by Euler's
/// method.
void kdpm2_step(ProgramBuilder& builder, const Step& step, const AncestralSplit& split, double noise_scale) {
    const ProbabilityFlow flow(builder, Variable::sigma);
    const std::vector<NoiseTerm> draws = builder.increment(noise_scale * split.noise, step.from, step.to);
    if (!flow.finite_at(step.from)) {
        ancestral_descent(builder, step, split, 0, 1);
        if (!draws.empty()) builder.blend(0, {{0, 1}}, draws);
        return;
    }
    const double to_alpha = step.to.at.alpha;
    const double start = flow.coordinate(step.from);
    const double end = split.remaining / to_alpha;
    const Node middle = flow.node_at(std::sqrt(start * end));
    const double half = middle.at.alpha * (flow.coordinate(middle) - start);
    flow.slope(step.from, 0, 1, 2);
    builder.blend(1, {{0, middle.at.alpha / step.from.at.alpha}, {1, half}});
    flow.slope(middle, 1, 1, 2);
    builder.blend(0, {{0, to_alpha / step.from.at.alpha}, {1, to_alpha * (end - start)}}, draws);
}

void emit_dpm2(ProgramBuilder& builder, const TimeGrid& grid, double eta, double noise_scale) {
    for (const Step& step : grid.steps()) {
        builder.begin_step(step.index);
        if (step.last()) {
            builder.denoise(step.from, 0, 0);
        } else {
            kdpm2_step(builder, step, ancestral_split(step, eta), noise_scale);
        }
    }
}

void emit_kdpm2(ProgramBuilder& builder, const TimeGrid& grid, const SamplerSettings&) {
    emit_dpm2(builder, grid, 0, 1);
}

void emit_kdpm2_ancestral(ProgramBuilder& builder, const TimeGrid& grid, const SamplerSettings& settings) {
    emit_dpm2(builder, grid, settings.eta.value(), settings.noise_scale.value());
}

constexpr std::array kFlowParameters = {kVariableParameter, kClipParameter, kThresholdParameter,
                                        kThresholdMaxParameter};
constexpr std::array kSigmaParameters = {kClipParameter, kThresholdParameter, kThresholdMaxParameter};
constexpr std::array kAncestralParameters = {kAncestralEtaParameter, kNoiseScaleParameter, kClipParameter,
                                             kThresholdParameter, kThresholdMaxParameter};

constexpr std::array<SamplerEntry, 6> kSamplers = {{
    {{.name = "euler",
      .help = "Euler on the probability flow: first order; over sigma it is ddim",
      .parameters = kFlowParameters,
      .predictor = true},
     emit_euler},
    {{.name = "heun",
      .help = "Heun (EDM without churn): second order, two evaluations a step",
      .parameters = kFlowParameters,
      .least_alpha = kLeastAlphaOfExplicitSteps,
      .predictor = true},
     emit_heun},
    {{.name = "midpoint",
      .help = "midpoint rule: second order, two evaluations a step",
      .parameters = kFlowParameters,
      .predictor = true},
     emit_midpoint},
    {{.name = "rk4",
      .help = "classical Runge-Kutta: fourth order, four evaluations a step",
      .parameters = kFlowParameters,
      .least_alpha = kLeastAlphaOfExplicitSteps,
      .predictor = true},
     emit_rk4},
    {{.name = "kdpm2",
      .help = "DPM2: midpoint rule with the midpoint in log sigma, second order",
      .parameters = kSigmaParameters,
      .predictor = true},
     emit_kdpm2},
    {{.name = "kdpm2_ancestral",
      .help = "DPM2 with ancestral noise",
      .parameters = kAncestralParameters,
      .stochastic = true,
      .least_alpha = kLeastAlphaOfExplicitSteps,
      .predictor = true},
     emit_kdpm2_ancestral},
}};

}  // namespace

std::span<const SamplerEntry> one_step_samplers() {
    return kSamplers;
}

}  // namespace scorefield::diffusion
