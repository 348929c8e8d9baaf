// The paths of the first particles. A background job computes them where the view shows some; a click on the picture
// picks the particle next to it, whose whole path is drawn then.
#include "session/paths.hpp"

#include <imgui.h>

#include <cmath>
#include <optional>
#include <utility>

#include "base/background_job.hpp"
#include "settings/resolve.hpp"
#include "viewer/element.hpp"

namespace scorefield::viewer {
namespace {

constexpr float kClick = 3;   ///< screen units that the mouse may move between press and release of a click
constexpr float kReach = 14;  ///< from the click to the particle, screen units

class PathsElement : public Element {
  public:
    void attach(Context& /*context*/) override {
        answer_.cancel();
        asked_.reset();
    }

    void update(Context& context) override {
        session::Scene& scene = *context.scene;
        if (auto outcome = answer_.poll()) {
            if (outcome->result) scene.take_paths(asked_, std::move(*outcome->result));
            if (!outcome->error.empty()) context.messages.add({MessageKind::error, outcome->error}, "paths");
        }
        const auto wanted = scene.wanted_paths(settings::view_spec(context.settings));
        if (!wanted) {
            answer_.cancel();
            asked_.reset();
        }
        if (answer_.wanted()) context.jobs.push_back(progress_of(answer_));
        if (!wanted || wanted == asked_) return;
        asked_ = wanted;
        answer_.ask("Paths", [run = wanted](base::Task& task) {
            return session::compute_paths(*run, [&task] { task.step(); });
        });
    }

    void draw(Context& context) override {
        const ImGuiIO& io = ImGui::GetIO();
        if (context.board.open || io.WantCaptureMouse || !ImGui::IsMouseReleased(ImGuiMouseButton_Left)) return;
        const ImVec2 way = ImGui::GetMouseDragDelta(ImGuiMouseButton_Left, 0);
        if (std::hypot(way.x, way.y) <= kClick) pick(context, io.MousePos);
    }

  private:
    /// Follows the nearest particle that has a path, or none.
    static void pick(Context& context, const ImVec2& mouse) {
        const session::Scene& scene = *context.scene;
        const bool shows_paths = context.settings.guides.has_paths() && !scene.player().playback().noising();
        if (!shows_paths || !scene.paths()) return;
        const ImVec2 pixels = ImGui::GetIO().DisplayFramebufferScale;
        const double x = static_cast<double>(mouse.x * pixels.x) - context.layout.left;
        const double y = static_cast<double>(mouse.y * pixels.y);
        context.settings.guides.follow = scene.nearest_particle(
            scene.camera.to_world(context.layout.picture, {x, y}),
            static_cast<double>(kReach * pixels.x) * scene.camera.pixel_size(context.layout.picture));
    }

    base::BackgroundJob<std::shared_ptr<const session::Paths>> answer_;
    std::shared_ptr<const session::PathsRun> asked_;  ///< last
};

}  // namespace

std::unique_ptr<Element> make_paths(Context& /*context*/) {
    return std::make_unique<PathsElement>();
}

}  // namespace scorefield::viewer
