#pragma once

namespace scorefield::session {

/// How much work a frame may hold so that frames come in time, by the rate at which earlier ones were done. Work is
/// counted in floating-point operations.
class Pace {
  public:
    /// Less is not worth a frame; also what is taken on before anything has been measured.
    static constexpr double kLeast = 1e8;

    /// Operations that fit into so many milliseconds.
    double allowance(double budget_ms) const;
    /// Takes in that `operations` were done in `milliseconds`. A frame without operations changes nothing.
    void note(double operations, double milliseconds);

  private:
    double rate_ = 0;  ///< operations per millisecond, lately; 0: not known
};

}  // namespace scorefield::session
