#include "session/playback.hpp"

#include <algorithm>
#include <limits>

namespace scorefield::session {

double Playback::dwell(const Tempo& tempo) const {
    const double step = 1 / tempo.steps_per_second;
    return state_ == 0 || state_ == steps_ ? std::max(tempo.hold, step) : step;
}

void Playback::advance(double seconds, const Tempo& tempo, int most) {
    if (!playing_ || tempo.steps_per_second <= 0) return;
    // Sums of frame times fall short of a state's time by rounding.
    constexpr double kTolerance = 1e-9;
    shown_ += seconds;
    for (int moved = 0; moved < most; ++moved) {
        if (shown_ + kTolerance < dwell(tempo)) return;
        if (state_ == steps_ && !tempo.loop) {
            finished_ = true;
            return;
        }
        shown_ = std::max(0.0, shown_ - dwell(tempo));
        state_ = state_ == steps_ ? 0 : state_ + 1;
    }
    shown_ = std::min(shown_, 1 / tempo.steps_per_second);
}

double Playback::seconds_left(const Tempo& tempo) const {
    if (!playing_ || tempo.steps_per_second <= 0 || finished_) return std::numeric_limits<double>::infinity();
    return std::max(0.0, dwell(tempo) - shown_);
}

void Playback::step() {
    stop_at(state_ == steps_ ? 0 : state_ + 1);
}

void Playback::step_back() {
    stop_at(std::max(state_ - 1, 0));
}

void Playback::stop_at(int state) {
    playing_ = false;
    finished_ = false;
    shown_ = 0;
    state_ = state;
}

void Playback::restart() {
    state_ = 0;
    shown_ = 0;
    finished_ = false;
}

}  // namespace scorefield::session
