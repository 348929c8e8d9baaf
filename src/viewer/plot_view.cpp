#include "viewer/plot_view.hpp"

#include <imgui.h>

#include <cmath>
#include <utility>

#include "base/short_number.hpp"
#include "render/plot_reading.hpp"
#include "viewer/controls.hpp"
#include "viewer/plot_surface.hpp"

namespace scorefield::viewer {
namespace {

constexpr int kDigits = 4;
constexpr float kDot = 3;           ///< radius of the dots of the crosshair
constexpr double kMarkerReach = 6;  ///< of the mouse to a marker, in screen units
constexpr float kAxisShare = 1e-3F;

ImU32 curve_ink(const render::Curve& curve) {
    return render::packed({curve.colour, 1});
}

ImU32 present_ink() {
    return ImGui::GetColorU32(ImGuiCol_CheckMark);
}

/// A plot's inside in screen units.
struct Frame {
    const render::Plot& plot;
    render::Area inside;

    float across(double x) const { return static_cast<float>(inside.x + render::axis_share(plot.x, x) * inside.width); }
    float down(double y) const {
        return static_cast<float>(inside.y + (1 - render::axis_share(plot.y, y)) * inside.height);
    }
    bool holds(const ImVec2& place) const {
        const double x = static_cast<double>(place.x) - inside.x;
        const double y = static_cast<double>(place.y) - inside.y;
        return x >= 0 && x <= inside.width && y >= 0 && y <= inside.height;
    }
    void upright(ImDrawList& list, float x, ImU32 ink) const {
        const auto top = static_cast<float>(inside.y);
        list.AddLine({x, top}, {x, top + static_cast<float>(inside.height)}, ink);
    }
};

std::string axis_name(const render::Axis& axis) {
    return axis.label.substr(0, axis.label.find(" = "));
}

/// Line and dots at the mouse. Returns the numbers that belong to them, one line each.
std::string draw_crosshair(ImDrawList& list, const Frame& frame, const ImVec2& mouse) {
    const double across = (static_cast<double>(mouse.x) - frame.inside.x) / frame.inside.width;
    const double up = 1 - (static_cast<double>(mouse.y) - frame.inside.y) / frame.inside.height;
    const double x = render::axis_value(frame.plot.x, across);
    frame.upright(list, mouse.x, ImGui::GetColorU32(ImGuiCol_TextDisabled));
    std::string text = axis_name(frame.plot.x) + " = " + base::short_number(x, kDigits);
    for (const render::Curve& curve : frame.plot.curves) {
        if (const auto y = render::read_curve(frame.plot, curve, x)) {
            const double share = render::axis_share(frame.plot.y, *y);
            if (share >= 0 && share <= 1) list.AddCircleFilled({mouse.x, frame.down(*y)}, kDot, curve_ink(curve));
            const std::string name = curve.name.substr(0, curve.name.find(" = "));
            if (!name.empty()) text += "\n" + name + " = " + base::short_number(*y, kDigits);
        }
        if (curve.marker <= 0) continue;
        const auto near =
            render::nearest_point(frame.plot, curve, across, up, frame.inside.width, frame.inside.height, kMarkerReach);
        if (!near) continue;
        const ImVec2 at = {frame.across(curve.x[*near]), frame.down(curve.y[*near])};
        list.AddCircle(at, 2 * kDot, curve_ink(curve));
        text += "\nmarker " + std::to_string(*near + 1) + " of " + std::to_string(curve.x.size()) + ": " +
                base::short_number(curve.x[*near], kDigits) + ", " + base::short_number(curve.y[*near], kDigits);
    }
    return text;
}

}  // namespace

void draw_plot_view(const std::string& name, const render::Plot& plot, float height, const PlotReading& reading,
                    Requests& requests) {
    const ImVec2 corner = ImGui::GetCursorScreenPos();
    const ImVec2 size = {ImGui::GetContentRegionAvail().x, height};
    ImGui::InvisibleButton(("##" + name).c_str(), size);
    const bool hovered = ImGui::IsItemHovered();
    plot_menu(
        name, [&] { return plot; }, requests);
    if (!ImGui::IsItemVisible()) return;
    const render::PlotStyle style = panel_plot_style();
    const render::Area area = {static_cast<double>(corner.x), static_cast<double>(corner.y),
                               static_cast<double>(size.x), static_cast<double>(size.y)};
    const Frame frame = {plot, render::plot_inside(area, style)};
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const ImVec2 low = {static_cast<float>(frame.inside.x), static_cast<float>(frame.inside.y)};
    list.AddRectFilled(
        low, {low.x + static_cast<float>(frame.inside.width), low.y + static_cast<float>(frame.inside.height)},
        ImGui::GetColorU32(ImGuiCol_FrameBg));
    PlotSurface surface(list);
    render::draw_plot(surface, area, plot, style);
    if (reading.present) {
        const auto share = static_cast<float>(render::axis_share(plot.x, *reading.present));
        if (share >= -kAxisShare && share <= 1 + kAxisShare) {
            frame.upright(list, frame.across(*reading.present), present_ink());
        }
    }
    if (!hovered) return;
    const ImVec2 mouse = ImGui::GetIO().MousePos;
    const std::string text = frame.holds(mouse) ? draw_crosshair(list, frame, mouse) : reading.help;
    if (!text.empty()) tooltip(text);
}

void plot_menu(const std::string& name, const std::function<render::Plot()>& plot, Requests& requests) {
    if (!ImGui::BeginPopupContextItem((name + " menu").c_str())) return;
    const auto item = [&](const char* label, PlotAction action) {
        if (ImGui::MenuItem(label)) requests.plot = PlotRequest{action, name, plot()};
    };
    item("Save as SVG", PlotAction::save_svg);
    item("Save as PNG", PlotAction::save_png);
    item("Save values as CSV", PlotAction::save_csv);
    item("Copy values", PlotAction::copy_values);
    ImGui::EndPopup();
}

}  // namespace scorefield::viewer
