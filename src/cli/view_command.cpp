#include <algorithm>

#include "base/interrupt.hpp"
#include "cli/commands.hpp"
#include "session/gpu_device.hpp"
#include "session/model.hpp"
#include "session/open_data.hpp"
#include "session/start.hpp"
#include "settings/training_settings.hpp"
#include "viewer/viewer.hpp"

namespace scorefield::cli {

namespace {

/// Before there is a window. Without such flags the model is not opened for them.
void require_flags_used(const settings::Settings& settings) {
    const bool any = std::ranges::any_of(settings.given, [](const std::string& name) {
        return name.starts_with("objective.") || name.starts_with("train.");
    });
    if (!any) return;
    const session::Model shown = session::open_model(settings);
    const settings::Settings plan = settings::training_plan(settings, shown.data, shown.process_settings);
    settings::require_training_flags_used(settings, settings::training_settings(plan));
}

}  // namespace

int view_command(const settings::Settings& settings) {
    base::watch_interrupts();
    require_flags_used(settings);
    session::note_structured_fields(settings);
    viewer::Viewer viewer(session::with_particles_of_init(settings));
    viewer.run();
    session::require_no_validation_messages(viewer.device());
    return 0;
}

}  // namespace scorefield::cli
