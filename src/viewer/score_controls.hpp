#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "session/scene.hpp"
#include "settings/settings.hpp"
#include "viewer/requests.hpp"

namespace scorefield::viewer {

/// The part of the panel that chooses what answers for the score: a learned model, which knows its process and its
/// prediction, or an exact target under any process.
class ScoreControls {
  public:
    /// `models`: the files to choose from. A target of `settings` that needs a file stays among the choices.
    /// `device`: the name of the one that draws.
    ScoreControls(std::vector<std::filesystem::path> models, const settings::Settings& settings, std::string device);

    /// Declares them at the panel's cursor. Changes `settings` in place, but for the target, which it requests.
    void draw(settings::Settings& settings, const session::Scene& scene, Requests& requests) const;

  private:
    /// A target to choose.
    struct Choice {
        std::string target;  ///< as in Settings
        std::string help;
    };

    void draw_target(const settings::Settings& settings, bool training, Requests& requests) const;
    void draw_model(settings::Settings& settings, const model::Model& model, Requests& requests) const;
    void draw_computes(settings::Settings& settings, Requests& requests) const;

    std::vector<std::filesystem::path> models_;
    std::vector<Choice> targets_;
    std::string device_;
    std::string selector_;  ///< of the device, as the settings have it
};

/// `edm`, or of ddpm with its schedule and T.
std::string process_text(const diffusion::ProcessSettings& settings, const diffusion::NoiseProcess& process);

/// The process and its parameters; another process or schedule starts from its own defaults. True when something has
/// another value.
bool process_controls(settings::Settings& settings);

}  // namespace scorefield::viewer
