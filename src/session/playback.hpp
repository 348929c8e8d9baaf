#pragma once

namespace scorefield::session {

/// How a run is shown.
struct Tempo {
    double steps_per_second = 15;  ///< 0: nothing moves
    double hold = 1;               ///< seconds that the start and the end stay, at least one step's time
    bool loop = true;
    bool forward = false;  ///< the forward process comes before the run, each time that it begins
};

/// The step clock: which of the states 0 (the start) … steps (the result) is shown. Before the run it can show the
/// forward process, in which the data get the noise of these states in reverse order. Time is handed in, so that the
/// same times give the same states.
class Playback {
  public:
    explicit Playback(int steps) : steps_(steps) {}

    /// Lets `seconds` ≥ 0 go by (none where the tempo is 0), at most `most` ≥ 0 states; time beyond that and one step
    /// more is dropped. So a state that could not be computed in time, with `most` 0 meanwhile, is left at once, but
    /// the ends keep their hold.
    void advance(double seconds, const Tempo& tempo, int most);
    /// Seconds until the next state is due; infinite where none comes by itself.
    double seconds_left(const Tempo& tempo) const;
    void play() { playing_ = true; }
    void pause() { playing_ = false; }
    /// Plays from samples to noise or, again, from noise to samples. At its end it goes on at the other end where the
    /// tempo loops.
    void play_backwards(bool backwards);
    /// Plays the forward process from its begin, then the run.
    void play_forward_process();
    /// One state on, then stands still; from the result to the start.
    void step();
    /// One state back, then stands still; the first one stays.
    void step_back();
    /// Stands still at this state, 0 … steps, of the run or the forward process.
    void stop_at(int state, bool noising = false);
    /// To the first state of the run, or of the forward process before it.
    void restart(bool forward = false);

    int state() const { return state_; }
    int steps() const { return steps_; }
    bool playing() const { return playing_; }
    bool backwards() const { return backwards_; }
    /// What is shown is the forward process: data that have the noise of state().
    bool noising() const { return noising_; }
    /// The last state has been shown for its time and will not be left.
    bool finished() const { return finished_; }
    /// How many states `advance` has left since the beginning, and the seconds that they took, with those that were
    /// dropped because a state was late. Ends of the run do not count: they are held.
    struct Moved {
        long long states = 0;
        double seconds = 0;
    };
    const Moved& moved() const { return moved_; }

  private:
    bool is_end() const;
    double dwell(const Tempo& tempo) const;
    bool has_next(const Tempo& tempo) const;
    void move(bool forward);

    int steps_;
    int state_ = 0;
    double shown_ = 0;  ///< seconds since the state was reached
    bool playing_ = true;
    bool backwards_ = false;
    bool noising_ = false;
    bool finished_ = false;
    Moved moved_;
};

/// Seconds from the begin of the first state to the end of the last one, in a tempo that moves.
double playing_time(int steps, const Tempo& tempo);

}  // namespace scorefield::session
