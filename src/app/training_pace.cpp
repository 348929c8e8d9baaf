#include "app/training_pace.hpp"

#include <algorithm>

namespace scorefield::app {
namespace {

/// What is taken on before anything has been measured.
constexpr double kFirst = 2e7;
/// Of the rest: a pause says nothing of frames, and slow frames should not become slower yet.
constexpr double kLongestRest_ms = 100;

/// Frames that are late by chance should not make the next ones shorter.
double blend(double mean, double value) {
    constexpr double kKeep = 0.95;
    return mean == 0 ? value : kKeep * mean + (1 - kKeep) * value;
}

}  // namespace

double TrainingPace::operations(double share) const {
    constexpr double kGrowth = 1.5;  // per frame: a rate of little work says little of much
    if (share <= 0) return 0;
    if (work_ms_ == 0 || rest_ms_ == 0) return kFirst;
    const double wanted = work_ / work_ms_ * rest_ms_ * share / (1 - share);
    return std::min(wanted, kGrowth * std::max(last_, kFirst));
}

void TrainingPace::note(double operations, double training_ms, double frame_ms) {
    last_ = operations;
    const double rest = frame_ms - training_ms;
    if (rest > 0) rest_ms_ = blend(rest_ms_, std::min(rest, kLongestRest_ms));
    if (operations <= 0 || training_ms <= 0) return;
    work_ = blend(work_, operations);
    work_ms_ = blend(work_ms_, training_ms);
}

}  // namespace scorefield::app
