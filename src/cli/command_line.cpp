#include "cli/command_line.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>

#include "base/error.hpp"
#include "base/names.hpp"
#include "base/text.hpp"
#include "cli/help.hpp"
#include "cli/output_names.hpp"
#include "diffusion/targets.hpp"
#include "settings/pane_settings.hpp"
#include "settings/scene_file.hpp"
#include "study/studies.hpp"

namespace scorefield::cli {
namespace {

/// One subcommand as the parser knows it: an option for each setting that it takes.
struct Parser {
    const settings::CommandInfo* info = nullptr;
    CLI::App* app = nullptr;
    std::vector<std::pair<const settings::Setting*, CLI::Option*>> options;
    CLI::Option* files = nullptr;
};

/// The first argument that is the name of a study; empty if there is none.
std::string study_named(const std::vector<std::string>& arguments) {
    const std::vector<std::string_view> names = study::study_names();
    const auto named = std::ranges::find_first_of(arguments, names);
    return named == arguments.end() ? "" : *named;
}

/// The options of commands that are not called are not needed. `arguments` begin with the command.
Parser make_parser(CLI::App& main, const settings::CommandInfo& info, const std::string& command) {
    Parser parser;
    parser.info = &info;
    parser.app = main.add_subcommand(std::string(info.name), std::string(info.help));
    if (info.name != command) return parser;
    parser.app->allow_extras();
    parser.app->set_help_flag("");
    for (const settings::Setting& setting : settings::setting_table()) {
        if (!setting.taken_by(info.command)) continue;
        const std::string flag = "--" + std::string(setting.name);
        CLI::Option* option = setting.is_flag() ? parser.app->add_flag(flag) : parser.app->add_option(flag);
        option->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
        parser.options.emplace_back(&setting, option);
    }
    if (info.command == settings::Command::score) {
        parser.files =
            parser.app->add_option("files")->expected(0, CLI::detail::expected_max_vector_size)->allow_extra_args();
    }
    if (info.command == settings::Command::view) parser.files = parser.app->add_option("file")->expected(1);
    if (info.command == settings::Command::study || info.command == settings::Command::data) {
        parser.files = parser.app->add_option("name")->expected(1);
    }
    return parser;
}

base::Error unknown_command(const std::string& name) {
    std::vector<std::string_view> names;
    for (const settings::CommandInfo& info : settings::commands()) names.push_back(info.name);
    return base::request_error("unknown command '" + name + "'", "command line", "no such command",
                               base::name_hint(name, names));
}

/// What is wrong with an argument that the parser did not take.
base::Error unexpected(const std::string& argument, const settings::CommandInfo& info) {
    const std::string flag = argument.substr(0, argument.find('='));
    if (!flag.starts_with('-')) {
        return base::request_error("unexpected argument '" + argument + "'", std::string(info.name),
                                   "no value is expected here",
                                   "see 'scorefield " + std::string(info.name) + " --help'");
    }
    const std::string name = flag.substr(std::min(flag.find_first_not_of('-'), flag.size()));
    const settings::Setting* setting = flag.starts_with("--") ? settings::find_setting(name) : nullptr;
    if (setting != nullptr) {
        return base::request_error(fmt::format("flag not for {}", info.name), flag,
                                   fmt::format("{} does not take it", info.name),
                                   "it belongs to " + settings::commands_text(*setting));
    }
    std::vector<std::string_view> names;
    for (const settings::Setting& known : settings::setting_table()) {
        if (known.taken_by(info.command)) names.push_back(known.name);
    }
    const std::string nearest = base::nearest_path(name, names);
    const std::string help = fmt::format("see 'scorefield {} --help'", info.name);
    return base::request_error(fmt::format("unknown flag '{}'", flag), std::string(info.name), "no such flag",
                               nearest.empty() ? help : fmt::format("did you mean '--{}'? {}", nearest, help));
}

base::Error missing_value(const std::string& argument) {
    const std::string flag = argument.substr(0, argument.find('='));
    const settings::Setting* setting = settings::find_setting(flag.substr(std::min<std::size_t>(2, flag.size())));
    const std::string form = setting == nullptr ? "a value" : settings::values_text(*setting);
    return base::request_error("missing value", flag, "nothing follows it", "give " + form);
}

void read_option(settings::Request& request, const settings::Setting& setting, const CLI::Option& option) {
    if (option.count() == 0) return;
    const std::string flag = "--" + std::string(setting.name);
    if (option.count() > 1) {
        throw base::request_error("flag given twice", flag, "only one value can be used", "give it once");
    }
    const std::string value = option.results().front();
    if (setting.is_flag() && value != "true") {
        throw base::request_error("bad value '" + value + "'", flag, "the flag takes no value", "use " + flag);
    }
    // A list of flags in one word is a value (of a pane).
    if (value.starts_with("--") && value.find(' ') == std::string::npos) throw missing_value(flag);
    settings::assign(request.settings, setting, value);
    request.given.emplace(setting.name);
}

void require_given(const settings::Request& request) {
    const settings::Settings& settings = request.settings;
    for (const settings::Setting& setting : settings::setting_table()) {
        const bool needless = (setting.name == "out" && settings.stats) || !settings.resume.empty();
        if (!setting.required_by(settings.command) || needless || request.given.contains(setting.name)) continue;
        const std::string name(setting.name);
        throw base::request_error("missing --" + name, std::string(settings::command_info(settings.command).name),
                                  "it is required", "give --" + name + " " + value_name(setting));
    }
}

void require_one_list_of_times(const settings::Request& request) {
    if (request.settings.timesteps.empty()) return;
    for (const settings::Setting& setting : settings::setting_table()) {
        const std::string_view name = setting.name;
        if (!request.given.contains(name) || !settings::is_replaced_by_timesteps(name)) continue;
        throw base::request_error("flags contradict each other", fmt::format("--timesteps and --{}", name),
                                  "the list of timesteps replaces it", fmt::format("leave --{} out", name));
    }
}

void require_one_program(const settings::Request& request) {
    if (request.settings.program.empty()) return;
    for (const std::string& name : request.given) {
        if (!settings::is_replaced_by_program(name)) continue;
        throw base::request_error("flags contradict each other", "--program and --" + name,
                                  "the program already defines it", fmt::format("leave --{} out", name));
    }
}

void require_files_to_score(const settings::Settings& settings) {
    constexpr const char* kCure = "give A.npy B.npy, or A.npy and --data or --target";
    const std::size_t count = settings.files.size();
    if (count == 0) throw base::request_error("missing file", "score", "no sample file is given", kCure);
    const std::size_t references = count - 1 + (settings.data.empty() ? 0 : 1) + (settings.target.empty() ? 0 : 1);
    if (references == 0) throw base::request_error("nothing to compare with", "score", "only one file is given", kCure);
    if (references > 1) {
        throw base::request_error("too much to compare", "score", fmt::format("{} references are given", references),
                                  kCure);
    }
}

void require_study(const settings::Settings& settings) {
    const std::vector<std::string_view> names = study::study_names();
    const std::string cure = "give one of " + base::join(names);
    if (settings.files.empty()) throw base::request_error("missing study", "study", "no name is given", cure);
    if (std::find(names.begin(), names.end(), settings.files[0]) != names.end()) return;
    throw base::request_error("unknown study '" + settings.files[0] + "'", "study", "no such name",
                              base::name_hint(settings.files[0], names));
}

/// `data NAME` is `data --data NAME`.
void read_source_of_data(settings::Settings& settings) {
    constexpr const char* kCure = "give one: NAME, --data NAME or --target NAME";
    const std::size_t sources =
        settings.files.size() + (settings.data.empty() ? 0 : 1) + (settings.target.empty() ? 0 : 1);
    if (sources == 0) throw base::request_error("missing data set", "data", "no name is given", kCure);
    if (sources > 1) {
        throw base::request_error("too many data sets", "data", fmt::format("{} sources are given", sources), kCure);
    }
    if (settings.files.empty()) return;
    settings.data = settings.files[0];
    settings.files.clear();
}

void read_files(settings::Settings& settings, const CLI::Option& files) {
    settings.files = files.results();
    if (settings.command == settings::Command::study) return require_study(settings);
    if (settings.command == settings::Command::data) return read_source_of_data(settings);
    require_files_to_score(settings);
}

/// What --out says; empty if it is not there.
std::string output_of(const Parser& parser) {
    for (const auto& [setting, option] : parser.options) {
        if (setting->name == "out" && option->count() > 0) return option->results().front();
    }
    return {};
}

/// What holds unless a flag or the scene says something else, where this depends on the request: on the study, or on
/// what is rendered. The tiles of a contact sheet are small and square (complete_sheet), and their captions stand below
/// them.
settings::Settings defaults_for(const Parser& parser) {
    settings::Settings settings;
    settings.command = parser.info->command;
    if (settings.command == settings::Command::study && parser.files->count() > 0) {
        const auto named =
            std::ranges::find(study::studies(), parser.files->results().front(), &study::StudyInfo::name);
        if (named != study::studies().end()) settings.train.steps = named->train_steps;
    }
    if (settings.command == settings::Command::render && is_sheet(output_of(parser))) {
        settings.width = 0;
        settings.height = 0;
        settings.captions = false;
        settings.look.overlay = false;
        settings.look.axes = false;
        // Tiles may be of different scales: where the noise is far wider than the data, the camera follows the
        // particles.
        settings.look.scale_bar = true;
    }
    return settings;
}

/// Decides the size of a contact sheet's tiles if one side or both are still open. Panes are square as well.
void complete_sheet(settings::Settings& settings) {
    constexpr std::uint32_t kTile = 420;
    constexpr std::uint32_t kPaneTile = 300;
    const auto panes = static_cast<std::uint32_t>(settings::pane_count(settings));
    if (panes > 1 && settings.width == 0 && settings.height == 0) {
        const std::uint32_t columns = panes == settings::kMostPanes ? 2 : panes;
        settings.width = columns * kPaneTile;
        settings.height = panes / columns * kPaneTile;
    }
    if (settings.width == 0) settings.width = settings.height == 0 ? kTile : settings.height;
    if (settings.height == 0) settings.height = settings.width;
}

/// `view FILE` is `view --scene FILE`.
void read_scene_to_view(settings::Request& request, const Parser& parser) {
    const std::string file = parser.files->results().front();
    if (file.starts_with('-')) throw unexpected(file, *parser.info);
    if (!request.settings.scene.empty()) {
        throw base::request_error("two scenes", "view", "one is given with --scene, the other without", "give one");
    }
    settings::assign(request.settings, *settings::find_setting("scene"), file);
    request.given.emplace("scene");
}

settings::Request read_request(const Parser& parser) {
    settings::Request request = {defaults_for(parser), {}};
    settings::Settings& settings = request.settings;
    const std::vector<std::string> extras = parser.app->remaining();
    if (!extras.empty()) throw unexpected(extras.front(), *parser.info);
    for (const auto& [setting, option] : parser.options) read_option(request, *setting, *option);
    if (settings.command == settings::Command::view && parser.files->count() > 0) {
        read_scene_to_view(request, parser);
    }
    if (!settings.scene.empty()) settings::read_scene(request, settings.scene);
    complete_sheet(settings);
    require_given(request);
    if (settings.out.empty()) settings.out = settings.resume;
    require_one_list_of_times(request);
    require_one_program(request);
    if (parser.files != nullptr && settings.command != settings::Command::view) read_files(settings, *parser.files);
    return request;
}

bool is_command(const std::string& name) {
    const auto all = settings::commands();
    return std::any_of(all.begin(), all.end(), [&](const settings::CommandInfo& info) { return info.name == name; });
}

/// There is one of that name.
const settings::CommandInfo& command_named(const std::string& name) {
    return *std::ranges::find(settings::commands(), name, &settings::CommandInfo::name);
}

/// Help on a topic without a command is that of the default one; `--help COMMAND` is that of the command.
std::vector<std::string> with_command_of_help(const std::vector<std::string>& arguments) {
    const bool asked = arguments.size() > 1 && (arguments[0] == "--help" || arguments[0] == "-h");
    if (!asked) return arguments;
    std::vector<std::string> completed = arguments;
    if (is_command(arguments[1])) {
        std::swap(completed[0], completed[1]);
    } else {
        completed.insert(completed.begin(), std::string(settings::commands().front().name));
    }
    return completed;
}

/// Without a command the arguments are those of `view`.
std::vector<std::string> with_command(const std::vector<std::string>& arguments) {
    std::vector<std::string> completed = arguments;
    if (arguments.empty() || (arguments.front().starts_with('-') && arguments.front() != "--help" &&
                              arguments.front() != "-h" && arguments.front() != "--version")) {
        const auto misplaced = std::find_if(arguments.begin(), arguments.end(), is_command);
        if (misplaced != arguments.end()) {
            throw base::request_error("misplaced command '" + *misplaced + "'", "command line", "flags come before it",
                                      "put the command first");
        }
        completed.insert(completed.begin(), std::string(settings::commands().front().name));
    } else if (!arguments.front().starts_with('-') && !is_command(arguments.front())) {
        throw unknown_command(arguments.front());
    }
    return completed;
}

/// `--target NAME ARGUMENT` of targets that need one, as one value.
std::vector<std::string> with_target_argument(const std::vector<std::string>& arguments) {
    std::vector<std::string> joined;
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        const bool name = i > 0 && arguments[i - 1] == "--target" && i + 1 < arguments.size();
        const auto needs_argument = [&](const diffusion::TargetInfo& info) {
            return info.name == arguments[i] && !info.argument.empty();
        };
        joined.push_back(arguments[i]);
        if (name && std::ranges::any_of(diffusion::targets(), needs_argument) && !arguments[i + 1].starts_with("--")) {
            joined.back() += " " + arguments[++i];
        }
    }
    return joined;
}

}  // namespace

CommandLine parse_command_line(const std::vector<std::string>& arguments) {
    CLI::App main("Scorefield: diffusion models on Vulkan compute, drawn while they run", "scorefield");
    main.set_help_flag("--help,-h", "Print this help");
    main.set_version_flag("--version", "scorefield " SCOREFIELD_VERSION);
    main.require_subcommand(0, 1);
    main.allow_extras();
    main.get_formatter()->column_width(34);
    std::vector<std::string> reversed = with_target_argument(with_command(with_command_of_help(arguments)));
    CommandLine result;
    if (is_command(reversed.front())) {
        if (const std::optional<std::string> topic = help_topic(reversed)) {
            result.text = base::with_flags(help_text(command_named(reversed.front()), *topic, study_named(reversed)));
            return result;
        }
    }
    std::vector<Parser> parsers;
    for (const settings::CommandInfo& info : settings::commands()) {
        parsers.push_back(make_parser(main, info, reversed.front()));
    }
    std::reverse(reversed.begin(), reversed.end());
    try {
        main.parse(reversed);
    } catch (const CLI::CallForHelp&) {
        result.text = base::with_flags(main.help());
    } catch (const CLI::CallForVersion& version) {
        result.text = std::string(version.what()) + "\n";
    } catch (const CLI::ArgumentMismatch&) {
        throw missing_value(arguments.back());
    } catch (const CLI::ParseError& error) {
        throw base::request_error("bad command line", arguments.back(), error.what(), "see 'scorefield --help'");
    }
    if (!result.text.empty()) return result;
    for (const Parser& parser : parsers) {
        if (!parser.app->parsed()) continue;
        // What follows a lone `--` ends up here.
        if (!main.remaining().empty()) throw unexpected(main.remaining().front(), *parser.info);
        static_cast<settings::Request&>(result) = read_request(parser);
    }
    return result;
}

}  // namespace scorefield::cli
