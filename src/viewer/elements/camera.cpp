// Camera control with the mouse: the wheel zooms at the pointer, dragging moves the picture.
#include <imgui.h>

#include <cmath>

#include "viewer/element.hpp"

namespace scorefield::viewer {
namespace {

constexpr double kWheelZoom = 1.15;

class Camera : public Element {
  public:
    void update(Context& context) override {
        if (context.requests.fit) context.scene->fit_camera();
    }

    void draw(Context& context) override {
        const ImGuiIO& io = ImGui::GetIO();
        if (context.board.open || io.WantCaptureMouse) return;
        session::Scene& scene = *context.scene;
        const VkExtent2D extent = context.layout.picture;
        const ImVec2 pixels = io.DisplayFramebufferScale;
        const double x = static_cast<double>(io.MousePos.x * pixels.x) - context.layout.left;
        const double y = static_cast<double>(io.MousePos.y * pixels.y);
        if (io.MouseWheel != 0) {
            scene.camera.zoom_at(extent, {x, y}, std::pow(kWheelZoom, static_cast<double>(io.MouseWheel)));
            scene.hold_camera();
        }
        if (ImGui::IsMouseDragging(ImGuiMouseButton_Left, 0)) {
            scene.camera.pan(extent, static_cast<double>(io.MouseDelta.x * pixels.x),
                             static_cast<double>(io.MouseDelta.y * pixels.y));
            scene.hold_camera();
        }
    }
};

}  // namespace

std::unique_ptr<Element> make_camera(Context& /*context*/) {
    return std::make_unique<Camera>();
}

}  // namespace scorefield::viewer
