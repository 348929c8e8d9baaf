#include "settings/process_settings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <string>

#include "base/names.hpp"
#include "diffusion/automatic_spacing.hpp"
#include "diffusion/spacing.hpp"
#include "settings/texts.hpp"

namespace scorefield::settings {
namespace {

using diffusion::ProcessParameter;

/// What takes a parameter, and how.
struct Taker {
    std::string name;  ///< `vp`; of ddpm with the schedules, `ddpm linear/sigmoid`
    ProcessParameter parameter;
    std::string preset;
};

std::vector<Taker> takers(std::string_view name) {
    std::vector<Taker> all;
    for (const diffusion::ProcessInfo& info : diffusion::processes()) {
        const bool scheduled = info.name == "ddpm";
        for (const std::string_view schedule : diffusion::kBetaSchedules) {
            for (const ProcessParameter& parameter : diffusion::process_parameters(info.name, schedule)) {
                if (parameter.name != name) continue;
                const std::string preset = diffusion::preset_text(parameter.preset);
                const auto same = std::ranges::find_if(all, [&](const Taker& taker) {
                    return taker.name.starts_with(info.name) && taker.preset == preset;
                });
                if (same == all.end()) {
                    all.push_back(
                        {std::string(info.name) + (scheduled ? " " + std::string(schedule) : ""), parameter, preset});
                } else if (scheduled) {
                    same->name += "/" + std::string(schedule);
                }
            }
        }
    }
    return all;
}

/// `Smallest sigma (ve 0.01, edm 0.002)`: what the parameter is, in the order of the processes, with its defaults.
std::string_view help_of(const std::vector<Taker>& all) {
    std::string text;
    std::string_view help;
    for (const Taker& taker : all) {
        const bool same = taker.parameter.help == help;
        if (!same) text += fmt::format("{}{} (", text.empty() ? "" : "); ", taker.parameter.help);
        text += fmt::format("{}{} {}", same ? ", " : "", taker.name, taker.preset);
        help = taker.parameter.help;
    }
    return kept(text + ")");
}

/// All that any process takes.
RealRange range_of(const std::vector<Taker>& all) {
    RealRange range = {all.front().parameter.low, all.front().parameter.high, true};
    for (const Taker& taker : all) {
        range.low = std::min(range.low, taker.parameter.low);
        range.high = std::max(range.high, taker.parameter.high);
    }
    range.open_low = std::ranges::none_of(
        all, [&](const Taker& taker) { return taker.parameter.low == range.low && taker.parameter.with_low; });
    return range;
}

/// The default, where all have the same.
std::string_view preset_of(const std::vector<Taker>& all) {
    const std::string& preset = all.front().preset;
    const bool one = std::ranges::all_of(all, [&](const Taker& taker) { return taker.preset == preset; });
    return one ? kept(preset) : "depends on the process";
}

using Place = Slot (*)(Settings&);

void add_number(std::vector<Setting>& table, std::uint32_t commands, std::string_view flag, Place slot) {
    const std::vector<Taker> all = takers(flag.substr(flag.find('.') + 1));
    table.push_back({flag, "Model", range_of(all), "", help_of(all), commands, slot, preset_of(all)});
}

std::string_view process_help() {
    std::string text = "Noise process:";
    for (const diffusion::ProcessInfo& info : diffusion::processes()) {
        text += fmt::format("{} {}: {}", text.ends_with(':') ? "" : ";", info.name, info.help);
    }
    return kept(std::move(text));
}

/// What the spacings that take the parameter say of it: `How densely … (karras)`.
const diffusion::SpacingParameter& spacing_parameter(std::string_view name, std::vector<std::string_view>& takers) {
    const diffusion::SpacingParameter* found = nullptr;
    for (const diffusion::SpacingInfo& info : diffusion::spacings()) {
        const auto taken = std::ranges::find(info.parameters, name, &diffusion::SpacingParameter::name);
        if (taken == info.parameters.end()) continue;
        found = &*taken;
        takers.push_back(info.name);
    }
    return *found;
}

void add_spacing_parameter(std::vector<Setting>& table, std::uint32_t commands, std::string_view flag, Place slot,
                           double slider_max) {
    const std::string_view name = flag.substr(flag.find('.') + 1);
    std::vector<std::string_view> takers;
    const diffusion::SpacingParameter& parameter = spacing_parameter(name, takers);
    const bool all = takers.size() == diffusion::spacings().size();
    std::string help = std::string(parameter.help) + (all ? "" : " (" + base::join(takers) + ")");
    help.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(help.front())));
    table.push_back({flag, "Sampler", setting_values(diffusion::spacing_parameter_values(name), slot, slider_max), "",
                     kept(std::move(help)), commands, slot, kept(diffusion::preset_text(parameter.preset))});
}

}  // namespace

void add_process_settings(std::vector<Setting>& table, std::uint32_t commands) {
    Choices names;
    for (const diffusion::ProcessInfo& info : diffusion::processes()) names.names.push_back(info.name);
    table.push_back({"process", "Model", names, "", process_help(), commands,
                     [](Settings& s) -> Slot { return &s.process.name; }, kept(diffusion::ProcessSettings{}.name)});
    table.push_back({"process.schedule", "Model", choices(diffusion::kBetaSchedules), "", "β schedule (ddpm)", commands,
                     [](Settings& s) -> Slot { return &s.process.schedule; },
                     kept(diffusion::ProcessSettings{}.schedule)});
    table.push_back({"process.zero_snr", "Model", Toggle{}, "", "Rescale to zero terminal SNR (ddpm)", commands,
                     [](Settings& s) -> Slot { return &s.process.zero_snr; }, "off"});
    const auto add = [&](std::string_view flag, Place slot) { add_number(table, commands, flag, slot); };
    add("process.T", [](Settings& s) -> Slot { return &s.process.horizon; });
    add("process.beta_start", [](Settings& s) -> Slot { return &s.process.beta_start; });
    add("process.beta_end", [](Settings& s) -> Slot { return &s.process.beta_end; });
    add("process.beta_min", [](Settings& s) -> Slot { return &s.process.beta_min; });
    add("process.beta_max", [](Settings& s) -> Slot { return &s.process.beta_max; });
    add("process.sigma_min", [](Settings& s) -> Slot { return &s.process.sigma_min; });
    add("process.sigma_max", [](Settings& s) -> Slot { return &s.process.sigma_max; });
    add("process.sigma_data", [](Settings& s) -> Slot { return &s.process.sigma_data; });
    add("process.beta", [](Settings& s) -> Slot { return &s.process.beta; });
    add("process.s", [](Settings& s) -> Slot { return &s.process.s; });
    add("process.t_min", [](Settings& s) -> Slot { return &s.process.t_min; });
}

void add_spacing_settings(std::vector<Setting>& table, std::uint32_t commands, std::uint32_t with_lists) {
    Choices names;
    names.names.push_back(diffusion::kAutomatic);
    for (const std::string_view name : diffusion::kSpacings) names.names.push_back(name);
    table.push_back({"spacing", "Sampler", names, "",
                     kept("Timestep spacing. auto: " + diffusion::spacing_rules_text() + "; auto starts at " +
                          diffusion::first_level_text() + ", and is even if `steps` covers every timestep"),
                     commands, [](Settings& s) -> Slot { return &s.spacing.name; }});
    const auto add = [&](std::string_view flag, Place slot, double slider_max) {
        add_spacing_parameter(table, commands | with_lists, flag, slot, slider_max);
    };
    add(
        "spacing.final", [](Settings& s) -> Slot { return &s.spacing.final; }, 0);
    add(
        "spacing.offset", [](Settings& s) -> Slot { return &s.spacing.offset; }, 10);
    add(
        "process.rho", [](Settings& s) -> Slot { return &s.spacing.rho; }, 10);
    add(
        "spacing.beta_alpha", [](Settings& s) -> Slot { return &s.spacing.beta_alpha; }, 2);
    add(
        "spacing.beta_beta", [](Settings& s) -> Slot { return &s.spacing.beta_beta; }, 2);
}

}  // namespace scorefield::settings
