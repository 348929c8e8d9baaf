// Camera control with the mouse. The wheel zooms. In two dimensions at the pointer, and dragging moves the picture. In
// three dimensions dragging orbits; with the right or middle button, or with Shift, it moves the picture. With Ctrl,
// dragging looks around from where the camera stands, and the wheel flies ahead and back. The camera of three
// dimensions is part of the settings, so that scene files and command lines have it; the turntable turns it while
// nobody drags.
#include <imgui.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include "render/fly.hpp"
#include "settings/resolve.hpp"
#include "viewer/element.hpp"
#include "viewer/pointer.hpp"

namespace scorefield::viewer {
namespace {

constexpr double kWheelZoom = 1.15;
constexpr double kWheelFlight = 0.1;  ///< share of the distance to the point that the camera orbits

/// A drag of the mouse over the picture, in its pixels.
struct Drag {
    double right = 0;
    double down = 0;
    bool moves = false;  ///< the picture, and does not turn it
    bool looks_around = false;
};

bool is_down(ImGuiMouseButton button) {
    return ImGui::IsMouseDragging(button, 0);
}

/// With so few digits that people can read them in scene files and command lines; the picture shows no difference.
double rounded(double value, double steps = 1e4) {
    return std::round(value * steps) / steps;
}

render::Orbit rounded(render::Orbit orbit) {
    constexpr double kPanSteps = 1e6;  // at the largest zoom, a pixel is 1.5e-5
    orbit.azimuth = rounded(orbit.azimuth);
    orbit.elevation = rounded(orbit.elevation);
    orbit.zoom = rounded(orbit.zoom);
    for (double& share : orbit.pan) share = rounded(share, kPanSteps);
    return orbit;
}

class Camera : public Element {
  public:
    void update(Context& context) override {
        if (context.requests.fit) fit(context);
        const double rate = context.settings.orbit.turntable;
        if (rate == 0 || !is_in_space(context) || is_dragging_) return;
        render::Orbit& orbit = context.settings.orbit;
        to_turn_ += rate * context.seconds;
        const double step = rounded(to_turn_);
        to_turn_ -= step;
        orbit.azimuth = rounded(render::wrapped(orbit.azimuth + step));
        context.history.amend(context.settings, context.training.plan);  // what turns by itself is no step to undo
    }

    void draw(Context& context) override {
        const ImGuiIO& io = ImGui::GetIO();
        is_dragging_ = false;
        if (context.board.open || io.WantCaptureMouse) return;
        const render::Orbit before = context.settings.orbit;
        if (io.MouseWheel != 0) turn_wheel(context, static_cast<double>(io.MouseWheel));
        drag(context);
        if (context.settings.orbit != before) context.settings.orbit = rounded(context.settings.orbit);
    }

  private:
    void drag(Context& context) {
        const ImGuiIO& io = ImGui::GetIO();
        const ImVec2 pixels = io.DisplayFramebufferScale;
        const bool moves = is_down(ImGuiMouseButton_Right) || is_down(ImGuiMouseButton_Middle);
        if (!moves && !is_down(ImGuiMouseButton_Left)) return;
        is_dragging_ = true;
        take(context, {static_cast<double>(io.MouseDelta.x * pixels.x), static_cast<double>(io.MouseDelta.y * pixels.y),
                       moves || io.KeyShift, io.KeyCtrl});
    }

    static bool is_in_space(const Context& context) { return context.scene->model().dim() >= 3; }

    static void fit(Context& context) {
        context.scene->fit_camera();
        if (!is_in_space(context)) return;
        context.settings.orbit.zoom = 1;
        context.settings.orbit.pan = {0, 0, 0};
    }

    static void turn_wheel(Context& context, double notches) {
        const ImGuiIO& io = ImGui::GetIO();
        const double factor = std::pow(kWheelZoom, notches);
        if (is_in_space(context) && io.KeyCtrl) {
            render::Camera3d camera = camera_of(context);
            render::fly_ahead(camera, context.scene->extent(), kWheelFlight * notches);
            context.settings.orbit.pan = camera.orbit.pan;
        } else if (is_in_space(context)) {
            render::dolly(context.settings.orbit, factor);
        } else {
            const std::optional<Pointer> pointer = pointer_on_picture(context);
            if (!pointer) return;
            context.scene->camera.zoom_at(context.scene->extent(), pointer->pixel, factor);
            context.scene->hold_camera();
        }
    }

    static render::Camera3d camera_of(const Context& context) {
        return std::get<render::Camera3d>(context.scene->camera_of(settings::view_spec(context.settings)));
    }

    static void take(Context& context, const Drag& drag) {
        const VkExtent2D extent = context.scene->extent();
        if (!is_in_space(context)) {
            context.scene->camera.pan(extent, drag.right, drag.down);
            context.scene->hold_camera();
            return;
        }
        render::Orbit& orbit = context.settings.orbit;
        if (!drag.moves && !drag.looks_around) {
            render::turn(orbit, drag.right, drag.down);
            return;
        }
        render::Camera3d camera = camera_of(context);
        drag.moves ? camera.pan(extent, drag.right, drag.down)
                   : render::look_around(camera, extent, drag.right, drag.down);
        camera.orbit.turntable = orbit.turntable;  // a camera has none
        orbit = camera.orbit;
    }

    bool is_dragging_ = false;
    double to_turn_ = 0;  ///< degrees of the turntable that are too few to be seen
};

}  // namespace

std::unique_ptr<Element> make_camera(Context& /*context*/) {
    return std::make_unique<Camera>();
}

}  // namespace scorefield::viewer
