#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <vector>

#include "data/datasets.hpp"

namespace scorefield::session {

/// The data set name of the painting.
inline constexpr const char* kPainted = "painting";

/// A density painted by hand: cells of brightness 0 … 1, the first row at the top. Places are in cells from the upper
/// left corner.
class Painting {
  public:
    static constexpr std::size_t kWidth = 320;
    static constexpr std::size_t kHeight = 240;

    /// Draws a round brush along a line, soft at its rim; painting it over again changes nothing. `erase` takes away
    /// what is there.
    void stroke(std::array<double, 2> from, std::array<double, 2> to, double radius, bool erase);
    void clear();
    bool empty() const;

    /// (kHeight, kWidth)
    const std::vector<float>& cells() const { return cells_; }

  private:
    std::vector<float> cells_ = std::vector<float>(kWidth * kHeight);
};

/// Makes the data set kPainted with a painting's cells as density. The board is 2 data units high. Throws base::Error
/// (request) if nothing is painted.
std::unique_ptr<data::Dataset> painted_data(const std::vector<float>& cells);

}  // namespace scorefield::session
