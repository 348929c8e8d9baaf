#include "cli/help.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "base/error.hpp"
#include "base/names.hpp"
#include "base/text.hpp"
#include "diffusion/process.hpp"
#include "diffusion/sampler.hpp"
#include "study/studies.hpp"

namespace scorefield::cli {
namespace {

using settings::Command;
using settings::Setting;

constexpr std::size_t kWidth = 100;
constexpr std::size_t kColumn = 32;  ///< where the meanings of settings begin
constexpr std::string_view kAll = "all";

/// `  --NAME VALUE` and its meaning beside it, from the column `indent` on.
std::string row(const std::string& left, const std::string& meaning, std::size_t indent = kColumn) {
    std::string text = "  " + left;
    std::size_t column = base::characters(text);
    if (column + 2 > indent) {
        text += "\n";
        column = 0;
    }
    text += std::string(indent - column, ' ');
    column = indent;
    std::size_t begin = 0;
    while (begin < meaning.size()) {
        const std::size_t end = std::min(meaning.find(' ', begin), meaning.size());
        const std::string word = meaning.substr(begin, end - begin);
        if (column > indent && column + 1 + base::characters(word) > kWidth) {
            text += "\n" + std::string(indent, ' ');
            column = indent;
        }
        if (column > indent) {
            text += " ";
            ++column;
        }
        text += word;
        column += base::characters(word);
        begin = end + 1;
    }
    return text + "\n";
}

std::string flag_and_value(const Setting& setting) {
    return "--" + std::string(setting.name) + (setting.is_flag() ? "" : " " + value_name(setting));
}

/// What holds where the setting is not given; empty: nothing to say.
std::string default_of(const Setting& setting, Command command, std::string_view study) {
    if (command == Command::study && !setting.is_flag()) {
        std::string preset = study::study_preset(setting.name, study);
        if (!preset.empty()) return preset;
    }
    return settings::default_text(setting);
}

/// The first clause, for an overview.
std::string brief(const Setting& setting, Command command, std::string_view study) {
    constexpr std::size_t kMost = kWidth - kColumn - 12;  // beside " (default )", one line
    std::string help(settings::help_for(setting, command));
    for (const std::string_view end : {". ", ": ", "; ", " ("}) help = help.substr(0, help.find(end));
    if (help.ends_with(',')) help.pop_back();
    if (setting.required_by(command)) return help + " (required)";
    const std::string standard = default_of(setting, command, study);
    if (standard.empty() || standard == "none" || standard == study::kNotUsed) return help;
    if (base::characters(help) + base::characters(standard) > kMost) return help;
    return fmt::format("{} (default {})", help, standard);
}

/// The settings of the command for which `wanted` holds, under the headings of their groups.
std::string rows(Command command, const std::function<bool(const Setting&)>& wanted,
                 const std::function<std::string(const Setting&)>& meaning) {
    std::string text;
    std::string_view group;
    for (const Setting& setting : settings::setting_table()) {
        if (!setting.taken_by(command) || !wanted(setting)) continue;
        if (setting.group != group) text += fmt::format("\n{}:\n", setting.group);
        group = setting.group;
        text += row(flag_and_value(setting), meaning(setting));
    }
    return text;
}

std::vector<std::string> groups_of(Command command) {
    std::vector<std::string> groups;
    for (const Setting& setting : settings::setting_table()) {
        const std::string group = base::lower_case(std::string(setting.group));
        if (setting.taken_by(command) && std::ranges::find(groups, group) == groups.end()) groups.push_back(group);
    }
    return groups;
}

bool takes(Command command, std::string_view name) {
    return settings::find_setting(name)->taken_by(command);
}

/// The parameters of one sampler, as it means them.
std::string sampler_rows(const diffusion::SamplerInfo& info) {
    std::string text = fmt::format("\nSampler {}: {}\n", info.name, info.help);
    if (!info.caveat.empty()) text += fmt::format("Caveat: {}\n", info.caveat);
    for (const diffusion::SamplerParameter& parameter : info.parameters) {
        const Setting& setting = *settings::find_setting(fmt::format("sampler.{}", parameter.name));
        text += row(flag_and_value(setting),
                    fmt::format("{} (default {})", parameter.help, diffusion::preset_text(parameter)));
    }
    if (info.parameters.empty()) text += "It has no parameters of its own.\n";
    return text;
}

/// The parameters of one process, as it means them.
std::string process_rows(const diffusion::ProcessInfo& info) {
    std::string text = fmt::format("\nProcess {}: {}\n", info.name, info.help);
    const std::string schedule = diffusion::ProcessSettings{}.schedule;
    for (const diffusion::ProcessParameter& parameter : diffusion::process_parameters(info.name, schedule)) {
        const Setting& setting = *settings::find_setting(fmt::format("process.{}", parameter.name));
        text += row(flag_and_value(setting),
                    fmt::format("{} (default {})", parameter.help, diffusion::preset_text(parameter.preset)));
    }
    return text;
}

std::string usage(const settings::CommandInfo& info) {
    std::string places;
    if (info.command == Command::view) places = " [SCENE]";
    if (info.command == Command::score) places = " A.npy [B.npy]";
    if (info.command == Command::study) places = " NAME";
    if (info.command == Command::data) places = " [NAME]";
    return fmt::format("{}\nUsage: scorefield {}{} [OPTIONS]\n", info.help, info.name, places);
}

/// What follows one screen of help.
std::string more(const settings::CommandInfo& info) {
    const std::vector<std::string> groups = groups_of(info.command);
    std::string topics = base::join(std::vector<std::string_view>(groups.begin(), groups.end()));
    if (takes(info.command, "sampler")) topics += ", a sampler";
    if (takes(info.command, "process")) topics += ", a process";
    return fmt::format("\nMore: scorefield {0} --help TOPIC, scorefield {0} --help all\nTOPIC: {1}, a setting\n",
                       info.name, topics);
}

std::string names_of_studies() {
    constexpr std::size_t kBesideNames = 14;
    std::string text = "\nStudies:\n";
    for (const study::StudyInfo& info : study::studies()) {
        text += row(std::string(info.name), std::string(info.help), kBesideNames);
    }
    return text;
}

base::Error unknown_topic(const settings::CommandInfo& info, const std::string& topic) {
    const std::vector<std::string> groups = groups_of(info.command);
    const std::vector<std::string_view> topics(groups.begin(), groups.end());
    std::vector<std::string_view> names = topics;
    names.push_back(kAll);
    if (takes(info.command, "sampler")) {
        for (const diffusion::SamplerInfo& sampler : diffusion::samplers()) names.push_back(sampler.name);
    }
    if (takes(info.command, "process")) {
        for (const diffusion::ProcessInfo& process : diffusion::processes()) names.push_back(process.name);
    }
    for (const Setting& setting : settings::setting_table()) {
        if (setting.taken_by(info.command)) names.push_back(setting.name);
    }
    const std::string nearest = base::nearest_path(topic, names);
    return base::request_error("no help on '" + base::shown(topic) + "'", std::string(info.name), "no such topic",
                               (nearest.empty() ? "" : fmt::format("did you mean '{}'? ", nearest)) +
                                   fmt::format("give one of {}, or all", base::join(topics)));
}

}  // namespace

std::string value_name(const Setting& setting) {
    if (const settings::Text* text = std::get_if<settings::Text>(&setting.values)) return std::string(text->form);
    if (std::holds_alternative<settings::IntegerRange>(setting.values)) return "N";
    if (std::holds_alternative<settings::RealRange>(setting.values)) return "R";
    return "NAME";
}

std::string help_of(const Setting& setting, Command command, std::string_view study) {
    std::string help(settings::help_for(setting, command));
    if (setting.is_flag()) return help;
    std::string range = settings::values_text(setting);
    if (std::holds_alternative<settings::Text>(setting.values)) range.clear();
    const std::string standard = default_of(setting, command, study);
    if (standard == study::kNotUsed) return help + " (not used by this study)";
    if (setting.required_by(command)) {
        help += " (required)";
    } else if (!range.empty()) {
        help += fmt::format(" ({}; default {})", range, standard);
    } else if (!standard.empty()) {
        help += fmt::format(" (default {})", standard);
    }
    return help;
}

std::optional<std::string> help_topic(const std::vector<std::string>& arguments) {
    const auto asked = std::ranges::find_if(arguments, [](const std::string& argument) {
        return argument == "--help" || argument == "-h" || argument.starts_with("--help=");
    });
    if (asked == arguments.end()) return std::nullopt;
    if (asked->starts_with("--help=")) return asked->substr(asked->find('=') + 1);
    const auto next = asked + 1;
    if (next == arguments.end() || next->starts_with('-')) return "";
    const std::vector<std::string_view> studies = study::study_names();
    return std::ranges::find(studies, *next) == studies.end() ? *next : "";
}

std::string help_text(const settings::CommandInfo& info, const std::string& topic, std::string_view study) {
    const Command command = info.command;
    const auto full = [&](const Setting& setting) { return help_of(setting, command, study); };
    if (topic.empty()) {
        const auto plain = [&](const Setting& setting) {
            const bool of_training = setting.name.starts_with("train.") || setting.name.starts_with("network.");
            const bool plain_name = setting.name.find('.') == std::string_view::npos;
            return !setting.is_detail && (plain_name || (command == Command::train && of_training));
        };
        const auto overview = [&](const Setting& setting) { return brief(setting, command, study); };
        return usage(info) + (command == Command::study ? names_of_studies() : "") + rows(command, plain, overview) +
               more(info);
    }
    if (topic == kAll)
        return usage(info) + rows(
                                 command, [](const Setting&) { return true; }, full);
    std::string text;
    const std::string wanted = base::lower_case(topic);
    text += rows(
        command, [&](const Setting& setting) { return base::lower_case(std::string(setting.group)) == wanted; }, full);
    if (text.empty() && takes(command, "sampler")) {
        for (const diffusion::SamplerInfo& sampler : diffusion::samplers()) {
            if (sampler.name == wanted) text += sampler_rows(sampler);
        }
    }
    if (takes(command, "process")) {
        for (const diffusion::ProcessInfo& process : diffusion::processes()) {
            if (process.name == wanted) text += process_rows(process);
        }
    }
    const std::string name = topic.starts_with("--") ? topic.substr(2) : topic;
    if (text.empty())
        text += rows(
            command, [&](const Setting& setting) { return setting.name == name; }, full);
    if (text.empty()) throw unknown_topic(info, topic);
    return text.substr(1);
}

}  // namespace scorefield::cli
