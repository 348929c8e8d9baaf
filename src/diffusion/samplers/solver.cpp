#include "diffusion/samplers/solver.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "base/error.hpp"

namespace scorefield::diffusion {

void estimate(ProgramBuilder& builder, Quantity quantity, const Node& node, int src, int dst) {
    if (quantity == Quantity::data) {
        builder.denoise(node, src, dst);
    } else if (!builder.limits()) {
        builder.estimate_noise(node, src, dst);
    } else {
        builder.denoise(node, src, dst);
        builder.blend(dst, {{src, 1 / node.at.sigma}, {dst, -node.at.alpha / node.at.sigma}});
    }
}

std::size_t steps_before(const ProgramBuilder& builder, const TimeGrid& grid) {
    return builder.grid().steps().size() - grid.steps().size();
}

int solver_order(const ProgramBuilder& builder, const TimeGrid& grid, const SamplerParameter& parameter) {
    const int before = static_cast<int>(steps_before(builder, grid));
    const int steps = static_cast<int>(grid.steps().size());
    const int most = std::max(steps, 1);  // where the step before is the only one, too
    const int preset = std::min(std::get<PresetOrder>(parameter.preset).most, most);
    const int order = builder.settings().order.value_or(preset);
    if (order > most) {
        throw base::request_error("too few steps", "`sampler.order`",
                                  fmt::format("order {} needs the estimates of {} steps, there are {}{}", order, order,
                                              steps, before > 0 ? " after the one without signal" : ""),
                                  fmt::format("use `steps` {} or more, or `sampler.order` {}", order + before, most));
    }
    return order;
}

int multistep_order(const SamplerSettings& settings, const TimeGrid& grid, std::size_t i, int order) {
    constexpr std::size_t kFewSteps = 15;
    const std::size_t steps = grid.steps().size();
    const bool lower = settings.lower_order_final == true && steps < kFewSteps;
    const bool final_first = lower || settings.euler_at_final == true;
    if (grid.steps()[i].last() || (i + 1 == steps && final_first)) return 1;
    const int most = i + 2 == steps && lower ? 2 : order;
    return std::min(most, static_cast<int>(i) + 1);
}

void History::push(double log_snr) {
    past_.push_back({log_snr, next()});
    ++count_;
}

}  // namespace scorefield::diffusion
