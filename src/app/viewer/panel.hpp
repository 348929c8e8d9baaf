#pragma once

#include <filesystem>
#include <functional>
#include <string>
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
    Panel(std::vector<std::filesystem::path> models, const Settings& settings, const gpu::Device& device)
        : score_(std::move(models), settings),
          device_(device.properties().name),
          device_reason_(device.selection_reason()) {}

    /// Declares it with `training` in a tab of its own, `width` × `height` screen units at the upper left corner.
    /// Changes `settings` in place.
    void draw(float width, float height, Settings& settings, const Scene& scene, const MomentsReadout& moments,
              const FrameGraph& graph, const std::function<void()>& training, Requests& requests);
    /// The keys and mouse gestures, over everything.
    void draw_help(bool& open) const;

    std::string message;         ///< shown at the top: what could not be done
    bool show_training = false;  ///< the next frame turns to that tab

  private:
    void draw_watching(Settings& settings, const Scene& scene, Requests& requests) const;
    void draw_transport(Settings& settings, const Scene& scene, Requests& requests) const;
    void draw_sampler(Settings& settings, const Model& model, Requests& requests) const;
    void draw_look(Settings& settings, Requests& requests) const;

    ScoreControls score_;
    std::string device_;
    std::string device_reason_;
};

/// What keys ask for, wherever the mouse is, unless text is being typed. `keys` as Window::take_keys.
void read_keys(const std::vector<int>& keys, Settings& settings, Requests& requests, bool& help_open, bool& panel_open);

}  // namespace scorefield::app
