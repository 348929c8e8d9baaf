#include "session/training_clock.hpp"

#include <algorithm>

namespace scorefield::session {
namespace {

constexpr int kWork = 60;   ///< frames between rests
constexpr int kUnsure = 3;  ///< frames after a change that tell nothing: two are in flight
constexpr int kRest = 8;    ///< frames of a rest
/// Longer frames are pauses.
constexpr double kLongestFrame_ms = 100;
/// The least share of a frame that counts as training. Training that is hidden in the wait for the screen counts as
/// this much, so that there can be more of it.
constexpr double kLeastShare = 0.05;

}  // namespace

std::optional<double> TrainingClock::training_ms(double operations, double frame_ms) {
    const bool rests = operations <= 0;
    if (rests != rested_) {
        alike_ = 0;
        sum_ms_ = 0;
    }
    rested_ = rests;
    ++alike_;
    if (rests && alike_ > kUnsure && alike_ <= kRest) sum_ms_ += std::min(frame_ms, kLongestFrame_ms);
    if (rests && alike_ == kRest) {
        rest_ms_ = sum_ms_ / (kRest - kUnsure);
        resting_ = false;
    }
    if (!rests && alike_ >= kWork) resting_ = true;
    if (rests || alike_ <= kUnsure || rest_ms_ <= 0) return std::nullopt;
    return std::max(frame_ms - rest_ms_, kLeastShare * frame_ms);
}

}  // namespace scorefield::session
