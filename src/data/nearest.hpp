#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <limits>

#include "data/neighbours.hpp"

namespace scorefield::data {

/// The k smallest of the squared distances offered, in order.
class Nearest {
  public:
    /// Room for k ≤ kNeighbours.
    explicit Nearest(std::size_t k = kNeighbours) : k_(k) { squares_.fill(std::numeric_limits<double>::infinity()); }

    /// `count` points at this distance.
    void add(double square, std::size_t count) {
        for (std::size_t copy = 0; copy < std::min(count, k_) && square < squares_[k_ - 1]; ++copy) {
            std::size_t i = k_ - 1;
            for (; i > 0 && squares_[i - 1] > square; --i) squares_[i] = squares_[i - 1];
            squares_[i] = square;
        }
    }
    /// The square of the k-th; infinite until so many were offered; 0 if k is 0.
    double last() const { return k_ == 0 ? 0 : squares_[k_ - 1]; }

  private:
    std::size_t k_;
    std::array<double, kNeighbours> squares_ = {};
};

}  // namespace scorefield::data
