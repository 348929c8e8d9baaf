#include "session/pace.hpp"

#include <algorithm>

namespace scorefield::session {

double Pace::allowance(double budget_ms) const {
    return std::max(kLeast, budget_ms * rate_);
}

void Pace::note(double operations, double milliseconds) {
    if (operations <= 0 || milliseconds <= 0) return;
    constexpr double kKeep = 0.8;
    const double rate = operations / milliseconds;
    rate_ = rate_ == 0 ? rate : kKeep * rate_ + (1 - kKeep) * rate;
}

}  // namespace scorefield::session
