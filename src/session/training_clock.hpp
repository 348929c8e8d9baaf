#pragma once

#include <optional>

namespace scorefield::session {

/// How long training takes of the frames where the device has no clock: now and then a few frames are to go without
/// it, and it takes what the others are longer than these. Of a frame the time is known that passed between the starts
/// of two frames near it, so that the first ones after a change tell nothing.
class TrainingClock {
  public:
    /// The next frame is to go without training.
    bool resting() const { return resting_; }
    /// Notes a frame of `frame_ms` that held so much training. Returns how much of it that took, where it can be told.
    std::optional<double> training_ms(double operations, double frame_ms);

  private:
    double rest_ms_ = 0;   ///< of a frame without training, lately; 0: not known
    double sum_ms_ = 0;    ///< of the frames of this rest that tell something
    bool resting_ = true;  ///< what is to be done next
    bool rested_ = true;   ///< what the frame noted last did
    int alike_ = 0;        ///< frames noted since that was another thing
};

}  // namespace scorefield::session
