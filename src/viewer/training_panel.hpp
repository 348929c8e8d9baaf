#pragma once

#include <array>
#include <filesystem>
#include <string>
#include <vector>

#include "settings/settings.hpp"
#include "viewer/drawing_board.hpp"
#include "viewer/error_map.hpp"
#include "viewer/requests.hpp"
#include "viewer/training.hpp"

namespace scorefield::viewer {

/// The part of the panel that trains a network and shows how it learns.
class TrainingPanel {
  public:
    /// Declares it at the panel's cursor. `settings`: how the network in training is shown.
    void draw(settings::Settings& settings, Training& training, const ErrorMap& error, DrawingBoard& board,
              Requests& requests);

    /// Where a model is to be saved.
    std::filesystem::path save_path() const { return save_path_.data(); }

  private:
    void draw_actions(const session::LiveTraining& training, Requests& requests) const;
    void draw_progress(const Training& training) const;
    void draw_class(const session::LiveTraining& training, Requests& requests) const;
    void draw_data(settings::Settings& plan, DrawingBoard& board, Requests& requests) const;
    void draw_save(const session::LiveTraining& training, Requests& requests);

    static constexpr std::size_t kMostText = 1024;
    std::array<char, kMostText> save_path_ = {"trained.safetensors"};
};

}  // namespace scorefield::viewer
