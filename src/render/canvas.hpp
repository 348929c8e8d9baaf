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

/// sRGB and alpha in 8 bits each, red lowest.
std::uint32_t packed(const Ink& ink);

enum class Align { left, centre, right };

/// What plots are drawn onto: takes lines, rectangles and text in pixels of the picture (y down). Later ones go over
/// earlier ones, and text over all else.
class DrawingSurface {
  public:
    virtual ~DrawingSurface() = default;

    void rectangle(double x, double y, double width, double height, const Ink& ink) {
        gradient(x, y, width, height, ink, ink);
    }
    /// A rectangle whose colour changes evenly from its upper to its lower edge.
    virtual void gradient(double x, double y, double width, double height, const Ink& top, const Ink& bottom) = 0;
    virtual void line(double x0, double y0, double x1, double y1, double width, const Ink& ink) = 0;
    /// `x` is the left end, middle or right end; `y` the top of the line.
    void text(double x, double y, const FontSize& size, std::string_view text, const Ink& ink,
              Align align = Align::left) {
        put_text(x, y, size, text, ink, align);
    }

  private:
    virtual void put_text(double x, double y, const FontSize& size, std::string_view text, const Ink& ink,
                          Align align) = 0;
};

/// Collects what is drawn as marks, which render::MarkPass draws on a device. Text is rounded to whole pixels, for
/// crisp letters.
class Canvas final : public DrawingSurface {
  public:
    void clear() { marks_.clear(); }

    void gradient(double x, double y, double width, double height, const Ink& top, const Ink& bottom) override;
    void line(double x0, double y0, double x1, double y1, double width, const Ink& ink) override;

    const std::vector<Mark>& marks() const { return marks_; }

  private:
    void put_text(double x, double y, const FontSize& size, std::string_view text, const Ink& ink,
                  Align align) override;

    std::vector<Mark> marks_;
};

}  // namespace scorefield::render
