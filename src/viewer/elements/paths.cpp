// The paths of the first particles. A background job computes them where the view shows some; a click on the picture
// picks the particle next to it, whose whole path is drawn then.
#include "session/paths.hpp"

#include <imgui.h>

#include <array>
#include <cmath>
#include <optional>
#include <utility>

#include "base/background_job.hpp"
#include "settings/resolve.hpp"
#include "viewer/element.hpp"
#include "viewer/pointer.hpp"

namespace scorefield::viewer {
namespace {

constexpr float kClick = 3;   ///< screen units that the mouse may move between press and release of a click
constexpr float kReach = 14;  ///< from the click to the particle, screen units

/// The computation of the paths of one pane.
class PanePaths {
  public:
    void forget() {
        answer_.cancel();
        asked_.reset();
    }

    void update(Context& context, session::Scene& scene) {
        if (auto outcome = answer_.poll()) {
            if (outcome->result) scene.take_paths(asked_, std::move(*outcome->result));
            if (!outcome->error.empty()) context.messages.add({MessageKind::error, outcome->error}, "paths");
        }
        const auto wanted = scene.wanted_paths(settings::view_spec(context.settings));
        if (!wanted) forget();
        if (answer_.wanted()) context.jobs.push_back(progress_of(answer_));
        if (!wanted || wanted == asked_) return;
        asked_ = wanted;
        answer_.ask("Paths", [run = wanted](base::Task& task) {
            return session::compute_paths(*run, [&task] { task.step(); });
        });
    }

  private:
    base::BackgroundJob<std::shared_ptr<const session::Paths>> answer_;
    std::shared_ptr<const session::PathsRun> asked_;  ///< last
};

class PathsElement : public Element {
  public:
    void attach(Context& /*context*/) override { panes_[0].forget(); }

    void update(Context& context) override {
        for (std::size_t i = 0; i < panes_.size(); ++i) {
            if (i < context.panes.count()) {
                panes_.at(i).update(context, context.scene_of(i));
            } else {
                panes_.at(i).forget();
            }
        }
    }

    void draw(Context& context) override {
        if (context.board.open || !ImGui::IsMouseReleased(ImGuiMouseButton_Left)) return;
        const ImVec2 way = ImGui::GetMouseDragDelta(ImGuiMouseButton_Left, 0);
        if (std::hypot(way.x, way.y) > kClick) return;
        if (const std::optional<Pointer> pointer = pointer_on_picture(context)) pick(context, *pointer);
    }

  private:
    /// Follows the nearest particle that has a path, or none.
    static void pick(Context& context, const Pointer& pointer) {
        const session::Scene& scene = context.scene_of(pointer.pane);
        const bool shows_paths = context.settings.guides.has_paths() && !scene.player().playback().noising();
        if (!shows_paths || !scene.paths()) return;
        context.settings.guides.follow =
            scene.nearest_particle(settings::view_spec(context.settings), pointer.pixel,
                                   static_cast<double>(kReach * ImGui::GetIO().DisplayFramebufferScale.x));
    }

    std::array<PanePaths, settings::kMostPanes> panes_;
};

}  // namespace

std::unique_ptr<Element> make_paths(Context& /*context*/) {
    return std::make_unique<PathsElement>();
}

}  // namespace scorefield::viewer
