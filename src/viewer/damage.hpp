#pragma once

#include <imgui.h>

#include <array>
#include <string>
#include <vector>

namespace scorefield::viewer {

/// Pixels of the window: left ≤ x < right, top ≤ y < bottom.
struct PixelRect {
    int left = 0;
    int top = 0;
    int right = 0;
    int bottom = 0;

    bool empty() const { return left >= right || top >= bottom; }
    bool meets(const PixelRect& other) const { return !within(other).empty(); }
    PixelRect within(const PixelRect& other) const;
    /// The smallest rectangle that holds both; an empty one adds nothing.
    PixelRect joined(const PixelRect& other) const;

    bool operator==(const PixelRect&) const = default;
};

/// The parts of `whole` beside `hole`: at most four, none of them empty.
std::vector<PixelRect> beside(const PixelRect& whole, const PixelRect& hole);

/// Finds what a frame of the user interface changes in the window, so that the rest need not be drawn again.
class Damage {
  public:
    /// The parts of `window` (left and top are 0) to draw again: where the triangles of `data` differ from those of
    /// the last call, and `under`, if what is under the interface has changed there. The parts do not overlap, and no
    /// command of `data` reaches into two of them. All of the window in the first call, and after `forget`.
    const std::vector<PixelRect>& update(const ImDrawData& data, const PixelRect& window, const PixelRect& under);
    /// The window has lost what was drawn.
    void forget() { known_ = false; }

  private:
    /// With the rectangle that it is clipped to. Everything is drawn with one texture.
    struct Triangle {
        std::array<ImDrawVert, 3> corners;
        ImVec4 clip;

        bool operator==(const Triangle& other) const;
    };
    /// The triangles of one draw list.
    struct List {
        std::string owner;
        std::vector<Triangle> triangles;
    };

    void take(const ImDrawData& data);
    void add(const PixelRect& part);
    void join_what_commands_span(const ImDrawData& data);

    PixelRect window_;
    bool known_ = false;
    std::vector<List> now_, before_;
    std::vector<PixelRect> parts_;
};

/// Clips every command of `data` to the part that it meets, and leaves out the triangles beside it; commands that meet
/// none draw nothing. `parts`: of Damage::update for this data.
void restrict_to(ImDrawData& data, const std::vector<PixelRect>& parts);

}  // namespace scorefield::viewer
