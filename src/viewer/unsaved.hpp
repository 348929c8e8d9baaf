#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

namespace scorefield::viewer {

struct Context;

/// A question about unsaved work, and the action that waits for the answer.
struct UnsavedQuestion {
    enum class Stage : std::uint8_t {
        asked,
        painting,  ///< the painting is being written
        wanted,    ///< the user wants to save the model
        written,   ///< the model is being written
    };

    std::string text;             ///< the question: what would be lost
    std::string files;            ///< names of the files to save to
    bool closing = false;         ///< the action closes the window
    std::function<void()> go_on;  ///< the action; called after saving or discarding
    Stage stage = Stage::asked;
};

/// Calls `go_on` at once if everything is saved, otherwise after the user has saved or discarded it. `closing`: the
/// painting counts as well, because it would be lost. A new question replaces an open one.
void unless_unsaved(Context& context, bool closing, std::function<void()> go_on);

/// Starts to save the painting under a new name, or adds a message that says why this is not possible.
void save_painting(Context& context);

/// Adds a message when a painting has been saved, or could not be. Call it every frame.
void follow_painting(Context& context);

/// The path in the panel, or a new name if that file exists.
std::filesystem::path model_to_save(const Context& context);

}  // namespace scorefield::viewer
