#include "app/commands.hpp"
#include "app/gpu_device.hpp"
#include "app/interrupt.hpp"
#include "app/viewer/viewer.hpp"

namespace scorefield::app {

int view_command(const Settings& settings) {
    watch_interrupts();
    Viewer viewer(settings);
    viewer.run();
    require_no_validation_messages(viewer.device());
    return 0;
}

}  // namespace scorefield::app
