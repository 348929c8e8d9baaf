#include "diffusion/samplers/probability_flow.hpp"

#include <array>
#include <cmath>
#include <numeric>

namespace scorefield::diffusion {
namespace {

Variable chosen_variable(const ProgramBuilder& builder) {
    const auto& given = builder.settings().variable;
    if (!given) return builder.grid().process().variable();
    return *given == "time" ? Variable::time : Variable::sigma;
}

constexpr std::array kHeunA = {1.0};
constexpr std::array kHeunB = {0.5, 0.5};
constexpr std::array kHeunC = {0.0, 1.0};

constexpr std::array kMidpointA = {0.5};
constexpr std::array kMidpointB = {0.0, 1.0};
constexpr std::array kMidpointC = {0.0, 0.5};

constexpr std::array kClassicalA = {0.5, 0.0, 0.5, 0.0, 0.0, 1.0};
constexpr std::array kClassicalB = {1.0 / 6, 1.0 / 3, 1.0 / 3, 1.0 / 6};
constexpr std::array kClassicalC = {0.0, 0.5, 0.5, 1.0};

}  // namespace

const Tableau kHeun = {kHeunA, kHeunB, kHeunC};
const Tableau kMidpoint = {kMidpointA, kMidpointB, kMidpointC};
const Tableau kClassical = {kClassicalA, kClassicalB, kClassicalC};

ProbabilityFlow::ProbabilityFlow(ProgramBuilder& builder) : ProbabilityFlow(builder, chosen_variable(builder)) {}

double ProbabilityFlow::coordinate(const Node& node) const {
    return variable_ == Variable::time ? node.t : node.at.sigma / node.at.alpha;
}

Node ProbabilityFlow::node_at(double coordinate) const {
    const TimeGrid& grid = builder_.grid();
    return variable_ == Variable::time ? grid.node_at(coordinate) : grid.node_at_ratio(coordinate);
}

double ProbabilityFlow::scale(const Node& node) const {
    return variable_ == Variable::time ? 1 : node.at.alpha;
}

void ProbabilityFlow::slope(const Node& node, int src, int dst, int spare) const {
    const auto [alpha, sigma] = node.at;
    if (variable_ == Variable::time) {
        // α'·x̂_0 + σ'·ε̂
        const MarginalRates rates = builder_.grid().rates_at(node.t);
        const double state = rates.sigma / sigma;
        builder_.combine(node, src, dst, state, rates.alpha - alpha * state, spare);
    } else if (builder_.limits()) {
        builder_.combine(node, src, dst, 1 / sigma, -alpha / sigma, spare);
    } else {
        builder_.estimate_noise(node, src, dst);
    }
}

void ProbabilityFlow::euler(const Step& step) const {
    if (step.last()) {
        builder_.denoise(step.from, 0, 0);
        return;
    }
    const auto [alpha, sigma] = step.from.at;
    if (variable_ == Variable::time) {
        const double width = step.to.t - step.from.t;
        const MarginalRates rates = builder_.grid().rates_at(step.from.t);
        const double state = rates.sigma / sigma;
        builder_.combine(step.from, 0, 0, 1 + width * state, width * (rates.alpha - alpha * state), 1);
    } else {
        const double state = step.to.at.sigma / sigma;
        builder_.combine(step.from, 0, 0, state, step.to.at.alpha - state * alpha, 1);
    }
}

std::vector<Term> ProbabilityFlow::moved(const Node& from, const Node& to, double width,
                                         std::span<const double> weights, std::span<const int> slots) const {
    std::vector<Term> terms = {{0, scale(to) / scale(from)}};
    for (std::size_t j = 0; j < weights.size(); ++j) terms.push_back({slots[j], scale(to) * width * weights[j]});
    return terms;
}

void runge_kutta_step(ProgramBuilder& builder, const ProbabilityFlow& flow, const Step& step, const Tableau& tableau) {
    if (!flow.finite_at(step.from) || !flow.finite_at(step.to)) {
        flow.euler(step);
        return;
    }
    const int stages = tableau.stages();
    std::vector<int> slots(static_cast<std::size_t>(stages));
    std::iota(slots.begin(), slots.end(), 1);
    const double start = flow.coordinate(step.from);
    const double width = flow.coordinate(step.to) - start;
    flow.slope(step.from, 0, 1, stages + 1);
    for (int i = 1; i < stages; ++i) {
        const double share = tableau.c[static_cast<std::size_t>(i)];
        const Node node = share == 1 ? step.to : flow.node_at(start + share * width);
        builder.blend(i + 1, flow.moved(step.from, node, width, tableau.row(i), slots));
        flow.slope(node, i + 1, i + 1, stages + 1);
    }
    builder.blend(0, flow.moved(step.from, step.to, width, tableau.b, slots));
}

}  // namespace scorefield::diffusion
