#include <algorithm>
#include <filesystem>
#include <string>

#include "base/error.hpp"
#include "base/interrupt.hpp"
#include "base/output.hpp"
#include "cli/commands.hpp"
#include "cli/notes.hpp"
#include "cli/traced.hpp"
#include "model/model.hpp"
#include "sample/start.hpp"
#include "session/gpu_device.hpp"
#include "settings/resolve.hpp"
#include "settings/training_settings.hpp"
#include "viewer/remembered.hpp"
#include "viewer/viewer.hpp"

namespace scorefield::cli {

namespace {

/// Before there is a window.
void require_names_known(const settings::Settings& settings) {
    if (!settings.target.empty()) settings::target_spec(settings);
    settings::start_spec(settings);
}

/// Before there is a window. Without such flags the model is not opened for them, and an exact target never: that may
/// take long, and process and data are known without it.
void require_flags_used(const settings::Request& request) {
    const bool any = std::ranges::any_of(request.given, [](const std::string& name) {
        return name.starts_with("objective.") || name.starts_with("train.");
    });
    if (!any) return;
    const settings::Settings& settings = request.settings;
    model::Model shown;
    if (settings.target.empty()) {
        shown = settings::open_model(settings);
    } else {
        const model::TargetSpec target = settings::target_spec(settings);
        shown.process_settings = settings::process_in_effect(settings);
        if (target.name == "empirical") shown.data = target.argument;
    }
    const settings::Settings plan = settings::training_plan(settings, shown.data, shown.process_settings);
    settings::require_training_flags_used(request, settings::train_spec(plan));
}

/// Empty where nothing is to be remembered.
std::filesystem::path memory_of(const settings::Settings& settings) {
    return settings.remember ? viewer::configuration_folder() : std::filesystem::path();
}

/// What could not be kept spoils nothing that was done in the window.
void remember(const viewer::Viewer& viewer) {
    const std::filesystem::path folder = memory_of(viewer.settings());
    if (folder.empty()) return;
    try {
        viewer::write_remembered(folder, viewer.remembered());
    } catch (const base::Error& error) {
        base::note(std::string("the window is not remembered: ") + error.what());
    }
}

}  // namespace

int view_command(const settings::Request& asked) {
    base::watch_interrupts();
    settings::Request request = asked;
    viewer::RememberedWindow window;
    if (const std::filesystem::path folder = memory_of(asked.settings); !folder.empty()) {
        std::string note;
        window = viewer::read_remembered(folder, note);
        if (!note.empty()) base::note(note);
        viewer::take_remembered(window, request);
    }
    const settings::Settings& settings = request.settings;
    require_names_known(settings);
    require_flags_used(request);
    say(settings, structured_field_notes(settings));
    return traced(settings, [&](base::Trace* trace) {
        viewer::Viewer viewer(settings, trace, window);
        viewer.run();
        remember(viewer);
        session::require_no_validation_messages(viewer.device());
        return 0;
    });
}

}  // namespace scorefield::cli
