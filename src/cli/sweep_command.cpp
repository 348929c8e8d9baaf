#include <fmt/format.h>

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/atomic_file.hpp"
#include "base/error.hpp"
#include "base/interrupt.hpp"
#include "base/names.hpp"
#include "base/output.hpp"
#include "cli/commands.hpp"
#include "cli/engine_choice.hpp"
#include "cli/notes.hpp"
#include "settings/picture_text.hpp"
#include "study/sweep.hpp"

#ifdef SCOREFIELD_WITH_VULKAN
#include "study/sweep_figure.hpp"
#endif

namespace scorefield::cli {
namespace {

bool is_csv(const std::string& path) {
    return base::lower_case(path).ends_with(".csv");
}

/// The outputs that are figures.
std::vector<std::string> figures_of(const settings::Settings& settings) {
    std::vector<std::string> figures;
    if (!settings.out.empty() && !is_csv(settings.out)) figures.push_back(settings.out);
    if (!settings.figure.empty()) figures.push_back(settings.figure);
    return figures;
}

void require_effect(const settings::Request& request) {
    if (!request.given.contains("distance") || !figures_of(request.settings).empty()) return;
    throw base::request_error("flag without effect", "`distance`",
                              "it selects the distance that the figure shows, and no figure was requested",
                              "give `figure` FILE.svg, or leave it out");
}

/// Writes the outputs of a sweep. Whether figures can be drawn shows before the work begins.
class SweepOutput {
  public:
    SweepOutput(const settings::Settings& settings, session::Engine& engine, std::size_t curves)
        : texts_(settings::picture_texts(settings)) {
        if (is_csv(settings.out)) csv_.emplace(settings.out);
#ifdef SCOREFIELD_WITH_VULKAN
        for (const std::string& path : figures_of(settings)) {
            figures_.push_back(std::make_unique<study::Figure>(engine, "Error against evaluations",
                                                               study::sweep_layout(curves), path));
        }
#else
        static_cast<void>(engine);
        static_cast<void>(curves);
        if (figures_of(settings).empty()) return;
        throw base::running_error("figure not built", figures_of(settings).front(), "this build has no Vulkan",
                                  "build without SCOREFIELD_HOST_ONLY, or write FILE.csv");
#endif
    }

    /// `distance`: that figures show.
    void write(const study::SweepResult& result, [[maybe_unused]] const std::string& distance) {
#ifdef SCOREFIELD_WITH_VULKAN
        for (const std::unique_ptr<study::Figure>& figure : figures_) {
            figure->add_curves(study::sweep_plot(result, distance));
            figure->write(texts_);
        }
#endif
        if (!csv_) return;
        csv_->write(study::sweep_csv(result.rows));
        csv_->commit();
    }

  private:
    std::vector<data::PngText> texts_;  ///< of figures
    std::optional<base::AtomicFile> csv_;
#ifdef SCOREFIELD_WITH_VULKAN
    std::vector<std::unique_ptr<study::Figure>> figures_;
#endif
};

std::string to_json(const settings::Settings& settings, const std::string& device, const study::SweepResult& result) {
    nlohmann::ordered_json json = {{"device", device}};
    json.update(study::sweep_json(result));
    json["distance"] = settings.distance;
    if (!settings.out.empty()) json["out"] = settings.out;
    if (!settings.figure.empty()) json["figure"] = settings.figure;
    return base::json_line(json);
}

std::string to_text(const settings::Settings& settings, const std::string& device, const study::SweepResult& result) {
    std::string text = study::to_text(study::sweep_table(result));
    text += base::format_shown("\n{} particles on {} ({})\n", result.particles, device, result.variant);
    for (const std::string& path : {settings.out, settings.figure}) {
        if (!path.empty()) text += base::format_shown("wrote {}\n", path);
    }
    return text;
}

}  // namespace

int sweep_command(const settings::Request& request) {
    const settings::Settings& settings = request.settings;
    base::watch_interrupts();
    require_effect(request);
    say(settings, structured_field_notes(settings));
    study::Sweep sweep(settings);
    for (const std::string& path : {settings.out, settings.figure}) {
        if (!path.empty()) base::require_writable(path);
    }
    say(settings, sweep.notes());
    note_few_points(settings, sweep.particles());
    const std::unique_ptr<session::Engine> engine = open_engine(settings);
    SweepOutput output(settings, *engine, sweep.curves());
    const study::SweepResult result = sweep.run(*engine);
    say(settings, sweep.notes());
    engine->require_no_validation_messages();
    output.write(result, settings.distance);
    base::print(settings.json ? to_json(settings, engine->name(), result) : to_text(settings, engine->name(), result));
    return 0;
}

}  // namespace scorefield::cli
