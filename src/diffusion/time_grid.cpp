#include "diffusion/time_grid.hpp"

#include <cmath>
#include <utility>

namespace scorefield::diffusion {
namespace {

Node clean() {
    return {.t = 0, .at = {}, .c_in = 1, .c_noise = 0};
}

/// The state x as it is, or x/α of a network that knows x.
Node make_node(double t, const Marginal& at, bool scaled) {
    if (!scaled) return {.t = t, .at = at, .c_in = 1, .c_noise = t};
    return {.t = t, .at = {1, at.sigma / at.alpha}, .c_in = at.alpha, .c_noise = t};
}

}  // namespace

TimeGrid::TimeGrid(std::shared_ptr<const NoiseProcess> process, const std::vector<double>& times,
                   std::optional<double> end)
    : process_(std::move(process)), init_scale_(process_->prior_scale()) {
    for (std::size_t i = 0; i < times.size(); ++i) {
        Step step = {.index = static_cast<int>(i), .from = node_at(times[i]), .to = clean()};
        if (i + 1 < times.size()) {
            step.to = node_at(times[i + 1]);
        } else if (end) {
            step.to = node_at(*end);
        }
        steps_.push_back(step);
    }
}

TimeGrid::TimeGrid(std::shared_ptr<const NoiseProcess> process, std::vector<Step> steps, double init_scale, bool scaled)
    : process_(std::move(process)), steps_(std::move(steps)), init_scale_(init_scale), scaled_(scaled) {}

TimeGrid TimeGrid::without_first() const {
    TimeGrid rest = *this;
    rest.steps_.erase(rest.steps_.begin());
    return rest;
}

Node TimeGrid::node_at(double t) const {
    return make_node(t, process_->marginal(t), scaled_);
}

Node TimeGrid::node_at_log_snr(double log_snr) const {
    return node_at(process_->time_at(log_snr));
}

Node TimeGrid::node_at_ratio(double ratio) const {
    Node node = node_at_log_snr(-std::log(ratio));
    node.at.sigma = ratio * node.at.alpha;
    return node;
}

TimeGrid TimeGrid::reversed() const {
    std::vector<Step> steps;
    for (auto step = steps_.rbegin(); step != steps_.rend(); ++step) {
        const Node from = step->last() ? node_at(process_->times().lowest_noisy) : step->to;
        if (from.t >= step->from.t) continue;
        steps.push_back({static_cast<int>(steps.size()), from, step->from});
    }
    return with(std::move(steps));
}

TimeGrid TimeGrid::from(const Node& start) const {
    constexpr double kRounding = 1e-9;  // nodes of two grids that are meant to be the same one
    const auto is_below = [&](const Node& node) { return node.t < start.t * (1 - kRounding); };
    std::vector<Step> steps;
    if (!steps_.empty() && is_below(steps_.front().from)) steps.push_back({0, start, steps_.front().from});
    for (const Step& step : steps_) {
        if (!step.last() && !is_below(step.to)) continue;
        steps.push_back({static_cast<int>(steps.size()), steps.empty() ? start : step.from, step.to});
    }
    return with(std::move(steps));
}

TimeGrid TimeGrid::with(std::vector<Step> steps) const {
    TimeGrid other = *this;
    other.steps_ = std::move(steps);
    return other;
}

TimeGrid TimeGrid::matched(AxisMoments clean) const {
    TimeGrid other = *this;
    other.clean_moments_ = std::move(clean);
    return other;
}

StartLaw TimeGrid::start() const {
    if (!clean_moments_ || steps_.empty()) return StartLaw::normal(init_scale_);
    return start_law_of(marginal_moments(*clean_moments_, steps_.front().from.at));
}

MarginalRates TimeGrid::rates_at(double t) const {
    const MarginalRates rates = process_->rates(t);
    if (!scaled_) return rates;
    const auto [alpha, sigma] = process_->marginal(t);
    return {0, (rates.sigma - sigma / alpha * rates.alpha) / alpha};
}

}  // namespace scorefield::diffusion
