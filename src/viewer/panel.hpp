#pragma once

#include <filesystem>
#include <functional>
#include <vector>

#include "session/scene.hpp"
#include "settings/settings.hpp"
#include "viewer/frame_graph.hpp"
#include "viewer/moments_readout.hpp"
#include "viewer/requests.hpp"
#include "viewer/score_controls.hpp"

namespace scorefield::viewer {

/// The column of controls at the left of the window.
class Panel {
  public:
    /// `models`: the files to choose from.
    Panel(std::vector<std::filesystem::path> models, const settings::Settings& settings)
        : score_(std::move(models), settings) {}

    /// Declares it with `training` in a tab of its own, `width` × `height` screen units at the upper left corner.
    /// Changes `settings` in place.
    void draw(float width, float height, settings::Settings& settings, const session::Scene& scene,
              const MomentsReadout& moments, const FrameGraph& graph, const std::function<void()>& training,
              Requests& requests);
    bool show_training = false;  ///< the next frame turns to that tab

  private:
    void draw_watching(settings::Settings& settings, const session::Scene& scene, Requests& requests) const;
    void draw_transport(settings::Settings& settings, const session::Scene& scene, Requests& requests) const;
    void draw_sampler(settings::Settings& settings, const model::Model& model, Requests& requests) const;
    void draw_look(settings::Settings& settings, const session::Scene& scene, Requests& requests) const;

    ScoreControls score_;
};

}  // namespace scorefield::viewer
