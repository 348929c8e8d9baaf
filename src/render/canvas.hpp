#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "render/colour_map.hpp"
#include "render/glyph_atlas.hpp"
#include "shaders/render/mark.h"

namespace scorefield::render {

using shaders::Mark;

/// sRGB and alpha, 0 … 1.
struct Ink {
    Colour colour = {1, 1, 1};
    float alpha = 1;
};

enum class Align { left, centre, right };

/// Collects lines, rectangles and text in pixels of the picture (y down). Later ones go over earlier ones, and text
/// over all else.
class Canvas {
  public:
    void clear() { marks_.clear(); }

    void rectangle(double x, double y, double width, double height, const Ink& ink) {
        gradient(x, y, width, height, ink, ink);
    }
    /// A rectangle whose colour changes evenly from its upper to its lower edge.
    void gradient(double x, double y, double width, double height, const Ink& top, const Ink& bottom);
    void line(double x0, double y0, double x1, double y1, double width, const Ink& ink);
    /// `x` is the left end, middle or right end; `y` the top of the line. Rounded to whole pixels, for crisp letters.
    void text(double x, double y, const FontSize& size, std::string_view text, const Ink& ink,
              Align align = Align::left);

    const std::vector<Mark>& marks() const { return marks_; }

  private:
    std::vector<Mark> marks_;
};

}  // namespace scorefield::render
