#pragma once

namespace scorefield::session {

/// How much training a frame holds so that it takes its share of the frames' time, the same amount in one frame as in
/// the next: by the rate at which earlier work was done and the time that all else takes. Work is counted in
/// floating-point operations.
class TrainingPace {
  public:
    /// Operations of the next frame, for a share 0 … below 1 of its time; 0 for none.
    double operations(double share) const;
    /// A frame of `frame_ms` held so many operations, which took `training_ms` of it, on the host and on the device.
    void note(double operations, double training_ms, double frame_ms);

  private:
    double work_ = 0;     ///< operations of a frame that trains, lately
    double work_ms_ = 0;  ///< their time; 0: not known
    double rest_ms_ = 0;  ///< of a frame without its training, lately; 0: not known
    double last_ = 0;     ///< operations of the frame noted last
};

}  // namespace scorefield::session
