#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "render/plot.hpp"

namespace scorefield::viewer {

/// A class of a conditional network; none: all together.
struct ClassChoice {
    std::optional<std::size_t> label;
};

enum class PlotAction : std::uint8_t { save_svg, save_png, save_csv, copy_values };

/// What is to be done with a plot; `name` begins the names of its files.
struct PlotRequest {
    PlotAction action = PlotAction::save_svg;
    std::string name;
    render::Plot plot;
};

/// What the user asked for in one frame, by control or key.
struct Requests {
    bool run_changed = false;           ///< sampler, steps, seed … : the run has to be made anew
    bool score_changed = false;         ///< model, process, prediction …: the scene has to be made anew
    std::optional<std::string> target;  ///< another one, as in Settings; empty: the learned model
    bool cancel_change = false;         ///< what is being made ready is not wanted
    bool toggle_play = false;
    bool step = false;
    bool step_back = false;
    bool to_start = false;
    bool to_result = false;
    bool restart = false;
    bool play_backwards = false;  ///< or forwards again
    bool play_forward_process = false;
    std::optional<int> seek;  ///< a state of what is shown: run or forward process
    bool fit = false;
    bool screenshot = false;
    bool toggle_screenshots = false;  ///< the dialog
    bool save_particles = false;
    bool copy_command = false;
    bool save_scene = false;
    bool toggle_panel = false;
    bool toggle_presenter = false;
    bool toggle_full_screen = false;
    bool toggle_scenes = false;                            ///< the list of scenes
    int turn_scene = 0;                                    ///< +1: to the next one, −1: to the one before
    std::optional<std::filesystem::path> open_scene;       ///< a scene file
    std::optional<std::filesystem::path> dropped_picture;  ///< a PNG: with a scene in it, or data to train on
    bool add_pane = false;
    bool add_branch = false;                 ///< a pane that branches from the state that is shown
    std::optional<std::size_t> choose_pane;  ///< index of the pane that the panel should set, 0: the first
    bool toggle_help = false;
    bool toggle_palette = false;
    bool escape = false;  ///< out of what is open or under way: help, board, change, then messages

    bool train = false;    ///< begin to train, pause, or go on
    bool retrain = false;  ///< begin anew by what the controls say
    bool toggle_board = false;
    bool undo = false;  ///< of the painting while the board is open, else of a setting
    bool redo = false;
    bool keeps_title = false;  ///< the change restores an earlier state, to which the title of the settings belongs
    bool save_painting = false;
    std::optional<std::filesystem::path> train_file;  ///< begin anew with these data
    std::optional<ClassChoice> show_class;            ///< of the network in training
    std::optional<std::filesystem::path> save_model;
    std::optional<PlotRequest> plot;
};

}  // namespace scorefield::viewer
