#include <algorithm>

#include "base/interrupt.hpp"
#include "cli/commands.hpp"
#include "cli/notes.hpp"
#include "model/model.hpp"
#include "sample/start.hpp"
#include "session/gpu_device.hpp"
#include "settings/resolve.hpp"
#include "settings/training_settings.hpp"
#include "viewer/viewer.hpp"

namespace scorefield::cli {

namespace {

/// Before there is a window. Without such flags the model is not opened for them.
void require_flags_used(const settings::Request& request) {
    const bool any = std::ranges::any_of(request.given, [](const std::string& name) {
        return name.starts_with("objective.") || name.starts_with("train.");
    });
    if (!any) return;
    const model::Model shown = settings::open_model(request.settings);
    const settings::Settings plan = settings::training_plan(request.settings, shown.data, shown.process_settings);
    settings::require_training_flags_used(request, settings::train_spec(plan));
}

}  // namespace

int view_command(const settings::Request& request) {
    base::watch_interrupts();
    require_flags_used(request);
    settings::Settings settings = request.settings;
    settings.particles = settings::particles_in_effect(settings);
    say(settings, structured_field_notes(settings));
    viewer::Viewer viewer(settings);
    viewer.run();
    session::require_no_validation_messages(viewer.device());
    return 0;
}

}  // namespace scorefield::cli
