#pragma once

namespace scorefield::session {

/// How a run is shown.
struct Tempo {
    double steps_per_second = 15;  ///< 0: nothing moves
    double hold = 1;               ///< seconds that the start and the end stay, at least one step's time
    bool loop = true;
};

/// The step clock: which of the states 0 (the start) … steps (the result) is shown. Time is handed in, so that the same
/// times give the same states.
class Playback {
  public:
    explicit Playback(int steps) : steps_(steps) {}

    /// Lets `seconds` ≥ 0 go by (none where the tempo is 0), at most `most` ≥ 0 states forward; time beyond that and
    /// one step more is dropped. So a state that could not be computed in time, with `most` 0 meanwhile, is left at
    /// once, but the ends keep their hold.
    void advance(double seconds, const Tempo& tempo, int most);
    /// Seconds until the next state is due; infinite where none comes by itself.
    double seconds_left(const Tempo& tempo) const;
    void play() { playing_ = true; }
    void pause() { playing_ = false; }
    /// One state forward, then stands still; from the result to the start.
    void step();
    /// One state back, then stands still; the start stays.
    void step_back();
    /// Stands still at this state, 0 … steps.
    void stop_at(int state);
    void restart();

    int state() const { return state_; }
    int steps() const { return steps_; }
    bool playing() const { return playing_; }
    /// The result has been shown for its time and will not be left.
    bool finished() const { return finished_; }

  private:
    double dwell(const Tempo& tempo) const;

    int steps_;
    int state_ = 0;
    double shown_ = 0;  ///< seconds since the state was reached
    bool playing_ = true;
    bool finished_ = false;
};

}  // namespace scorefield::session
