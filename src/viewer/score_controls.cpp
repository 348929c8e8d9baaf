#include "viewer/score_controls.hpp"

#include <fmt/format.h>
#include <imgui.h>

#include <algorithm>
#include <cstdlib>

#include "data/datasets.hpp"
#include "diffusion/prediction.hpp"
#include "diffusion/process.hpp"
#include "diffusion/targets.hpp"
#include "model/model.hpp"
#include "settings/resolve.hpp"
#include "viewer/controls.hpp"
#include "viewer/setting_change.hpp"

namespace scorefield::viewer {
namespace {

namespace fs = std::filesystem;

constexpr const char* kLearned = "learned model";

std::string network_text(const model::Checkpoint& checkpoint) {
    return fmt::format("{}; {}", checkpoint.data, model::size_text(checkpoint.network));
}

/// What the slider of a parameter reaches: up to ten times its default, or to 10 where that is no number.
settings::RealRange range_of(const diffusion::ProcessParameter& parameter) {
    constexpr double kHandy = 10;
    const double preset = std::strtod(diffusion::preset_text(parameter.preset).c_str(), nullptr);
    const double handy = kHandy * (preset > 0 ? preset : 1);
    return {parameter.low, parameter.high, !parameter.with_low, std::min(parameter.high, handy)};
}

/// One parameter of the chosen process, by what this process says of it. True when it has another value; of sliders
/// when they are let go.
bool parameter_control(settings::Settings& settings, const diffusion::ProcessParameter& parameter) {
    settings::Setting setting = *settings::find_setting(fmt::format("process.{}", parameter.name));
    setting.help = parameter.help;
    const std::string preset = diffusion::preset_text(parameter.preset);
    setting.unset = preset;
    if (std::holds_alternative<settings::RealRange>(setting.values)) setting.values = range_of(parameter);
    const bool changed = control(settings, setting, {}, true);
    if (changed || parameter.whole) adjust_dependents(settings, setting.name);
    return changed;
}

/// What an exact target is asked for: what suits it and the sampler, or what the user says.
bool prediction_control(settings::Settings& settings) {
    const settings::Setting& setting = *settings::find_setting("prediction");
    const bool said = settings.prediction.has_value();
    const std::string current(diffusion::prediction_name(settings::exact_prediction(settings)));
    const std::string help =
        help_text(setting) +
        "\n\nAn exact target supports all of them. Automatic: score for langevin, x0 for all other samplers.";
    ImGui::BeginGroup();
    row_label("prediction", help, said);
    bool changed = false;
    const std::string suited = current + " (automatic)";
    if (ImGui::BeginCombo("##prediction", said ? current.c_str() : suited.c_str())) {
        if (ImGui::Selectable("automatic", !said) && said) {
            settings.prediction.reset();
            changed = true;
        }
        for (const std::string_view name : diffusion::kPredictions) {
            const std::string text(name);
            if (!ImGui::Selectable(text.c_str(), said && text == current) || (said && text == current)) continue;
            settings::assign(settings, setting, text);
            changed = true;
        }
        ImGui::EndCombo();
    }
    tooltip(help);
    ImGui::EndGroup();
    return setting_menu(settings, setting) || changed;
}

/// Process and prediction, which nothing here can change.
void fixed_rows(const model::Model& model, const std::string& why) {
    text_row("process", process_text(model.process_settings, *model.process), "The noise process. " + why);
    text_row("prediction", std::string(diffusion::prediction_name(model.parametrisation.prediction)),
             "What the model predicts. " + why);
}

/// True when something has another value.
bool target_controls(settings::Settings& settings, const model::Model& model) {
    bool changed = false;
    if (model.target->name() == "gaussian") {
        changed |= control(settings, "target.variance", {}, true);
        changed |= control(settings, "dim", {}, true);
    }
    if (!settings.program.empty()) {
        fixed_rows(model, "Fixed by the compiled program.");
        return changed;
    }
    changed |= process_controls(settings);
    changed |= prediction_control(settings);
    return changed;
}

}  // namespace

bool process_controls(settings::Settings& settings) {
    bool changed = control(settings, "process");
    if (changed) adjust_dependents(settings, "process");
    const diffusion::ProcessSettings process = settings::process_in_effect(settings);
    for (const diffusion::ProcessParameter& parameter : diffusion::process_parameters(process.name, process.schedule)) {
        if (!parameter_control(settings, parameter)) continue;
        changed = true;
        if (parameter.name == "schedule") break;
    }
    return changed;
}

std::string process_text(const diffusion::ProcessSettings& settings, const diffusion::NoiseProcess& process) {
    if (settings.name != "ddpm") return settings.name;
    return fmt::format("{} {}, T = {}", settings.name, settings.schedule, process.times().highest + 1);
}

ScoreControls::ScoreControls(std::vector<fs::path> models, const settings::Settings& settings, std::string device)
    : models_(std::move(models)),
      device_(std::move(device)),
      selector_(settings::asks_for_host(settings) ? settings::Settings().device : settings.device) {
    if (!models_.empty()) targets_.push_back({"", "A trained score network"});
    for (const diffusion::TargetInfo& info : diffusion::targets()) {
        if (info.argument.empty()) targets_.push_back({std::string(info.name), std::string(info.help)});
    }
    const std::string_view empirical_help = diffusion::target_info("empirical").help;
    for (const data::DatasetInfo& info : data::builtin_datasets()) {
        targets_.push_back({fmt::format("empirical {}", info.name), std::string(empirical_help)});
    }
    if (std::ranges::find(targets_, settings.target, &Choice::target) == targets_.end()) {
        targets_.push_back({settings.target, "The target given at the start"});
    }
}

void ScoreControls::draw(settings::Settings& settings, const session::Scene& scene, Requests& requests) const {
    const model::Model& model = scene.model();
    draw_target(settings, model.in_training, requests);
    if (model.target) {
        requests.score_changed |= target_controls(settings, model);
    } else {
        draw_model(settings, model, requests);
    }
    if (!model.in_training) draw_computes(settings, requests);
}

void ScoreControls::draw_computes(settings::Settings& settings, Requests& requests) const {
    const std::string help =
        "What computes the particles: the Vulkan device, which draws them too, or the host, on all cores of the "
        "processor  (--device)";
    ImGui::BeginGroup();
    row_label("computed on", help, !settings.device.empty());
    const std::string host = "host";
    const bool on_host = settings::asks_for_host(settings);
    if (ImGui::BeginCombo("##computes", on_host ? host.c_str() : device_.c_str())) {
        for (const bool choice : {false, true}) {
            if (!ImGui::Selectable(choice ? host.c_str() : device_.c_str(), choice == on_host) || choice == on_host) {
                continue;
            }
            settings.device = choice ? host : selector_;
            requests.score_changed = true;
        }
        ImGui::EndCombo();
    }
    tooltip(help);
    ImGui::EndGroup();
    if (setting_menu(settings, *settings::find_setting("device"))) requests.score_changed = true;
}

void ScoreControls::draw_target(const settings::Settings& settings, bool training, Requests& requests) const {
    const settings::Setting& setting = *settings::find_setting("target");
    const std::string help = help_text(setting);
    ImGui::BeginGroup();
    row_label("score of", help, !settings.target.empty());
    const char* const chosen_now = settings.target.empty() ? kLearned : settings.target.c_str();
    const char* const current = training ? "network in training" : chosen_now;
    if (ImGui::BeginCombo("##target", current, ImGuiComboFlags_HeightLarge)) {
        for (const Choice& choice : targets_) {
            const bool chosen = !training && choice.target == settings.target;
            const char* const name = choice.target.empty() ? kLearned : choice.target.c_str();
            if (ImGui::Selectable(name, chosen) && !chosen) requests.target = choice.target;
            tooltip(choice.help);
        }
        ImGui::EndCombo();
    }
    tooltip(help);
    ImGui::EndGroup();
    settings::Settings asked = settings;
    if (setting_menu(asked, setting)) requests.target = asked.target;
}

void ScoreControls::draw_model(settings::Settings& settings, const model::Model& model, Requests& requests) const {
    const std::string help = "Score network, from the folder of the current one  (--model)";
    ImGui::BeginGroup();
    row_label("model", help, !settings.model.empty());
    const fs::path chosen = settings.model.empty() ? model.path : fs::path(settings.model);
    const std::string current = model.in_training ? "in training" : chosen.filename().string();
    bool changed = false;
    if (ImGui::BeginCombo("##model", current.c_str())) {
        for (const fs::path& path : models_) {
            const std::string name = path.filename().string();
            if (!ImGui::Selectable(name.c_str(), name == current) || name == current) continue;
            settings.model = path.string();
            changed = true;
        }
        ImGui::EndCombo();
    }
    tooltip(help);
    ImGui::EndGroup();
    changed |= setting_menu(settings, *settings::find_setting("model"));
    if (changed) {
        adjust_dependents(settings, "model");
        requests.score_changed = true;
    }
    const std::string why = "Fixed by the trained network; select an exact target to choose it.";
    text_row("network", network_text(*model.checkpoint),
             "Training data and size of the network, e.g. width × hidden layers.");
    fixed_rows(model, why);
}

}  // namespace scorefield::viewer
