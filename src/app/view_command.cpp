#include <algorithm>

#include "app/commands.hpp"
#include "app/gpu_device.hpp"
#include "app/interrupt.hpp"
#include "app/model.hpp"
#include "app/open_data.hpp"
#include "app/start.hpp"
#include "app/training_settings.hpp"
#include "app/viewer/viewer.hpp"

namespace scorefield::app {

namespace {

/// Before there is a window. Without such flags the model is not opened for them.
void require_flags_used(const Settings& settings) {
    const bool any = std::ranges::any_of(settings.given, [](const std::string& name) {
        return name.starts_with("objective.") || name.starts_with("train.");
    });
    if (!any) return;
    const Settings plan = training_plan(settings, open_model(settings));
    require_training_flags_used(settings, training_settings(plan));
}

}  // namespace

int view_command(const Settings& settings) {
    watch_interrupts();
    require_flags_used(settings);
    note_structured_fields(settings);
    Viewer viewer(with_particles_of_init(settings));
    viewer.run();
    require_no_validation_messages(viewer.device());
    return 0;
}

}  // namespace scorefield::app
