#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "data/points.hpp"
#include "data/spread.hpp"

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
    /// Points of a set of points; 0 of a distribution that can be drawn from without end.
    virtual std::size_t size() const { return 0; }
    /// What stands for the distribution where points have to be kept: all points of a set of `count` or fewer, else
    /// `count` draws.
    virtual Points pool(std::uint64_t seed, std::size_t count) const { return draw(seed, 0, count); }
    /// Where the data lie and how wide they are: of all points of a set of points, of a density exactly, of others
    /// estimated from 100 000 points of a fixed seed.
    virtual Spread spread() const = 0;
    /// The units in which networks see the data. Throws base::Error (request) where they have a fault (scaling_fault).
    Scaling scaling(ScalingMode mode = ScalingMode::automatic) const;
    /// What was left out or decided when its file was read, to be told to who named it: a line each, which begins with
    /// the file's name.
    virtual std::vector<std::string> notes() const { return {}; }
};

/// The notes of the data and what is to be said of their scaling (scaling_remarks), a line each.
std::vector<std::string> notes_with_scaling(const Dataset& data, ScalingMode mode);

struct DatasetInfo {
    std::string_view name;
    std::string_view help;    ///< one line
    std::size_t dim = 2;      ///< 1, 2 or 3
    std::size_t classes = 0;  ///< 0: no labels
};

/// The data sets that need no file.
std::span<const DatasetInfo> builtin_datasets();

/// Opens a built-in set by name, or a file by its ending in upper or lower case: points from `.npy` (npy.hpp) and
/// `.csv` (csv.hpp), the vertices of `.ply` (ply.hpp), the brightness of `.png` as a density (png_brightness.hpp) on a
/// rectangle about 0 whose longer side is 2. Throws base::Error (request) for an unknown name (with the nearest one),
/// an unreadable file, fewer than two different points, or a picture that is black all over or wholly transparent.
std::unique_ptr<Dataset> open_dataset(const std::string& name);

/// Points as a distribution, labels too: draws choose them with replacement. `points` holds count·dim values, and count
/// labels or none. Throws base::Error (request) naming `name` for fewer than two different points and values that are
/// not finite.
std::unique_ptr<Dataset> make_dataset(const std::string& name, Points points, std::vector<std::string> notes = {});

/// A part of the plane, left < right and bottom < top.
struct Rectangle {
    double left = -1;
    double bottom = -1;
    double right = 1;
    double top = 1;
};

/// The distribution whose density is proportional to `brightness`, (height, width) with its first row at the top, and
/// constant within each of the equal cells that they divide `extent` into. Throws base::Error (request) naming `name`
/// for values that are negative or not finite, and where none is above 0.
std::unique_ptr<Dataset> make_density(const std::string& name, std::size_t width, std::size_t height,
                                      std::span<const float> brightness, const Rectangle& extent,
                                      std::vector<std::string> notes = {});

}  // namespace scorefield::data
