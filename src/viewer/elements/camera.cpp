// Camera control with the mouse: the wheel zooms at the pointer, dragging moves the picture.
#include <imgui.h>

#include <cmath>
#include <optional>

#include "viewer/element.hpp"
#include "viewer/pointer.hpp"

namespace scorefield::viewer {
namespace {

constexpr double kWheelZoom = 1.15;

class Camera : public Element {
  public:
    void update(Context& context) override {
        if (context.requests.fit) context.scene->fit_camera();
    }

    void draw(Context& context) override {
        if (context.board.open) return;
        const std::optional<Pointer> pointer = pointer_on_picture(context);
        if (!pointer) return;
        const ImGuiIO& io = ImGui::GetIO();
        session::Scene& scene = *context.scene;
        const VkExtent2D extent = scene.extent();
        const ImVec2 pixels = io.DisplayFramebufferScale;
        if (io.MouseWheel != 0) {
            scene.camera.zoom_at(extent, pointer->pixel, std::pow(kWheelZoom, static_cast<double>(io.MouseWheel)));
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
