#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "data/points.hpp"
#include "data/scaling.hpp"

namespace scorefield::data {

/// A distribution of points to learn from, in its own units.
class Dataset {
  public:
    virtual ~Dataset() = default;
    virtual std::string name() const = 0;
    virtual std::size_t dim() const = 0;
    /// Classes that `draw` and `pool` label their points with, 0 … classes−1; 0 where they have no labels.
    virtual std::size_t classes() const { return 0; }
    /// Points first … first+count−1 of `seed`. Point i depends on (seed, i) alone, so that any number can be drawn in
    /// any order: base::kDataStream, particle i mod 2³².
    virtual Points draw(std::uint64_t seed, std::uint64_t first, std::size_t count) const = 0;
    /// What stands for the distribution where points have to be kept: all points of a file, `count` draws of others.
    virtual Points pool(std::uint64_t seed, std::size_t count) const { return draw(seed, 0, count); }
    /// The units in which networks see the data: estimated from 100 000 points of a fixed seed, or from all points of
    /// a file.
    virtual Scaling scaling() const = 0;
};

struct DatasetInfo {
    std::string_view name;
    std::string_view help;  ///< one line
};

/// The data sets that need no file.
std::span<const DatasetInfo> builtin_datasets();

/// Opens a built-in set by name, or points from a file ending in `.npy` (draws choose its points with replacement).
/// Throws base::Error (request) for an unknown name (with the nearest one), an unreadable file, or fewer than two
/// different points.
std::unique_ptr<Dataset> open_dataset(const std::string& name);

}  // namespace scorefield::data
