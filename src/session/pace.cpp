#include "session/pace.hpp"

#include <algorithm>

namespace scorefield::session {

std::uint64_t Pace::allowance() const {
    constexpr double kMost = 1e12;
    return std::max(kLeast, static_cast<std::uint64_t>(std::min(kMost, kBudget_ms * rate_)));
}

void Pace::note(std::uint64_t particle_steps, double milliseconds) {
    if (particle_steps == 0 || milliseconds <= 0) return;
    constexpr double kKeep = 0.8;
    const double rate = static_cast<double>(particle_steps) / milliseconds;
    rate_ = rate_ == 0 ? rate : kKeep * rate_ + (1 - kKeep) * rate;
}

}  // namespace scorefield::session
