#include "session/training_pace.hpp"

#include <algorithm>

namespace scorefield::session {
namespace {

/// What is taken on before anything has been measured.
constexpr double kFirst = 2e7;
/// The longest rest of a frame that counts, where the rest is the frame's time without training: a pause says nothing
/// of frames, and slow frames should not become slower yet.
constexpr double kLongestRest_ms = 100;

/// The weight of the earlier frames in the running means, per frame. About the same amount of work in every frame keeps
/// the frames equal. While the machine is busy with other things, the rest takes longer; that is no occasion for more
/// training.
constexpr double kKeepWork = 0.95;
constexpr double kKeepRest = 0.97;

double blend(double mean, double value, double keep) {
    return mean == 0 ? value : keep * mean + (1 - keep) * value;
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
    if (rest > 0) rest_ms_ = blend(rest_ms_, std::min(rest, kLongestRest_ms), kKeepRest);
    if (operations <= 0 || training_ms <= 0) return;
    work_ = blend(work_, operations, kKeepWork);
    work_ms_ = blend(work_ms_, training_ms, kKeepWork);
}

}  // namespace scorefield::session
