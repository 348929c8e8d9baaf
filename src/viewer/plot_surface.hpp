#pragma once

#include <imgui.h>

#include "render/canvas.hpp"
#include "render/plot.hpp"

namespace scorefield::viewer {

/// Draws plots into a window of ImGui, in screen units.
class PlotSurface final : public render::DrawingSurface {
  public:
    explicit PlotSurface(ImDrawList& list) : list_(list) {}

    void gradient(double x, double y, double width, double height, const render::Ink& top,
                  const render::Ink& bottom) override;
    void line(double x0, double y0, double x1, double y1, double width, const render::Ink& ink) override;

  private:
    void put_text(double x, double y, const render::FontSize& size, std::string_view text, const render::Ink& ink,
                  render::Align align) override;

    ImDrawList& list_;
};

/// Plots in the panel: its font size and its colours.
render::PlotStyle panel_plot_style();

}  // namespace scorefield::viewer
