// Saves the settings as scene files (`scene_0000.json`, …) in the working folder. A background job writes them.
#include <filesystem>
#include <string>
#include <system_error>

#include "settings/scene_file.hpp"
#include "viewer/element.hpp"
#include "viewer/free_path.hpp"
#include "viewer/saving_queue.hpp"

namespace scorefield::viewer {
namespace {

namespace fs = std::filesystem;

/// Writes the scene file and returns its path.
std::string write_scene_file(const settings::Settings& settings) {
    const fs::path path = free_path("scene", ".json");
    settings::write_scene(settings, path);
    std::error_code unknown;
    return fs::absolute(path, unknown).string();
}

class SceneSaving : public Element {
  public:
    void update(Context& context) override {
        if (context.requests.save_scene) files_.add(settings_to_share(context));
        files_.update(context);
    }

    void finish() override { files_.finish(); }

  private:
    SavingQueue<settings::Settings> files_{"Saving the scene", write_scene_file};
};

}  // namespace

std::unique_ptr<Element> make_scene_saving(Context& /*context*/) {
    return std::make_unique<SceneSaving>();
}

}  // namespace scorefield::viewer
