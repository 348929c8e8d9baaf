#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace scorefield::session {

/// The losses of a training: a running mean of what the steps report, thinned so that any length fits a graph.
class LossHistory {
  public:
    struct Point {
        std::uint64_t step = 0;
        double loss = 0;  ///< the running mean
    };

    /// A step's own loss.
    void add(std::uint64_t step, double loss);
    /// In the order of steps, no more than kMost.
    const std::vector<Point>& points() const { return points_; }
    /// The running mean now; none before the first step.
    std::optional<double> loss() const { return mean_; }

    static constexpr std::size_t kMost = 512;

  private:
    std::vector<Point> points_;
    std::uint64_t every_ = 1;  ///< steps between points
    std::optional<double> mean_;
};

}  // namespace scorefield::session
