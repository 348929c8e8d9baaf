#pragma once

#include "diffusion/processes/processes.hpp"

namespace scorefield::diffusion {

/// A process of times from 0, which is clean, to a horizon.
class ContinuousProcess : public NoiseProcess {
  public:
    TimeRange times() const override { return {0, t_min_, horizon_, false}; }
    double clock(double t) const override { return t / horizon_; }

  protected:
    /// Throws base::Error (request) where t_min is not below the horizon.
    ContinuousProcess(const ProcessSettings& settings, double horizon)
        : t_min_(settings.t_min.value()), horizon_(horizon) {
        require_ordered("t_min", t_min_, "T", horizon_);
    }

    double horizon() const { return horizon_; }

  private:
    double t_min_;
    double horizon_;
};

}  // namespace scorefield::diffusion
