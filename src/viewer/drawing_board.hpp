#pragma once

#include <array>
#include <filesystem>
#include <optional>
#include <vector>

#include "session/painting.hpp"
#include "session/painting_history.hpp"

namespace scorefield::viewer {

/// The place over the picture where a distribution is painted with the mouse.
class DrawingBoard {
  public:
    /// Where the picture is, in screen units.
    struct Area {
        float left = 0;
        float top = 0;
        float width = 0;
        float height = 0;
    };

    /// Takes the mouse's strokes and shows board and painting; nothing while it is closed.
    void update(const Area& area);

    const session::Painting& painting() const { return painting_; }
    void clear();
    void undo();
    void redo();
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
    struct Place;

    void draw(const Place& place) const;
    void paint(const Place& place);

    session::Painting painting_;
    session::PaintingHistory history_;
    std::vector<float> saved_;                   ///< the cells that were written last
    std::optional<std::array<double, 2>> last_;  ///< of the stroke under way
};

}  // namespace scorefield::viewer
