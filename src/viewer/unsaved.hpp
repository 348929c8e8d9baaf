#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

namespace scorefield::viewer {

struct Context;

/// What waits until the user has decided what becomes of something that is not saved.
struct UnsavedQuestion {
    enum class Stage : std::uint8_t {
        asked,
        wanted,   ///< the model is to be saved
        written,  ///< it is being saved
    };

    std::string text;             ///< what would be lost
    std::string files;            ///< where it would be saved
    bool closing = false;         ///< the window is to close
    std::function<void()> go_on;  ///< once what is not saved is dealt with
    Stage stage = Stage::asked;
};

/// Goes on at once, or after the user was asked. `closing`: the painting would be lost too. Of two questions the later
/// one stands.
void unless_unsaved(Context& context, bool closing, std::function<void()> go_on);

/// Saves the painting under a new name, and says so. False where that failed.
bool save_painting(Context& context);

/// The name in the panel, or a new one where there is such a file.
std::filesystem::path model_to_save(const Context& context);

}  // namespace scorefield::viewer
