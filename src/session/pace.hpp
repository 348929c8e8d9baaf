#pragma once

#include <cstdint>

namespace scorefield::session {

/// How much work a frame may hold so that frames come in time, by the rate at which earlier ones were done. Work is
/// counted in particle-steps: one particle, one step of the sampler.
class Pace {
  public:
    static constexpr double kBudget_ms = 12;
    /// Less is not worth a frame; also what is taken on before anything has been measured.
    static constexpr std::uint64_t kLeast = 4096;

    /// Particle-steps that fit into kBudget_ms.
    std::uint64_t allowance() const;
    /// So many were done in `milliseconds`. Frames without any say nothing.
    void note(std::uint64_t particle_steps, double milliseconds);

  private:
    double rate_ = 0;  ///< particle-steps per millisecond, lately; 0: not known
};

}  // namespace scorefield::session
