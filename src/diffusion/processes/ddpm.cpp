#include "diffusion/processes/ddpm.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>

#include "diffusion/processes/beta_schedules.hpp"
#include "diffusion/processes/processes.hpp"

namespace scorefield::diffusion {

// Between levels k−1 and k what interpolates linearly is λ; alpha where level k has no signal (zero_snr), sigma where
// level k−1 has no noise (cosine_seed).

DdpmProcess::DdpmProcess(const ProcessSettings& settings) : marginals_(schedule_marginals(settings)) {}

TimeRange DdpmProcess::times() const {
    const double lowest_noisy = marginals_.front().sigma > 0 ? 0 : 1;
    return {0, lowest_noisy, static_cast<double>(marginals_.size() - 1), true};
}

Marginal DdpmProcess::marginal(double t) const {
    assert(t >= 0 && t <= static_cast<double>(marginals_.size() - 1));
    const auto level = static_cast<std::size_t>(t);
    const double fraction = t - static_cast<double>(level);
    const Marginal& below = marginals_[level];
    if (fraction == 0) return below;
    const Marginal& above = marginals_[level + 1];
    if (above.alpha == 0) {
        const double alpha = below.alpha * (1 - fraction);
        return {alpha, std::sqrt(1 - alpha * alpha)};
    }
    if (below.sigma == 0) {
        const double sigma = above.sigma * fraction;
        return {std::sqrt(1 - sigma * sigma), sigma};
    }
    return preserving_marginal(std::lerp(log_snr_at(level), log_snr_at(level + 1), fraction));
}

LinearSde DdpmProcess::sde(double t) const {
    if (marginals_.size() == 1) return {};
    const auto level = std::clamp<std::size_t>(static_cast<std::size_t>(std::ceil(t)), 1, marginals_.size() - 1);
    const Marginal& below = marginals_[level - 1];
    const Marginal& above = marginals_[level];
    const auto [alpha, sigma] = marginal(t);
    // Variance-preserving: d log α = σ² dλ and g² = −2 d log α.
    double drift = sigma * sigma * (log_snr_at(level) - log_snr_at(level - 1));
    if (below.sigma == 0) drift = -sigma * above.sigma / (alpha * alpha);
    if (above.alpha == 0) drift = -below.alpha / alpha;
    return {drift, -2 * drift};
}

double DdpmProcess::time_at(double log_snr) const {
    // λ falls along the levels: the first level whose λ is not above the one sought.
    const auto found =
        std::ranges::partition_point(marginals_, [&](const Marginal& at) { return diffusion::log_snr(at) > log_snr; });
    if (found == marginals_.begin()) return 0;
    if (found == marginals_.end()) return times().highest;
    const auto level = static_cast<std::size_t>(found - marginals_.begin());
    const auto top = static_cast<double>(level);
    const Marginal& below = marginals_[level - 1];
    if (found->alpha == 0) return top - preserving_marginal(log_snr).alpha / below.alpha;
    if (below.sigma == 0) return top - 1 + preserving_marginal(log_snr).sigma / found->sigma;
    return top - 1 + (log_snr_at(level - 1) - log_snr) / (log_snr_at(level - 1) - log_snr_at(level));
}

double DdpmProcess::corrector_scale(double t, int /*steps*/) const {
    const auto level = static_cast<std::size_t>(std::ceil(t));
    const double before = level == 0 ? 1 : marginals_[level - 1].alpha;
    const double root = marginals_[level].alpha / before;
    return root * root;
}

ProcessEntry ddpm_entry() {
    return {{"ddpm", "discrete timesteps, variance-preserving"},
            schedule_parameters,
            [](const ProcessSettings& settings) -> std::shared_ptr<const NoiseProcess> {
                return std::make_shared<DdpmProcess>(settings);
            }};
}

}  // namespace scorefield::diffusion
