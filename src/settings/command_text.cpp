#include "settings/command_text.hpp"

#include <string_view>

namespace scorefield::settings {
namespace {

/// As a shell reads it as one word.
std::string quoted(const std::string& text) {
    constexpr std::string_view kPlain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./-+,:=@%";
    if (!text.empty() && text.find_first_not_of(kPlain) == std::string::npos) return text;
    std::string word = "'";
    for (const char letter : text) word += letter == '\'' ? std::string("'\\''") : std::string(1, letter);
    return word + "'";
}

/// Another setting, or the network, stands in the place of this one.
bool is_replaced(const Settings& settings, std::string_view name) {
    const bool of_network = settings.target.empty() && settings.command != Command::train &&
                            (!compiles_only(settings.command) || !settings.model.empty());
    const bool of_score = name == "prediction" || name.substr(0, name.find('.')) == "process";
    if (of_network && of_score && name != "process.rho") return true;
    if (!settings.program.empty() && is_replaced_by_program(name)) return true;
    return !settings.timesteps.empty() && is_replaced_by_timesteps(name);
}

/// Not a part of what is shown: the scene, whose settings are spelled out, as they may have changed since; the window's
/// look; and what the viewer writes, which a second run would replace.
bool is_left_out(const Settings& settings, const Setting& setting) {
    const bool is_written_by_viewer = setting.is_written() || setting.name == "trace.frames";
    const bool is_of_window = setting.group == "Window";
    return setting.name == "scene" || (settings.command == Command::view && (is_written_by_viewer || is_of_window));
}

std::string command_of(const Settings& settings, const std::vector<const Setting*>& said) {
    std::string command = "scorefield";
    if (settings.command != commands().front().command)
        command += " " + std::string(command_info(settings.command).name);
    for (const std::string& file : settings.files) command += " " + quoted(file);
    for (const Setting* const setting : said) {
        if (!is_left_out(settings, *setting)) command += flag_text(settings, *setting);
    }
    return command;
}

}  // namespace

std::vector<const Setting*> shortest(const Settings& settings) {
    std::vector<const Setting*> all;
    for (const Setting& setting : setting_table()) {
        const bool said = setting.taken_by(settings.command) && differs_from_default(settings, setting);
        if (said && !is_replaced(settings, setting.name)) all.push_back(&setting);
    }
    return all;
}

std::string flag_text(const Settings& settings, const Setting& setting) {
    const std::string value = value_text(settings, setting);
    if (value.empty() || (setting.is_flag() && value == "off")) return "";
    return " --" + std::string(setting.name) + (setting.is_flag() ? "" : " " + quoted(value));
}

std::vector<const Setting*> given_settings(const Request& request) {
    std::vector<const Setting*> all;
    for (const Setting& setting : setting_table()) {
        if (setting.taken_by(request.settings.command) && request.given.contains(setting.name)) all.push_back(&setting);
    }
    return all;
}

std::string command_text(const Settings& settings) {
    return command_of(settings, shortest(settings));
}

std::string command_text(const Request& request) {
    return command_of(request.settings, given_settings(request));
}

}  // namespace scorefield::settings
