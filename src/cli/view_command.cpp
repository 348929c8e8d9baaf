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
void require_flags_used(const settings::Settings& settings, const settings::GivenNames& given) {
    const bool any = std::ranges::any_of(
        given, [](const std::string& name) { return name.starts_with("objective.") || name.starts_with("train."); });
    if (!any) return;
    const model::Model shown = settings::open_model(settings, given);
    const settings::Settings plan = settings::training_plan(settings, given, shown.data, shown.process_settings);
    settings::require_training_flags_used(settings, given, settings::train_spec(plan));
}

}  // namespace

int view_command(const settings::Request& request) {
    const settings::Settings& settings = request.settings;
    base::watch_interrupts();
    require_flags_used(settings, request.given);
    say(settings, structured_field_notes(settings));
    viewer::Viewer viewer(settings::with_particles_of_init(settings, request.given), request.given);
    viewer.run();
    session::require_no_validation_messages(viewer.device());
    return 0;
}

}  // namespace scorefield::cli
