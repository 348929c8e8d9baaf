#include <algorithm>
#include <csignal>
#include <exception>
#include <iterator>
#include <string>
#include <vector>

#include "base/descriptor.hpp"
#include "base/error.hpp"
#include "base/output.hpp"
#include "cli/command_line.hpp"
#include "cli/commands.hpp"
#include "cli/output_names.hpp"
#include "cli/separate_files.hpp"

namespace {

using namespace scorefield;

struct Runner {
    settings::Command command;
    int (*run)(const settings::Request&);
};

// clang-format off
constexpr Runner kRunners[] = {
    {settings::Command::train, cli::train_command},
    {settings::Command::program, cli::program_command},
    {settings::Command::schedule, cli::schedule_command},
    {settings::Command::score, cli::score_command},
    {settings::Command::study, cli::study_command},
    {settings::Command::data, cli::data_command},
    {settings::Command::sweep, cli::sweep_command},
    {settings::Command::sample, cli::sample_command},
    {settings::Command::bench, cli::bench_command},
#ifdef SCOREFIELD_WITH_VULKAN
    {settings::Command::view, cli::view_command},
    {settings::Command::render, cli::render_command},
    {settings::Command::devices, cli::devices_command},
#endif
};
// clang-format on

int run_command(const settings::Request& request) {
    const settings::Command command = request.settings.command;
    const auto* const runner = std::ranges::find(kRunners, command, &Runner::command);
    if (runner != std::end(kRunners)) return runner->run(request);
    throw base::running_error("command not built", std::string(settings::command_info(command).name),
                              "this build has no Vulkan", "build without SCOREFIELD_HOST_ONLY");
}

int run(const std::vector<std::string>& arguments) {
    const cli::CommandLine line = cli::parse_command_line(arguments);
    if (!line.text.empty()) {
        base::print(line.text);
        return 0;
    }
    cli::require_separate_files(line.settings);
    cli::require_output_names(line);
    return run_command(line);
}

int report(const std::string& line, int status) {
    base::note_error(line);
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
    } catch (const std::exception& error) {
        return report(base::error_line(error), 1);
    }
}
