#include "viewer/setting_change.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <string>
#include <variant>

#include "diffusion/process.hpp"
#include "diffusion/spacing.hpp"
#include "settings/resolve.hpp"
#include "settings/training_settings.hpp"

namespace scorefield::viewer {
namespace {

constexpr std::string_view kSamplerPrefix = "sampler.";
constexpr std::string_view kProcessPrefix = "process.";

/// The parameters of a process are real numbers in the table, but some of them count.
void round_if_whole(settings::Settings& settings, std::string_view changed) {
    const diffusion::ProcessSettings process = settings::process_in_effect(settings);
    for (const diffusion::ProcessParameter& parameter : diffusion::process_parameters(process.name, process.schedule)) {
        if (!parameter.whole || parameter.name != changed.substr(kProcessPrefix.size())) continue;
        const settings::Slot slot = settings::find_setting(changed)->slot(settings);
        std::optional<double>& number = *std::get<std::optional<double>*>(slot);
        if (number) number = std::round(*number);
    }
}

/// Without an objective, the prediction or the process would choose it: they are unset too.
void follow_objective(settings::Settings& plan) {
    plan.prediction.reset();
    plan.process = settings::Settings().process;
    plan = settings::with_decisions(plan, settings::train_spec(plan));
}

}  // namespace

bool is_of_training(const settings::Setting& setting) {
    return setting.group == "Training" && setting.taken_by(settings::Command::train);
}

bool is_of_start(const settings::Setting& setting) {
    constexpr std::array<std::string_view, 5> kNames = {"width", "height", "validation", "trace.frames", "chunk"};
    return setting.is_written() || std::ranges::find(kNames, setting.name) != kNames.end();
}

std::vector<std::string_view> values_to_choose(const settings::Setting& setting) {
    if (const auto* const choices = std::get_if<settings::Choices>(&setting.values)) return choices->names;
    if (std::holds_alternative<settings::Toggle>(setting.values)) return {"on", "off"};
    if (setting.name == "device") return {"auto", "host"};  // the device that draws stays
    return {};
}

std::string plain_number(std::string text) {
    constexpr std::string_view kMinus = "−";
    for (std::size_t at = text.find(kMinus); at != std::string::npos; at = text.find(kMinus)) {
        text.replace(at, kMinus.size(), "-");
    }
    const std::size_t first = text.find_first_not_of(" \t");
    if (first == std::string::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

void adjust_dependents(settings::Settings& settings, std::string_view changed) {
    if (changed == "sampler") {
        settings.sampler = diffusion::without_unused(settings.sampler);
    } else if (changed.starts_with(kSamplerPrefix)) {
        settings.sampler = diffusion::drop_ineffective(settings.sampler, changed.substr(kSamplerPrefix.size()));
    } else if (changed == "spacing") {
        const bool is_automatic = settings.spacing.name == diffusion::kAutomatic;
        settings.spacing = is_automatic ? settings::Settings().spacing : diffusion::without_unused(settings.spacing);
    } else if (changed == "process") {
        settings::set_process(settings, {.name = settings.process.name, .schedule = ""});
    } else if (changed == "process.schedule") {
        const std::string name = settings::process_in_effect(settings).name;
        settings::set_process(settings, {.name = name, .schedule = settings.process.schedule});
    } else if (changed.starts_with(kProcessPrefix) && changed != diffusion::spacing_flag("rho")) {
        round_if_whole(settings, changed);
    } else if (changed == "model") {
        settings.target.clear();
        settings.target_variance.reset();
        settings::leave_to_network(settings);
    } else if (changed == "objective") {
        follow_objective(settings);
    }
}

}  // namespace scorefield::viewer
