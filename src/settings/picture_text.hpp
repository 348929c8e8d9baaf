#pragma once

#include <filesystem>
#include <vector>

#include "data/png_text.hpp"
#include "settings/settings.hpp"

namespace scorefield::settings {

/// The keyword of the text that holds a picture's scene file.
inline constexpr const char* kSceneKeyword = "Scene";

/// What a picture says of its settings: the program (Software), the command line that draws it (Command), and the scene
/// file (Scene), which read_scene reads from the picture. Without the last two where a setting is not UTF-8.
std::vector<data::PngText> picture_texts(const Settings& settings);

/// The same of a command, by what its flags and its scene file have said.
std::vector<data::PngText> picture_texts(const Request& request);

/// Whether the PNG carries a scene. Throws base::Error (request) as data::png_text.
bool carries_scene(const std::filesystem::path& path);

}  // namespace scorefield::settings
