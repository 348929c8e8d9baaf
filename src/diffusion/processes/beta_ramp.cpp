#include "diffusion/processes/beta_ramp.hpp"

#include <algorithm>
#include <cmath>

namespace scorefield::diffusion {

BetaRampProcess::BetaRampProcess(const ProcessSettings& settings)
    : ContinuousProcess(settings, 1), beta_min_(settings.beta_min.value()), beta_max_(settings.beta_max.value()) {
    require_ordered("beta_min", beta_min_, "beta_max", beta_max_, true);
}

double BetaRampProcess::time_of_integral(double integral) const {
    if (integral >= this->integral(1)) return 1;
    // The root of ½(beta_max − beta_min)t² + beta_min·t = B, in the form that does not cancel.
    const double root = std::sqrt(beta_min_ * beta_min_ + 2 * (beta_max_ - beta_min_) * integral);
    return integral == 0 ? 0 : std::min(2 * integral / (beta_min_ + root), 1.0);
}

double BetaRampProcess::corrector_scale(double t, int steps) const {
    return std::max(1 - beta(t) / steps, 0.0);
}

}  // namespace scorefield::diffusion
