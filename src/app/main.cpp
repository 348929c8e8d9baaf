#include <algorithm>
#include <csignal>
#include <exception>
#include <iterator>
#include <new>
#include <string>
#include <vector>

#include "app/command_line.hpp"
#include "app/commands.hpp"
#include "app/output.hpp"
#include "app/output_names.hpp"
#include "app/separate_files.hpp"
#include "base/descriptor.hpp"
#include "base/error.hpp"

namespace {

using namespace scorefield;

struct Runner {
    app::Command command;
    int (*run)(const app::Settings&);
};

// clang-format off
constexpr Runner kRunners[] = {
    {app::Command::train, app::train_command},
    {app::Command::program, app::program_command},
    {app::Command::score, app::score_command},
    {app::Command::study, app::study_command},
    {app::Command::data, app::data_command},
#ifdef SCOREFIELD_WITH_VULKAN
    {app::Command::view, app::view_command},
    {app::Command::render, app::render_command},
    {app::Command::sample, app::sample_command},
    {app::Command::bench, app::bench_command},
    {app::Command::devices, app::devices_command},
#endif
};
// clang-format on

int run_command(const app::Settings& settings) {
    const auto* const runner = std::ranges::find(kRunners, settings.command, &Runner::command);
    if (runner != std::end(kRunners)) return runner->run(settings);
    throw base::running_error("command not built", std::string(app::command_info(settings.command).name),
                              "this build has no Vulkan", "build without SCOREFIELD_HOST_ONLY");
}

int run(const std::vector<std::string>& arguments) {
    const app::CommandLine line = app::parse_command_line(arguments);
    if (!line.text.empty()) {
        app::print(line.text);
        return 0;
    }
    app::require_separate_files(line.settings);
    app::require_output_names(line.settings);
    return run_command(line.settings);
}

int report(const std::string& line, int status) {
    app::note("scorefield: error: " + line);
    return status;
}

}  // namespace

/// The outermost edge: every error of every command becomes one line and a status here, and nowhere else.
int main(int argc, char** argv) {
    base::open_standard_descriptors();
    // A reader of our output that goes away and a limit on the size of files are seen where we write.
    std::signal(SIGPIPE, SIG_IGN);
    std::signal(SIGXFSZ, SIG_IGN);
    try {
        return run({argv + 1, argv + argc});
    } catch (const base::Error& error) {
        return report(error.what(), error.exit_status());
    } catch (const std::bad_alloc&) {
        return report("out of memory (host): the machine has too little for this request; ask for less", 1);
    } catch (const std::exception& error) {
        return report(std::string("internal error (scorefield): ") + error.what() + "; please report it", 1);
    }
}
