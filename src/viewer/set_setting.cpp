#include "viewer/set_setting.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "viewer/score_choice.hpp"
#include "viewer/setting_change.hpp"

namespace scorefield::viewer {
namespace {

bool has_same_run(const settings::Settings& a, const settings::Settings& b) {
    return std::ranges::all_of(settings::setting_table(), [&](const settings::Setting& setting) {
        const bool is_of_run = setting.group == "Sampler" || setting.group == "Particles";
        return !is_of_run || settings::same_value(a, b, setting);
    });
}

/// A program and a list of timesteps take the place of other settings, until one of these is chosen.
void drop_replacements(settings::Settings& settings, std::string_view changed) {
    if (settings::is_replaced_by_program(changed)) settings.program.clear();
    if (changed != "timesteps" && settings::is_replaced_by_timesteps(changed)) settings.timesteps.clear();
}

}  // namespace

bool set_setting(Context& context, const settings::Setting& setting, const std::optional<std::string>& text) {
    const bool is_number = std::holds_alternative<settings::IntegerRange>(setting.values) ||
                           std::holds_alternative<settings::RealRange>(setting.values);
    settings::Settings& settings = is_of_training(setting) ? context.training.plan : context.settings;
    const settings::Settings before = context.settings;
    settings::Settings changed = settings;
    try {
        if (text) {
            settings::assign(changed, setting, is_number ? plain_number(*text) : *text);
        } else {
            settings::reset(changed, setting);
        }
        drop_replacements(changed, setting.name);
        adjust_dependents(changed, setting.name);
    } catch (const base::Error& error) {
        context.messages.add({MessageKind::error, error.what()}, "field");
        return false;
    }
    if (setting.name == "target") {
        context.requests.target = changed.target;
    } else if (setting.name == "scene") {
        if (text) context.requests.open_scene = *text;
    } else {
        settings = changed;
        if (setting.name == "device" && text == "auto") settings.device.clear();
        request_restart(before, context);
    }
    return true;
}

void request_restart(const settings::Settings& before, Context& context) {
    context.requests.score_changed |= ScoreChoice(before) != ScoreChoice(context.settings);
    context.requests.run_changed |= !has_same_run(before, context.settings);
}

}  // namespace scorefield::viewer
