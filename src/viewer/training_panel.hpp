#pragma once

#include <array>
#include <filesystem>
#include <string>
#include <vector>

#include "settings/settings.hpp"
#include "viewer/drawing_board.hpp"
#include "viewer/error_map.hpp"
#include "viewer/live_training.hpp"
#include "viewer/requests.hpp"

namespace scorefield::viewer {

/// The part of the panel that trains a network and shows how it learns.
class TrainingPanel {
  public:
    /// Declares it at the panel's cursor. `plan`: what is to be trained; `settings`: how it is shown.
    void draw(settings::Settings& plan, settings::Settings& settings, const LiveTraining& training,
              const ErrorMap& error, DrawingBoard& board, Requests& requests);

    /// Where a model is to be saved.
    std::filesystem::path save_path() const { return save_path_.data(); }

  private:
    void draw_actions(const LiveTraining& training, Requests& requests) const;
    void draw_progress(const LiveTraining& training) const;
    void draw_class(const LiveTraining& training, Requests& requests) const;
    void draw_data(settings::Settings& plan, DrawingBoard& board, Requests& requests) const;
    void draw_save(const LiveTraining& training, Requests& requests);

    static constexpr std::size_t kMostText = 1024;
    std::array<char, kMostText> save_path_ = {"trained.safetensors"};
};

}  // namespace scorefield::viewer
