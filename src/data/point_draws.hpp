#pragma once

#include <cstdint>

#include "base/random.hpp"

namespace scorefield::data {

/// The random numbers of one point of a data set: functions of (seed, number of the point, element) alone.
class PointDraws {
  public:
    PointDraws(std::uint64_t seed, std::uint64_t point)
        : seed_(seed), particle_(static_cast<std::uint32_t>(point)), high_(static_cast<std::uint32_t>(point >> 32)) {}

    /// In [0, 1), 32 bits.
    double uniform(std::uint32_t element) const {
        return base::uniform(seed_, particle_, element, 2 * high_, base::kDataStream);
    }
    double normal(std::uint32_t element) const {
        return static_cast<double>(base::normal(seed_, particle_, element, 2 * high_ + 1, base::kDataStream));
    }

  private:
    std::uint64_t seed_;
    std::uint32_t particle_;
    std::uint32_t high_;
};

}  // namespace scorefield::data
