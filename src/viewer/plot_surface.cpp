#include "viewer/plot_surface.hpp"

#include <algorithm>
#include <cmath>
#include <string>

namespace scorefield::viewer {
namespace {

ImVec2 screen_place(double x, double y) {
    return {static_cast<float>(x), static_cast<float>(y)};
}

render::Colour style_colour(ImGuiCol index) {
    const ImVec4& colour = ImGui::GetStyleColorVec4(index);
    return {colour.x, colour.y, colour.z};
}

}  // namespace

void PlotSurface::gradient(double x, double y, double width, double height, const render::Ink& top,
                           const render::Ink& bottom) {
    const ImU32 above = render::packed(top);
    const ImU32 below = render::packed(bottom);
    list_.AddRectFilledMultiColor(screen_place(x, y), screen_place(x + width, y + height), above, above, below, below);
}

void PlotSurface::line(double x0, double y0, double x1, double y1, double width, const render::Ink& ink) {
    list_.AddLine(screen_place(x0, y0), screen_place(x1, y1), render::packed(ink), static_cast<float>(width));
}

void PlotSurface::put_text(double x, double y, const render::FontSize& size, std::string_view text,
                           const render::Ink& ink, render::Align align) {
    const auto pixels = static_cast<float>(size.pixels);
    const char* const end = text.data() + text.size();
    const double width = ImGui::GetFont()->CalcTextSizeA(pixels, HUGE_VALF, 0, text.data(), end).x;
    const double left = align == render::Align::left ? x : align == render::Align::centre ? x - width / 2 : x - width;
    list_.AddText(ImGui::GetFont(), pixels, screen_place(std::round(left), std::round(y)), render::packed(ink),
                  text.data(), end);
}

render::PlotStyle panel_plot_style() {
    constexpr double kLabels = 3.2;  // room for tick labels such as −0.05, in font sizes
    const float font = ImGui::GetFontSize();
    render::PlotStyle style;
    style.text = static_cast<std::uint32_t>(std::lround(font));
    style.title = style.text;
    style.left = std::round(kLabels * static_cast<double>(font));
    style.compact = true;
    style.text_colour = style_colour(ImGuiCol_TextDisabled);
    style.title_colour = style_colour(ImGuiCol_Text);
    style.rule_colour = style_colour(ImGuiCol_TextDisabled);
    return style;
}

}  // namespace scorefield::viewer
