#include "session/loss_history.hpp"

#include <algorithm>

namespace scorefield::session {

void LossHistory::add(std::uint64_t step, double loss) {
    // At first the mean is of few steps, later of about a hundred.
    const double keep = std::min(0.99, static_cast<double>(step) / (static_cast<double>(step) + 10));
    mean_ = keep * mean_.value_or(loss) + (1 - keep) * loss;
    if (step % every_ != 0) return;
    points_.push_back({step, *mean_});
    if (points_.size() <= kMost) return;
    every_ *= 2;
    std::erase_if(points_, [this](const Point& point) { return point.step % every_ != 0; });
}

}  // namespace scorefield::session
