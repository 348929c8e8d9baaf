#include "session/playback.hpp"

#include <algorithm>
#include <limits>

namespace scorefield::session {

/// The noise at the end of the forward process is that of the run's start, which stays for both.
bool Playback::is_end() const {
    return state_ == steps_ || (state_ == 0 && !noising_);
}

double Playback::dwell(const Tempo& tempo) const {
    const double step = 1 / tempo.steps_per_second;
    return is_end() ? std::max(tempo.hold, step) : step;
}

bool Playback::has_next(const Tempo& tempo) const {
    return tempo.loop || noising_ || state_ != (backwards_ ? 0 : steps_);
}

void Playback::move(bool forward) {
    if (noising_) {
        if (state_ == 0) {
            noising_ = false;
        } else {
            --state_;
        }
    } else if (backwards_) {
        state_ = state_ == 0 ? steps_ : state_ - 1;
    } else if (state_ < steps_) {
        ++state_;
    } else {
        noising_ = forward;
        state_ = forward ? steps_ : 0;
    }
}

void Playback::advance(double seconds, const Tempo& tempo, int most) {
    if (!playing_ || tempo.steps_per_second <= 0) return;
    // Sums of frame times fall short of a state's time by rounding.
    constexpr double kTolerance = 1e-9;
    shown_ += seconds;
    for (int moved = 0; moved < most; ++moved) {
        if (shown_ + kTolerance < dwell(tempo)) return;
        if (!has_next(tempo)) {
            finished_ = true;
            return;
        }
        finished_ = false;
        if (!is_end()) {
            ++moved_.states;
            moved_.seconds += dwell(tempo);
        }
        shown_ = std::max(0.0, shown_ - dwell(tempo));
        move(tempo.forward);
    }
    const double kept = std::min(shown_, 1 / tempo.steps_per_second);
    if (!is_end()) moved_.seconds += shown_ - kept;
    shown_ = kept;
}

double Playback::seconds_left(const Tempo& tempo) const {
    if (!playing_ || tempo.steps_per_second <= 0 || finished_) return std::numeric_limits<double>::infinity();
    return std::max(0.0, dwell(tempo) - shown_);
}

void Playback::play_backwards(bool backwards) {
    if (backwards && (noising_ || state_ == 0)) state_ = steps_;
    noising_ = noising_ && !backwards;
    backwards_ = backwards;
    playing_ = true;
    finished_ = false;
    shown_ = 0;
}

void Playback::play_forward_process() {
    restart(true);
    playing_ = true;
}

void Playback::step() {
    const int state = state_;
    const bool noising = noising_;
    if (noising) {
        stop_at(std::max(state - 1, 0), state > 0);
    } else {
        stop_at(state == steps_ ? 0 : state + 1);
    }
}

void Playback::step_back() {
    stop_at(noising_ ? std::min(state_ + 1, steps_) : std::max(state_ - 1, 0), noising_);
}

void Playback::stop_at(int state, bool noising) {
    playing_ = false;
    backwards_ = false;
    finished_ = false;
    shown_ = 0;
    state_ = state;
    noising_ = noising;
}

void Playback::restart(bool forward) {
    state_ = forward ? steps_ : 0;
    noising_ = forward;
    backwards_ = false;
    shown_ = 0;
    finished_ = false;
}

double playing_time(int steps, const Tempo& tempo) {
    const double step = 1 / tempo.steps_per_second;
    const double hold = std::max(tempo.hold, step);
    const double run = 2 * hold + (steps - 1) * step;
    return tempo.forward ? run + hold + steps * step : run;
}

}  // namespace scorefield::session
