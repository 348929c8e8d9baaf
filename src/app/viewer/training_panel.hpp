#pragma once

#include <array>
#include <filesystem>
#include <string>
#include <vector>

#include "app/settings.hpp"
#include "app/viewer/drawing_board.hpp"
#include "app/viewer/error_map.hpp"
#include "app/viewer/live_training.hpp"
#include "app/viewer/requests.hpp"

namespace scorefield::app {

/// The part of the panel that trains a network and shows how it learns.
class TrainingPanel {
  public:
    /// Declares it at the panel's cursor. `plan`: what is to be trained; `settings`: how it is shown.
    void draw(Settings& plan, Settings& settings, const LiveTraining& training, const ErrorMap& error,
              DrawingBoard& board, Requests& requests);

    /// Where a model is to be saved.
    std::filesystem::path save_path() const { return save_path_.data(); }

  private:
    void draw_actions(const LiveTraining& training, Requests& requests) const;
    void draw_progress(const LiveTraining& training) const;
    void draw_class(const LiveTraining& training, Requests& requests) const;
    void draw_data(Settings& plan, DrawingBoard& board, Requests& requests) const;
    void draw_save(const LiveTraining& training, Requests& requests);

    static constexpr std::size_t kMostText = 1024;
    std::array<char, kMostText> save_path_ = {"trained.safetensors"};
};

}  // namespace scorefield::app
