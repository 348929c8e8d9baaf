#include <array>
#include <cmath>

#include "diffusion/samplers/exponential.hpp"
#include "diffusion/samplers/solver.hpp"

namespace scorefield::diffusion {
namespace {

// Registers besides the state: the corrected state that the last step left from, and the estimates in turn.
constexpr int kBase = 1;
constexpr int kEstimates = 2;

struct Method {
    Quantity quantity = Quantity::data;
    bool first_form = false;  ///< B(h) = h (bh1), else e^h − 1 (bh2)
};

/// What a step of width h multiplies, hh = −h (data) or h (noise): x_s = state·x_t + scale·((e^hh − 1)·m_0 + B·Σ ρ_k
/// D_k), D_k = (m_k − m_0)/r_k (Zhao et al. 2023, eq. 3 and 8).
struct Frame {
    double hh = 0;
    double state = 1;
    double scale = 0;
    double b = 0;
};

Frame frame(const Method& method, const Marginal& from, const Marginal& to) {
    const double h = log_snr(to) - log_snr(from);
    const bool data = method.quantity == Quantity::data;
    Frame frame;
    frame.hh = data ? -h : h;
    frame.state = data ? to.sigma / from.sigma : to.alpha / from.alpha;
    frame.scale = data ? -to.alpha : -to.sigma;
    frame.b = method.first_form ? frame.hh : std::expm1(frame.hh);
    return frame;
}

/// Solves Σ_k ρ_k r_k^{i−1} = i! hh φ_{i+1}(hh)/B, i = 1 … n: the weights that make the update exact for polynomials.
std::vector<double> solve_weights(const Frame& frame, const std::vector<double>& r) {
    std::vector<double> a;
    std::vector<double> b;
    double factorial = 1;
    for (std::size_t i = 1; i <= r.size(); ++i) {
        factorial *= static_cast<double>(i);
        for (const double node : r) a.push_back(std::pow(node, static_cast<double>(i - 1)));
        b.push_back(factorial * frame.hh * phi(static_cast<int>(i) + 1, frame.hh) / frame.b);
    }
    return solve_linear(std::move(a), std::move(b));
}

/// Register dst ← an update of kBase over the estimates `past`, the first one at the step's start, with weights ρ of
/// their differences from it.
void update(ProgramBuilder& builder, const Frame& frame, int dst, const std::vector<Past>& past,
            const std::vector<double>& rho, const std::vector<double>& r) {
    std::vector<Term> terms = {{kBase, frame.state}};
    double base = frame.scale * std::expm1(frame.hh);
    for (std::size_t k = 0; k < rho.size(); ++k) {
        const double weight = frame.scale * frame.b * rho[k] / r[k];
        terms.push_back({past[k + 1].reg, weight});
        base -= weight;
    }
    terms.push_back({past[0].reg, base});
    builder.blend(dst, terms);
}

/// The predictor: weights of the earlier estimates, ½ where there is one.
void predict(ProgramBuilder& builder, const Method& method, const Step& step, const History& history, int order) {
    const Frame at = frame(method, step.from.at, step.to.at);
    const double h = log_snr(step.to.at) - log_snr(step.from.at);
    std::vector<Past> past = {history[0]};
    std::vector<double> r;
    for (int k = 1; k < order && h != 0; ++k) {
        past.push_back(history[k]);
        r.push_back((history[k].log_snr - history[0].log_snr) / h);
    }
    update(builder, at, 0, past, r.size() == 1 ? std::vector{0.5} : solve_weights(at, r), r);
}

/// The corrector of the step that led here: the same with the newest estimate, of its end, at r = 1.
void correct(ProgramBuilder& builder, const Method& method, const Step& step, const History& history, int order) {
    const Frame at = frame(method, step.from.at, step.to.at);
    const double h = log_snr(step.to.at) - log_snr(step.from.at);
    std::vector<Past> past = {history[1]};
    std::vector<double> r;
    for (int k = 1; k < order; ++k) {
        past.push_back(history[k + 1]);
        r.push_back((history[k + 1].log_snr - history[1].log_snr) / h);
    }
    past.push_back(history[0]);
    r.push_back(1);
    update(builder, at, kBase, past, order == 1 ? std::vector{0.5} : solve_weights(at, r), r);
}

constexpr SamplerParameter kOrder = {"order", "order of the predictor: 1 … 4; the corrector adds one", PresetOrder{2}};
constexpr std::array<std::string_view, 2> kVariants = {"bh2", "bh1"};

/// UniPC (Zhao et al. 2023, algorithms 1 and 2): UniP-p over the last p estimates, then UniC-p with the estimate of its
/// own result, which costs no evaluation and raises the order to p+1.
void emit_unipc(ProgramBuilder& builder, const TimeGrid& grid, const SamplerSettings& settings) {
    const Method method = {.quantity = settings.predict_x0.value() ? Quantity::data : Quantity::noise,
                           .first_form = settings.variant == "bh1"};
    const int order = solver_order(builder, grid, kOrder);
    const int uncorrected = settings.uncorrected_steps.value();
    const std::vector<Step>& steps = grid.steps();
    History history(kEstimates, order + 1);
    int last_order = 0;
    for (std::size_t i = 0; i < steps.size(); ++i) {
        const Step& step = steps[i];
        builder.begin_step(step.index);
        if (step.last() && method.quantity == Quantity::data) {
            builder.denoise(step.from, 0, 0);
            continue;
        }
        estimate(builder, method.quantity, step.from, 0, history.next());
        history.push(log_snr(step.from.at));
        if (i > 0 && step.index > uncorrected) {
            correct(builder, method, steps[i - 1], history, last_order);
        } else {
            builder.blend(kBase, {{0, 1}});
        }
        if (step.last()) {  // x̂_0 of the corrected state
            const auto [alpha, sigma] = step.from.at;
            builder.blend(0, {{kBase, 1 / alpha}, {history[0].reg, -sigma / alpha}});
            continue;
        }
        const int known = std::min(order, static_cast<int>(i) + 1);
        last_order = settings.lower_order_final == true ? std::min(known, static_cast<int>(steps.size() - i)) : known;
        predict(builder, method, step, history, last_order);
    }
}

constexpr SamplerParameter kVariant = {"variant", "bh1 or bh2: choice of B(h)", "bh2"};
constexpr SamplerParameter kPredictX0 = {"predict_x0", "extrapolate the data (on) or the noise (off)", true};
constexpr SamplerParameter kLower = {"lower_order_final", "limit the order to the number of remaining steps: on or off",
                                     true};
constexpr SamplerParameter kUncorrected = {
    "uncorrected_steps", "number of first steps without corrector; `steps` or more: no corrector at all", 0};
constexpr std::array kParameters = {kOrder,       kVariant,       kPredictX0,          kLower,
                                    kUncorrected, kClipParameter, kThresholdParameter, kThresholdMaxParameter};

constexpr std::array<SamplerEntry, 1> kSamplers = {{
    {{.name = "unipc",
      .help = "UniPC: multistep predictor, and a corrector without extra evaluations",
      .parameters = kParameters,
      .variants = kVariants,
      .most_order = 4,
      .needs_signal = true},
     emit_unipc},
}};

}  // namespace

std::span<const SamplerEntry> unipc_samplers() {
    return kSamplers;
}

}  // namespace scorefield::diffusion
