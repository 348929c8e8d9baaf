#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "settings/settings.hpp"

namespace scorefield::viewer {

/// A scene file as a list shows it.
struct ListedScene {
    std::filesystem::path path;
    std::string title;  ///< the file's name where it has none
    std::string about;
};

/// The folder of the scenes that come with Scorefield: `scenes` beside the default model. Empty where there is none.
std::filesystem::path shipped_scenes();

/// The scenes of a folder, by file name; none where it cannot be read. Files that are no scenes are left out.
/// `check_cancelled` is called before each file and may throw.
std::vector<ListedScene> scenes_in(const std::filesystem::path& folder, const std::function<void()>& check_cancelled);

/// The settings of a scene file, shown on the machine and in the window of `shown`. Models and data that are not found
/// in the working folder are looked for where shipped scenes have theirs: `assets/scenes/…` means the scene's folder.
/// Throws base::Error (request) as settings::read_scene.
settings::Settings settings_of_scene(const std::filesystem::path& path, const settings::Settings& shown);

}  // namespace scorefield::viewer
