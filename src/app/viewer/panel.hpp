#pragma once

#include <filesystem>
#include <functional>
#include <vector>

#include "app/scene.hpp"
#include "app/settings.hpp"
#include "app/viewer/frame_graph.hpp"
#include "app/viewer/moments_readout.hpp"
#include "app/viewer/requests.hpp"
#include "app/viewer/score_controls.hpp"

namespace scorefield::app {

/// The column of controls at the left of the window.
class Panel {
  public:
    /// `models`: the files to choose from.
    Panel(std::vector<std::filesystem::path> models, const Settings& settings) : score_(std::move(models), settings) {}

    /// Declares it with `training` in a tab of its own, `width` × `height` screen units at the upper left corner.
    /// Changes `settings` in place.
    void draw(float width, float height, Settings& settings, const Scene& scene, const MomentsReadout& moments,
              const FrameGraph& graph, const std::function<void()>& training, Requests& requests);
    bool show_training = false;  ///< the next frame turns to that tab

  private:
    void draw_watching(Settings& settings, const Scene& scene, Requests& requests) const;
    void draw_transport(Settings& settings, const Scene& scene, Requests& requests) const;
    void draw_sampler(Settings& settings, const Model& model, Requests& requests) const;
    void draw_look(Settings& settings, const Scene& scene, Requests& requests) const;

    ScoreControls score_;
};

}  // namespace scorefield::app
