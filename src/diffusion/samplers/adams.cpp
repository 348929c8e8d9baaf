#include <array>
#include <cmath>

#include "diffusion/samplers/exponential.hpp"
#include "diffusion/samplers/solver.hpp"

namespace scorefield::diffusion {
namespace {

constexpr int kMostOrder = 4;
constexpr int kMostDeisOrder = 3;
constexpr SamplerParameter kOrder4 = {"order", "order of the multistep method: 1 … 4", PresetOrder{kMostOrder}};
constexpr SamplerParameter kOrder3 = {"order", "order of the multistep method: 1 … 3", PresetOrder{kMostDeisOrder}};

/// dst = register 0 ← (α_s/α_t)·x + Σ weight·estimate, the newest estimate first.
void advance(ProgramBuilder& builder, const Step& step, const History& history, const std::vector<double>& weights) {
    std::vector<Term> terms = {{0, step.to.at.alpha / step.from.at.alpha}};
    for (std::size_t j = 0; j < weights.size(); ++j) terms.push_back({history[static_cast<int>(j)].reg, weights[j]});
    builder.blend(0, terms);
}

/// Linear multistep of order k on d(x/α) = ε̂ d(σ/α): Adams–Bashforth over the uneven σ/α, by exact integration of the
/// polynomial through the last k estimates (Katherine Crowson's k-diffusion, sample_lms). The first steps have lower
/// order.
void emit_lms(ProgramBuilder& builder, const TimeGrid& grid, const SamplerSettings&) {
    const int order = solver_order(builder, grid, kOrder4);
    History history(1, order);
    std::vector<double> ratios;
    for (const Step& step : grid.steps()) {
        builder.begin_step(step.index);
        const double from = step.from.at.sigma / step.from.at.alpha;
        const double width = step.to.at.sigma / step.to.at.alpha - from;
        estimate(builder, Quantity::noise, step.from, 0, history.next());
        history.push(log_snr(step.from.at));
        ratios.push_back(from);
        std::vector<double> weights;
        if (width != 0) {
            std::vector<double> nodes;
            for (std::size_t j = 0; j < ratios.size() && j < static_cast<std::size_t>(order); ++j) {
                nodes.push_back((ratios[ratios.size() - 1 - j] - from) / width);
            }
            weights = interpolation_weights(nodes, power_moments(nodes.size()));
            for (double& weight : weights) weight *= step.to.at.alpha * width;
        }
        advance(builder, step, history, weights);
    }
}

/// Improved PNDM: the transfer of DDIM with ε̂ extrapolated as if the steps were even, without a Runge–Kutta start. At a
/// node without signal x̂_0 is taken as 0, the mean.
void emit_ipndm(ProgramBuilder& builder, const TimeGrid& grid, const SamplerSettings&) {
    const int order = solver_order(builder, grid, kOrder4);
    History history(1, order);
    for (const Step& step : grid.steps()) {
        builder.begin_step(step.index);
        const auto [alpha, sigma] = step.from.at;
        const auto [to_alpha, to_sigma] = step.to.at;
        estimate(builder, Quantity::noise, step.from, 0, history.next());
        history.push(0);
        const double share = alpha == 0 ? 0 : to_alpha / alpha;
        std::vector<Term> terms = {{0, share}};
        const auto known = static_cast<std::size_t>(std::min(step.index + 1, order));
        for (std::size_t j = 0; j < known; ++j) {
            const double weight = kEvenWeights.at(known - 1).at(j);
            terms.push_back({history[static_cast<int>(j)].reg, weight * (to_sigma - share * sigma)});
        }
        builder.blend(0, terms);
    }
}

/// DEIS with polynomials in log ρ, ρ = σ/α (Zhang & Chen 2023, "log-rho"): x_s/α_s = x_t/α_t + Σ_j ε̂_j ∫ ℓ_j(log ρ) dρ,
/// integrated exactly. The step to the clean state, log ρ = −∞, is x̂_0.
void emit_deis(ProgramBuilder& builder, const TimeGrid& grid, const SamplerSettings& settings) {
    const int order = solver_order(builder, grid, kOrder3);
    History history(1, order);
    take_steps(builder, grid, Quantity::noise, history, [&](std::size_t i, const Step& step) {
        const double here = history[0].log_snr;
        const double width = here - log_snr(step.to.at);  // in log ρ
        std::vector<double> weights;
        if (width != 0) {
            const int known = multistep_order(settings, grid, i, order);
            std::vector<double> nodes;
            nodes.reserve(static_cast<std::size_t>(known));
            for (int j = 0; j < known; ++j) {
                nodes.push_back((here - history[j].log_snr) / width);
            }
            weights = interpolation_weights(nodes, exponential_moments(nodes.size(), width));
            const double factor = step.to.at.alpha * step.from.at.sigma / step.from.at.alpha * width;
            for (double& weight : weights) weight *= factor;
        }
        advance(builder, step, history, weights);
    });
}

constexpr std::array kAdamsParameters = {kOrder4, kClipParameter, kThresholdParameter, kThresholdMaxParameter};
constexpr std::array kDeisParameters = {kOrder3, kLowerOrderFinal, kClipParameter, kThresholdParameter,
                                        kThresholdMaxParameter};

constexpr std::array<SamplerEntry, 3> kSamplers = {{
    {{.name = "lms",
      .help = "linear multistep: Adams-Bashforth over sigma, up to fourth order",
      .parameters = kAdamsParameters,
      .most_order = kMostOrder,
      .needs_signal = true},
     emit_lms},
    {{.name = "ipndm",
      .help = "improved PNDM: extrapolates the noise, assuming even steps",
      .parameters = kAdamsParameters,
      .most_order = kMostOrder},
     emit_ipndm},
    {{.name = "deis",
      .help = "DEIS: polynomials in log sigma, integrated exactly, up to third order",
      .parameters = kDeisParameters,
      .most_order = kMostDeisOrder,
      .needs_signal = true},
     emit_deis},
}};

}  // namespace

std::span<const SamplerEntry> adams_samplers() {
    return kSamplers;
}

}  // namespace scorefield::diffusion
