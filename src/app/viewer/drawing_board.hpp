#pragma once

#include <array>
#include <optional>

#include "app/painting.hpp"

namespace scorefield::app {

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

    bool open = false;
    bool erase = false;
    float brush = 9;  ///< radius, in cells
    Painting painting;

  private:
    struct Place;

    void draw(const Place& place) const;
    void paint(const Place& place);

    std::optional<std::array<double, 2>> last_;  ///< of the stroke under way
};

}  // namespace scorefield::app
