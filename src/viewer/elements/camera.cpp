// Camera control with the mouse. The wheel zooms. In two dimensions at the pointer, and dragging moves the picture. In
// three dimensions dragging orbits; with the right or middle button, or with Shift, it moves the picture. The camera of
// three dimensions is part of the settings, so that scene files and command lines have it; the turntable turns it while
// nobody drags.
#include <imgui.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include "settings/resolve.hpp"
#include "viewer/element.hpp"
#include "viewer/pointer.hpp"

namespace scorefield::viewer {
namespace {

constexpr double kWheelZoom = 1.15;

/// A drag of the mouse over the picture, in its pixels.
struct Drag {
    double right = 0;
    double down = 0;
    bool moves = false;  ///< the picture, and does not turn it
};

bool is_down(ImGuiMouseButton button) {
    return ImGui::IsMouseDragging(button, 0);
}

class Camera : public Element {
  public:
    void update(Context& context) override {
        if (context.requests.fit) fit(context);
        const double rate = context.settings.orbit.turntable;
        if (rate == 0 || !is_in_space(context) || is_dragging_) return;
        render::Orbit& orbit = context.settings.orbit;
        orbit.azimuth = render::wrapped(orbit.azimuth + rate * context.seconds);
    }

    void draw(Context& context) override {
        const ImGuiIO& io = ImGui::GetIO();
        is_dragging_ = false;
        if (context.board.open || io.WantCaptureMouse) return;
        const ImVec2 pixels = io.DisplayFramebufferScale;
        if (io.MouseWheel != 0) zoom(context, std::pow(kWheelZoom, static_cast<double>(io.MouseWheel)));
        const bool moves = is_down(ImGuiMouseButton_Right) || is_down(ImGuiMouseButton_Middle);
        if (!moves && !is_down(ImGuiMouseButton_Left)) return;
        is_dragging_ = true;
        drag(context, {static_cast<double>(io.MouseDelta.x * pixels.x), static_cast<double>(io.MouseDelta.y * pixels.y),
                       moves || io.KeyShift});
    }

  private:
    static bool is_in_space(const Context& context) { return context.scene->model().dim() >= 3; }

    static void fit(Context& context) {
        context.scene->fit_camera();
        if (!is_in_space(context)) return;
        context.settings.orbit.zoom = 1;
        context.settings.orbit.pan = {0, 0, 0};
    }

    static void zoom(Context& context, double factor) {
        if (is_in_space(context)) {
            render::dolly(context.settings.orbit, factor);
            return;
        }
        session::Scene& scene = *context.scene;
        const std::optional<Pointer> pointer = pointer_on_picture(context);
        if (!pointer) return;
        scene.camera.zoom_at(scene.extent(), pointer->pixel, factor);
        scene.hold_camera();
    }

    static void drag(Context& context, const Drag& drag) {
        session::Scene& scene = *context.scene;
        const VkExtent2D extent = scene.extent();
        if (!is_in_space(context)) {
            scene.camera.pan(extent, drag.right, drag.down);
            scene.hold_camera();
        } else if (drag.moves) {
            auto camera = std::get<render::Camera3d>(scene.camera_of(settings::view_spec(context.settings)));
            camera.pan(extent, drag.right, drag.down);
            context.settings.orbit.pan = camera.orbit.pan;
        } else {
            render::turn(context.settings.orbit, drag.right, drag.down);
        }
    }

    bool is_dragging_ = false;
};

}  // namespace

std::unique_ptr<Element> make_camera(Context& /*context*/) {
    return std::make_unique<Camera>();
}

}  // namespace scorefield::viewer
