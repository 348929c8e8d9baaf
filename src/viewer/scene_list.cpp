#include "viewer/scene_list.hpp"

#include <algorithm>
#include <system_error>
#include <utility>

#include "base/error.hpp"
#include "model/model.hpp"
#include "settings/scene_file.hpp"

namespace scorefield::viewer {
namespace {

namespace fs = std::filesystem;

settings::Settings read(const fs::path& path) {
    settings::Request request;
    settings::read_scene(request, path.string());
    return request.settings;
}

/// The path, or where it is below the folder that holds the scene's `assets/scenes`.
std::string found(const std::string& name, const fs::path& scene) {
    std::error_code unknown;
    const fs::path path(name);
    if (name.empty() || path.is_absolute() || fs::exists(path, unknown)) return name;
    const fs::path root = fs::absolute(scene, unknown).parent_path().parent_path().parent_path();
    return fs::exists(root / path, unknown) ? (root / path).string() : name;
}

}  // namespace

fs::path shipped_scenes() {
    try {
        fs::path folder = model::default_model().parent_path() / "scenes";
        std::error_code unknown;
        if (fs::is_directory(folder, unknown)) return folder;
    } catch (const base::Error&) {
        // Without the shipped files there are no scenes either.
    }
    return {};
}

std::vector<ListedScene> scenes_in(const fs::path& folder, const std::function<void()>& check_cancelled) {
    std::error_code unreadable;
    std::vector<fs::path> paths;
    for (const fs::directory_entry& entry : fs::directory_iterator(folder, unreadable)) {
        if (entry.path().extension() == ".json") paths.push_back(entry.path());
    }
    std::ranges::sort(paths);
    std::vector<ListedScene> scenes;
    for (const fs::path& path : paths) {
        if (check_cancelled) check_cancelled();
        try {
            settings::Settings settings = read(path);
            if (settings.title.empty()) settings.title = path.stem().string();
            scenes.push_back({path, std::move(settings.title), std::move(settings.about)});
        } catch (const base::Error&) {
            // Its reason is shown when it is opened by name.
        }
    }
    return scenes;
}

settings::Settings settings_of_scene(const fs::path& path, const settings::Settings& shown) {
    settings::Settings settings = read(path);
    settings.command = shown.command;
    settings.width = shown.width;
    settings.height = shown.height;
    settings.device = shown.device;
    settings.validation = shown.validation;
    settings.frame_log = shown.frame_log;
    for (const settings::Setting& setting : settings::setting_table()) {
        if (setting.group == "Window") assign(settings, setting, value_text(shown, setting));
    }
    settings.model = found(settings.model, path);
    settings.data = found(settings.data, path);
    const std::size_t space = settings.target.find(' ');
    if (space != std::string::npos) {
        settings.target = settings.target.substr(0, space + 1) + found(settings.target.substr(space + 1), path);
    }
    return settings;
}

}  // namespace scorefield::viewer
