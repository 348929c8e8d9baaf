#include "settings/training_record.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/error.hpp"
#include "settings/command_text.hpp"
#include "train/train.hpp"

namespace scorefield::settings {
namespace {

constexpr std::string_view kPrefix = "setting.";
constexpr std::string_view kStepsSetting = "train.steps";

/// Whether the weights after some steps depend on the setting. On the device they do in their last bits: that is said,
/// not refused.
bool determines_weights(const Setting& setting) {
    constexpr std::array<std::string_view, 11> kOthers = {
        "train.save_every", "train.keep_state", "log",  "resume", "out",
        "device",           "validation",       "json", "quiet",  "trace",
        "trace.frames"};
    return setting.taken_by(Command::train) && std::ranges::find(kOthers, setting.name) == kOthers.end();
}

std::string record_key(const Setting& setting) {
    return std::string(kPrefix) + std::string(setting.name);
}

std::string found_or_empty(const std::map<std::string, std::string>& record, const std::string& key) {
    const auto found = record.find(key);
    return found == record.end() ? "" : found->second;
}

void require_resumable(const Settings& settings, const model::Checkpoint& checkpoint) {
    if (!checkpoint.state) {
        throw base::request_error("nothing to resume", "`resume` " + settings.resume,
                                  "the model file has no training state", "train with `train.keep_state` on");
    }
    for (const auto& [key, value] : checkpoint.training) {
        if (!key.starts_with(kPrefix)) continue;
        const Setting* setting = find_setting(key.substr(kPrefix.size()));
        if (setting != nullptr && determines_weights(*setting)) continue;
        throw base::request_error("cannot resume", "`resume` " + settings.resume,
                                  fmt::format("its training has an unknown setting '{}'", key),
                                  "resume it with the version of Scorefield that started it");
    }
}

void require_no_contradiction(const Settings& settings, const Setting& setting, const std::string& recorded) {
    const std::string said = value_text(settings, setting);
    if (said == recorded) return;
    throw base::request_error(fmt::format("{} contradicts the training", setting.name),
                              "`" + std::string(setting.name) + "`",
                              fmt::format("{} was started {}, not with {}", settings.resume,
                                          recorded.empty() ? "without it" : "with " + recorded, said),
                              fmt::format("leave `{}` out, or start a new training", setting.name));
}

void require_more_steps(const Settings& settings, std::uint64_t done) {
    if (settings.train.steps >= done) return;
    throw base::request_error(
        "steps already done", "`train.steps`",
        fmt::format("{} has done {} steps, more than {}", settings.resume, done, settings.train.steps),
        "give more, or leave it out");
}

}  // namespace

std::map<std::string, std::string> training_record(const Settings& settings, const std::string& device) {
    std::map<std::string, std::string> record = {{"device", device}};
    for (const Setting& setting : setting_table()) {
        if (!determines_weights(setting)) continue;
        const std::string value = value_text(settings, setting);
        if (!value.empty()) record[record_key(setting)] = value;
    }
    return record;
}

std::string recorded_device(const model::Checkpoint& checkpoint) {
    return found_or_empty(checkpoint.training, "device");
}

std::string resume_command(const Settings& settings) {
    Settings next = settings;
    next.resume = settings.out;
    std::string command = "scorefield train" + flag_text(next, *find_setting("resume"));
    for (const Setting& setting : setting_table()) {
        const bool kept = determines_weights(setting) || setting.name == "resume" || setting.name == "out";
        // It would take the place of the one that shows what was interrupted.
        if (setting.name.starts_with("trace")) continue;
        if (kept || !setting.taken_by(Command::train) || !differs_from_default(settings, setting)) continue;
        command += flag_text(settings, setting);
    }
    return command;
}

Settings resumed_settings(const Request& request, const model::Checkpoint& checkpoint) {
    const Settings& settings = request.settings;
    require_resumable(settings, checkpoint);
    Settings resumed = settings;
    for (const Setting& setting : setting_table()) {
        if (!determines_weights(setting)) continue;
        const bool said = request.given.contains(setting.name);
        std::string recorded = found_or_empty(checkpoint.training, record_key(setting));
        // Trainings of before this setting knew nothing else.
        if (recorded.empty() && setting.name == "data.scaling") recorded = "common";
        if (said && setting.name != kStepsSetting) require_no_contradiction(settings, setting, recorded);
        if (!said && !recorded.empty()) assign(resumed, setting, recorded);
    }
    require_more_steps(resumed, train::resumed_steps(checkpoint));
    return resumed;
}

}  // namespace scorefield::settings
