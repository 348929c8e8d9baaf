// Saves the settings as scene files (`scene_0000.json`, …) in the working folder. A background job writes them.
#include <deque>
#include <filesystem>
#include <string>
#include <system_error>
#include <utility>

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
        if (context.requests.save_scene) wanted_.push_back(settings_to_share(context));
        if (const auto outcome = written_.poll()) {
            context.messages.add(outcome->result ? Message{MessageKind::info, "saved " + *outcome->result}
                                                 : Message{MessageKind::error, outcome->error});
        }
        write_next();
        if (written_.wanted()) context.jobs.push_back(progress_of(written_));
    }

    void finish() override {
        do {
            written_.wait();
            written_.poll();
            write_next();
        } while (written_.wanted());
    }

  private:
    void write_next() {
        if (wanted_.empty() || written_.wanted()) return;
        written_.ask("Saving the scene", [settings = std::move(wanted_.front())](base::Task& /*task*/) {
            const fs::path path = free_path("scene", ".json");
            settings::write_scene(settings, path);
            std::error_code unknown;
            return fs::absolute(path, unknown).string();
        });
        wanted_.pop_front();
    }

    std::deque<settings::Settings> wanted_;  ///< to be written, one after the other
    base::BackgroundJob<std::string> written_;
};

}  // namespace

std::unique_ptr<Element> make_scene_saving(Context& /*context*/) {
    return std::make_unique<SceneSaving>();
}

}  // namespace scorefield::viewer
