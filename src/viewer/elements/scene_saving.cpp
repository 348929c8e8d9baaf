// Saves the settings as scene files (`scene_0000.json`, …) in the working folder. A background job writes them.
#include <filesystem>
#include <string>
#include <system_error>

#include "base/background_job.hpp"
#include "settings/scene_file.hpp"
#include "viewer/element.hpp"
#include "viewer/free_path.hpp"

namespace scorefield::viewer {
namespace {

namespace fs = std::filesystem;

class SceneSaving : public Element {
  public:
    void update(Context& context) override {
        if (context.requests.save_scene) {
            written_.ask("Saving the scene", [settings = context.settings](base::Task& /*task*/) {
                const fs::path path = free_path("scene", ".json");
                settings::write_scene(settings, path);
                std::error_code unknown;
                return fs::absolute(path, unknown).string();
            });
        }
        const auto outcome = written_.poll();
        if (!outcome) return;
        context.messages.add(outcome->result ? Message{MessageKind::info, "saved " + *outcome->result}
                                             : Message{MessageKind::error, outcome->error});
    }

    void finish() override {
        written_.wait();
        written_.poll();
        written_.wait();
    }

  private:
    base::BackgroundJob<std::string> written_;
};

}  // namespace

std::unique_ptr<Element> make_scene_saving(Context& /*context*/) {
    return std::make_unique<SceneSaving>();
}

}  // namespace scorefield::viewer
