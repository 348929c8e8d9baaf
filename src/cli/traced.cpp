#include "cli/traced.hpp"

#include <array>
#include <string>
#include <string_view>
#include <utility>

#include "base/atomic_file.hpp"
#include "base/interrupt.hpp"
#include "settings/command_text.hpp"

namespace scorefield::cli {
namespace {

void write_trace(const base::Trace& trace, const settings::Settings& settings, base::AtomicFile& file) {
    const std::array<std::pair<std::string, std::string>, 2> about = {
        {{"version", SCOREFIELD_VERSION}, {"command", settings::command_text(settings)}}};
    trace.write([&](std::string_view piece) { file.write(piece); }, about);
    file.commit();
}

}  // namespace

int traced(const settings::Settings& settings, const std::function<int(base::Trace*)>& work) {
    if (settings.trace.empty()) return work(nullptr);
    base::AtomicFile file(settings.trace);
    base::Trace trace(settings.trace_frames);
    int status = 0;
    try {
        status = work(&trace);
    } catch (...) {
        if (base::interrupted()) write_trace(trace, settings, file);
        throw;
    }
    write_trace(trace, settings, file);
    return status;
}

}  // namespace scorefield::cli
