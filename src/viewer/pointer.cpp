#include "viewer/pointer.hpp"

#include <imgui.h>

namespace scorefield::viewer {

std::optional<Pointer> pointer_on_picture(Context& context) {
    const ImGuiIO& io = ImGui::GetIO();
    if (io.WantCaptureMouse || !ImGui::IsMousePosValid()) return std::nullopt;
    const ImVec2 pixels = io.DisplayFramebufferScale;
    const double x = static_cast<double>(io.MousePos.x * pixels.x) - context.layout.left;
    const double y = static_cast<double>(io.MousePos.y * pixels.y);
    if (x < 0 || y < 0 || x >= context.layout.picture.width || y >= context.layout.picture.height) return std::nullopt;
    const std::vector<VkRect2D>& places = context.panes.places();
    if (context.panes.count() == 1 || places.size() != context.panes.count()) return Pointer{0, {x, y}};
    for (std::size_t i = 0; i < places.size(); ++i) {
        const double left = x - places[i].offset.x;
        const double top = y - places[i].offset.y;
        const bool inside = left >= 0 && top >= 0 && left < places[i].extent.width && top < places[i].extent.height;
        if (inside) return Pointer{i, {left, top}};
    }
    return std::nullopt;
}

}  // namespace scorefield::viewer
