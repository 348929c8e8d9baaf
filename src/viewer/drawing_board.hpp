#pragma once

#include <array>
#include <filesystem>
#include <optional>
#include <vector>

#include "session/painting.hpp"
#include "session/painting_history.hpp"

namespace scorefield::viewer {

/// The painting of a distribution, with its brush and undo history.
class DrawingBoard {
  public:
    /// A position on the painting, in cells.
    using Cell = std::array<double, 2>;

    const session::Painting& painting() const { return painting_; }
    /// Moves the brush. If `from` is empty, a new stroke begins at `to`.
    void stroke(const std::optional<Cell>& from, const Cell& to);
    void clear();
    void undo() { history_.undo(painting_); }
    void redo() { history_.redo(painting_); }
    bool can_undo() const { return history_.can_undo(); }
    bool can_redo() const { return history_.can_redo(); }

    /// Something is painted that `save` has not written.
    bool unsaved() const { return !painting_.empty() && painting_.cells() != saved_; }
    /// Writes the brightness as a picture, which --data takes. Throws base::Error.
    void save(const std::filesystem::path& path);

    bool open = false;
    bool erase = false;
    float brush = 9;  ///< radius, in cells

  private:
    session::Painting painting_;
    session::PaintingHistory history_;
    std::vector<float> saved_;  ///< the cells at the time of the last `save`
};

}  // namespace scorefield::viewer
