#pragma once

#include <cstddef>
#include <vector>

#include "session/painting.hpp"

namespace scorefield::session {

/// The states that a painting had before each change, to go back to and forward again.
class PaintingHistory {
  public:
    /// Changes that can be undone; older ones are forgotten.
    static constexpr std::size_t kMost = 64;

    /// Call before the painting is changed: this is where `undo` goes back to. What was undone is forgotten.
    void keep(const Painting& painting);
    bool can_undo() const { return !before_.empty(); }
    bool can_redo() const { return !after_.empty(); }
    /// The painting before the last change, or after the one that was undone last. Nothing where there is none.
    void undo(Painting& painting);
    void redo(Painting& painting);

  private:
    std::vector<Painting> before_;
    std::vector<Painting> after_;
};

}  // namespace scorefield::session
