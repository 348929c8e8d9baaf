#include <array>
#include <cmath>
#include <optional>

#include "diffusion/samplers/exponential.hpp"
#include "diffusion/samplers/solver.hpp"

namespace scorefield::diffusion {
namespace {

/// Which of the solvers for d(x/σ) = e^λ x̂_0 dλ or d(x/α) = −e^{−λ} ε̂ dλ (Lu et al. 2022a, 2022b).
struct Solver {
    Quantity quantity = Quantity::data;
    bool stochastic = false;  ///< of the reverse SDE in place of the probability flow
    bool heun = false;        ///< the second-order term integrated, not half the first one's weight
};

/// x_s = state·x_t + first·D0 + second·D1 + third·D2 + noise·z of a step of width h in λ: D1, D2 the differences of the
/// estimates, standardised to h. With z = −h (data), h (noise), −2h (data, SDE) the weights are −A z φ_k(z).
struct Weights {
    double state = 1;
    double first = 0;
    double second = 0;
    double integrated = 0;  ///< `second` of the Heun variant, whatever the variant
    double third = 0;
    double noise = 0;
};

Weights step_weights(const Solver& solver, const Marginal& from, const Marginal& to) {
    const double h = log_snr(to) - log_snr(from);
    const bool data = solver.quantity == Quantity::data;
    Weights weights;
    double z = data ? -h : h;
    double scale = data ? to.alpha : to.sigma;
    weights.state = data ? to.sigma / from.sigma : to.alpha / from.alpha;
    if (solver.stochastic) {
        if (data) {
            weights.state *= std::exp(-h);
            z = -2 * h;
        } else {
            scale *= 2;
        }
        weights.noise = to.sigma * std::sqrt(data ? -std::expm1(-2 * h) : std::expm1(2 * h));
    }
    weights.first = -scale * z * phi(1, z);
    weights.integrated = -scale * z * phi(2, z);
    weights.second = solver.heun ? weights.integrated : weights.first / 2;
    weights.third = -scale * z * phi(3, z);
    return weights;
}

/// The terms of estimates in a multistep update of `order`, the newest estimate at the step's start.
std::vector<Term> multistep_terms(const Weights& weights, const History& past, int order, double to_log_snr) {
    if (order == 1) return {{past[0].reg, weights.first}};
    const double h = to_log_snr - past[0].log_snr;
    const double width = past[0].log_snr - past[1].log_snr;
    const double newer = h / width;  // 1/r_0
    if (order == 2) {
        return {{past[0].reg, weights.first + weights.second * newer}, {past[1].reg, -weights.second * newer}};
    }
    const double older = h / (past[1].log_snr - past[2].log_snr);  // 1/r_1
    const double both = past[0].log_snr - past[2].log_snr;
    // D1 = D1_0 + r_0/(r_0+r_1)·(D1_0 − D1_1) and D2 = (D1_0 − D1_1)/(r_0+r_1) by the weights of D1_0 and D1_1.
    const double curved = weights.integrated * width / both + weights.third * h / both;
    const double of_newer = (weights.integrated + curved) * newer;
    const double of_older = -curved * older;
    return {{past[0].reg, weights.first + of_newer}, {past[1].reg, -of_newer + of_older}, {past[2].reg, -of_older}};
}

void emit_multistep(ProgramBuilder& builder, const TimeGrid& grid, const SamplerSettings& settings,
                    const Solver& solver, int order) {
    History history(1, order);
    take_steps(builder, grid, solver.quantity, history, [&](std::size_t i, const Step& step) {
        const Weights weights = step_weights(solver, step.from.at, step.to.at);
        std::vector<Term> terms =
            multistep_terms(weights, history, multistep_order(settings, grid, i, order), log_snr(step.to.at));
        terms.push_back({0, weights.state});
        builder.blend(0, terms, builder.increment(weights.noise, step.from, step.to));
    });
}

constexpr std::array<std::string_view, 2> kVariants = {"midpoint", "heun"};
constexpr std::array<std::string_view, 3> kStochasticVariants = {"midpoint", "heun", "single"};

constexpr SamplerParameter kOrder = {"order", "order of the multistep method: 1 … 3", PresetOrder{2}};
constexpr SamplerParameter kOrderOfThree = {"order", "order of the multistep method: 1 … 3", PresetOrder{3}};
constexpr SamplerParameter kOrderOfTwo = {"order", "order of the multistep method: 1, 2", PresetOrder{2}};
constexpr SamplerParameter kVariant = {"variant", "form of the second-order term: midpoint or heun", "midpoint"};
constexpr SamplerParameter kStochasticVariant = {
    "variant", "midpoint or heun: multistep; single: two stages per step (DPM++ SDE)", "midpoint"};
constexpr SamplerParameter kPredictX0 = {"predict_x0", "extrapolate the data (on) or the noise (off)", true};
constexpr SamplerParameter kPredictNoise = {"predict_x0", "extrapolate the data (on) or the noise (off)", false};

bool is_heun(const SamplerSettings& settings) {
    return settings.variant == "heun";
}

/// Multistep DPM-Solver (Lu et al. 2022a), noise prediction.
void emit_dpm(ProgramBuilder& builder, const TimeGrid& grid, const SamplerSettings& settings) {
    emit_multistep(builder, grid, settings, {.quantity = Quantity::noise, .heun = is_heun(settings)},
                   solver_order(builder, grid, kOrder));
}

/// DPM-Solver++ (Lu et al. 2022b, algorithm 2), data prediction.
void emit_dpmpp_2m(ProgramBuilder& builder, const TimeGrid& grid, const SamplerSettings& settings) {
    emit_multistep(builder, grid, settings, {.quantity = Quantity::data, .heun = is_heun(settings)},
                   solver_order(builder, grid, kOrder));
}

/// DPM-Solver++ (3M) as k-diffusion publishes it: the second difference has the weight of half the second derivative,
/// so that the order of accuracy is 2.
void emit_dpmpp_3m(ProgramBuilder& builder, const TimeGrid& grid, const SamplerSettings& settings) {
    emit_multistep(builder, grid, settings, {.quantity = Quantity::data, .heun = true},
                   solver_order(builder, grid, kOrderOfThree));
}

/// DPM++ SDE of k-diffusion: two stages, each an ancestral step, the first to the middle in λ; in x/α over σ/α.
void emit_two_stages(ProgramBuilder& builder, const TimeGrid& grid) {
    // What is left of the noise deterministically: √(ρ_s² − u²) with fresh noise u² = ρ_s²(1 − ρ_s²/ρ_t²).
    const auto stage = [&](const Node& from, const Node& to, const std::vector<Term>& estimates) {
        const double ratio = from.at.sigma / from.at.alpha;
        const double to_ratio = to.at.sigma / to.at.alpha;
        const double kept = to_ratio * to_ratio / ratio;
        const double fresh = to_ratio * std::sqrt(1 - to_ratio * to_ratio / (ratio * ratio));
        std::vector<Term> terms = {{0, to.at.alpha / from.at.alpha * kept / ratio}};
        for (const Term& term : estimates) {
            terms.push_back({term.reg, term.coefficient * to.at.alpha * (1 - kept / ratio)});
        }
        return std::pair(terms, builder.increment(to.at.alpha * fresh, from, to));
    };
    for (const Step& step : grid.steps()) {
        builder.begin_step(step.index);
        if (step.last()) {
            builder.denoise(step.from, 0, 0);
            continue;
        }
        const Node middle = grid.node_at_log_snr((log_snr(step.from.at) + log_snr(step.to.at)) / 2);
        builder.denoise(step.from, 0, 1);
        const auto [terms, noise] = stage(step.from, middle, {{1, 1}});
        builder.blend(2, terms, noise);
        builder.denoise(middle, 2, 2);
        const auto [final_terms, final_noise] = stage(step.from, step.to, {{2, 1}});
        builder.blend(0, final_terms, final_noise);
    }
}

/// SDE-DPM-Solver++ (Lu et al. 2022b, appendix), multistep; SDE-DPM-Solver with predict_x0 off.
void emit_dpmpp_sde(ProgramBuilder& builder, const TimeGrid& grid, const SamplerSettings& settings) {
    if (settings.variant == "single") return emit_two_stages(builder, grid);
    const bool data = settings.predict_x0.value();
    emit_multistep(builder, grid, settings,
                   {.quantity = data ? Quantity::data : Quantity::noise, .stochastic = true, .heun = is_heun(settings)},
                   solver_order(builder, grid, kOrderOfTwo));
}

/// The terms of estimates in a single-step update of `order` from the node of the oldest estimate.
std::vector<Term> single_terms(const Solver& solver, const Weights& weights, const History& past, int order,
                               double to_log_snr) {
    if (order == 1) return {{past[0].reg, weights.first}};
    const Past& base = past[order - 1];
    const double h = to_log_snr - base.log_snr;
    const double newest = h / (past[0].log_snr - base.log_snr);  // 1/r_0
    if (order == 2) {
        return {{base.reg, weights.first - weights.second * newest}, {past[0].reg, weights.second * newest}};
    }
    if (!solver.heun) {
        return {{base.reg, weights.first - weights.integrated * newest}, {past[0].reg, weights.integrated * newest}};
    }
    const double middle = h / (past[1].log_snr - base.log_snr);  // 1/r_1
    // The parabola through the three: D1 = (r_0 D1_1 − r_1 D1_0)/(r_0 − r_1), D2 = 2(D1_0 − D1_1)/(r_0 − r_1), with
    // D1_0 = (m_0 − m_2)/r_0 and D1_1 = (m_1 − m_2)/r_1.
    const double r0 = 1 / newest;
    const double r1 = 1 / middle;
    const double of_newest = (2 * weights.third - r1 * weights.integrated) / (r0 - r1) * newest;
    const double of_middle = (r0 * weights.integrated - 2 * weights.third) / (r0 - r1) * middle;
    return {{base.reg, weights.first - of_newest - of_middle}, {past[1].reg, of_middle}, {past[0].reg, of_newest}};
}

/// The order of each step: groups of 1, 2 … order, each a single step of that order from its first node (Lu et al.
/// 2022a, DPM-Solver-fast); the last step of order 1 with lower_order_final, and to the clean state.
std::vector<int> single_orders(const TimeGrid& grid, const SamplerSettings& settings, int order) {
    const int steps = static_cast<int>(grid.steps().size());
    if (steps == 0) return {};
    const bool clean = grid.steps().back().last();
    std::vector<int> orders;
    orders.reserve(grid.steps().size());
    for (int i = 0; i < steps; ++i) orders.push_back(1 + i % order);
    const bool lower = settings.lower_order_final == true && steps % order == 0;
    if (lower || clean) orders.back() = 1;
    return orders;
}

/// DPM-Solver and DPM-Solver++, single-step: each node of the grid is a stage, so that steps count evaluations.
void emit_dpm_single(ProgramBuilder& builder, const TimeGrid& grid, const SamplerSettings& settings) {
    const bool data = settings.predict_x0.value();
    const Solver solver = {.quantity = data ? Quantity::data : Quantity::noise, .heun = is_heun(settings)};
    const int order = solver_order(builder, grid, kOrderOfThree);
    const std::vector<int> orders = single_orders(grid, settings, order);
    const int start = order + 1;  // the register of the group's first state
    History history(1, order);
    Node base;
    take_steps(builder, grid, solver.quantity, history, [&](std::size_t i, const Step& step) {
        if (orders[i] == 1) {
            base = step.from;
            if (i + 1 < orders.size() && orders[i + 1] > 1) builder.blend(start, {{0, 1}});
        }
        const Weights weights = step_weights(solver, base.at, step.to.at);
        std::vector<Term> terms = single_terms(solver, weights, history, orders[i], log_snr(step.to.at));
        terms.push_back({orders[i] == 1 ? 0 : start, weights.state});
        builder.blend(0, terms);
    });
}

constexpr std::array kMultistepParameters = {
    kOrder, kVariant, kLowerOrderFinal, kEulerAtFinal, kClipParameter, kThresholdParameter, kThresholdMaxParameter};
constexpr std::array kThirdParameters = {kOrderOfThree, kEulerAtFinal, kClipParameter, kThresholdParameter,
                                         kThresholdMaxParameter};
constexpr std::array kSdeParameters = {kOrderOfTwo,   kStochasticVariant, kPredictX0,          kLowerOrderFinal,
                                       kEulerAtFinal, kClipParameter,     kThresholdParameter, kThresholdMaxParameter};
constexpr std::array kSingleParameters = {kOrderOfThree,         kVariant,       kPredictNoise,
                                          kLowerOrderFinal,      kClipParameter, kThresholdParameter,
                                          kThresholdMaxParameter};

constexpr std::array<SamplerEntry, 5> kSamplers = {{
    {{.name = "dpmpp_2m",
      .help = "DPM-Solver++ 2M: second order, for few steps",
      .parameters = kMultistepParameters,
      .variants = kVariants,
      .most_order = 3,
      .needs_signal = true},
     emit_dpmpp_2m},
    {{.name = "dpmpp_3m",
      .help = "DPM-Solver++ 3M: three estimates, for few steps",
      .parameters = kThirdParameters,
      .most_order = 3,
      .needs_signal = true},
     emit_dpmpp_3m},
    {{.name = "dpmpp_sde",
      .help = "SDE-DPM-Solver++: noise in every step except the last",
      .parameters = kSdeParameters,
      .variants = kStochasticVariants,
      .most_order = 2,
      .stochastic = true,
      .needs_signal = true},
     emit_dpmpp_sde},
    {{.name = "dpm",
      .help = "DPM-Solver, multistep: extrapolates the noise",
      .parameters = kMultistepParameters,
      .variants = kVariants,
      .most_order = 3,
      .needs_signal = true},
     emit_dpm},
    {{.name = "dpm_single",
      .help = "DPM-Solver, single-step: groups of steps of rising order",
      .parameters = kSingleParameters,
      .variants = kVariants,
      .most_order = 3,
      .needs_signal = true},
     emit_dpm_single},
}};

}  // namespace

std::span<const SamplerEntry> dpm_samplers() {
    return kSamplers;
}

}  // namespace scorefield::diffusion
