#include "viewer/panel.hpp"

#include <fmt/format.h>
#include <imgui.h>

#include <variant>

#include "base/text.hpp"
#include "settings/resolve.hpp"
#include "viewer/controls.hpp"

namespace scorefield::viewer {
namespace {

constexpr ImGuiWindowFlags kFixed = ImGuiWindowFlags_NoTitleBar | ImGuiWindowFlags_NoResize | ImGuiWindowFlags_NoMove |
                                    ImGuiWindowFlags_NoCollapse | ImGuiWindowFlags_NoSavedSettings |
                                    ImGuiWindowFlags_NoBringToFrontOnFocus;

bool button(const char* label, float width, const char* help) {
    const bool pressed = ImGui::Button(label, {width, 0});
    tooltip(help);
    return pressed;
}

/// The heading of a part of the panel, which folds it. True while it is open.
bool section(const char* name) {
    ImGui::Spacing();
    ImGui::PushStyleColor(ImGuiCol_Text, ImGui::GetStyleColorVec4(ImGuiCol_TextDisabled));
    const bool open = ImGui::TreeNodeEx(
        name, ImGuiTreeNodeFlags_DefaultOpen | ImGuiTreeNodeFlags_NoTreePushOnOpen | ImGuiTreeNodeFlags_SpanAvailWidth);
    ImGui::PopStyleColor();
    tooltip("Click to collapse or expand.");
    ImGui::Separator();
    return open;
}

/// The spacing: what suits the model and the sampler, or what the user says. True when it is another one.
bool spacing_control(settings::Settings& settings, const model::Model& model) {
    const settings::Setting& setting = *settings::find_setting("spacing");
    const bool said = settings.spacing.name != diffusion::kAutomatic;
    const std::string current = settings::spacing_in_effect(settings, model).name;
    const std::string help = help_text(setting);
    row_label("spacing", help);
    bool changed = false;
    const std::string suited = current + " (automatic)";
    if (ImGui::BeginCombo("##spacing", said ? current.c_str() : suited.c_str(), ImGuiComboFlags_HeightLarge)) {
        if (ImGui::Selectable("automatic", !said) && said) {
            settings.spacing = settings::Settings().spacing;
            changed = true;
        }
        for (const std::string_view name : diffusion::kSpacings) {
            const std::string text(name);
            if (!ImGui::Selectable(text.c_str(), said && text == current) || (said && text == current)) continue;
            settings::assign(settings, setting, text);
            settings.spacing = diffusion::without_unused(settings.spacing);
            changed = true;
        }
        ImGui::EndCombo();
    }
    tooltip(help);
    return changed;
}

/// The spacing and its parameters. True when one has another value.
bool spacing_controls(settings::Settings& settings, const model::Model& model) {
    bool changed = spacing_control(settings, model);
    const std::string current = settings::spacing_in_effect(settings, model).name;
    for (const diffusion::SpacingInfo& info : diffusion::spacings()) {
        if (info.name != current) continue;
        for (const diffusion::SpacingParameter& parameter : info.parameters) {
            changed |= control(settings, diffusion::spacing_flag(parameter.name));
        }
    }
    return changed;
}

/// Which noise levels are visited. True when one has another value.
bool time_grid_controls(settings::Settings& settings, const model::Model& model) {
    if (settings.timesteps.empty()) {
        const bool changed = control(settings, "steps", {}, true);
        // It stays at one noise level.
        if (settings.sampler.name == "langevin") return changed;
        return spacing_controls(settings, model) || changed;
    }
    row_label("timesteps", "The list of timesteps given on the command line  (--timesteps)");
    ImGui::TextUnformatted(settings.timesteps.c_str());
    return false;
}

std::string sampler_flag(const diffusion::SamplerParameter& parameter) {
    return "sampler." + std::string(parameter.name);
}

/// Forgets the sampler's parameters that the others leave without effect, but for `kept`.
void drop_ineffective(settings::Settings& settings, std::string_view kept) {
    for (const diffusion::SamplerParameter& parameter : diffusion::sampler_info(settings.sampler.name).parameters) {
        if (parameter.name == kept || diffusion::has_effect(settings.sampler, parameter.name)) continue;
        const auto forget = [](auto* value) {
            if constexpr (requires { value->reset(); }) value->reset();
        };
        std::visit(forget, settings::find_setting(sampler_flag(parameter))->slot(settings));
    }
}

/// Which sampler, and what it takes. True when one has another value; of sliders when they are let go, for some
/// samplers are tried on particles before they run.
bool sampler_controls(settings::Settings& settings, const model::Model& model) {
    bool changed = control(settings, "sampler");
    if (changed) settings.sampler = diffusion::without_unused(settings.sampler);
    changed |= time_grid_controls(settings, model);
    for (const diffusion::SamplerParameter& parameter : diffusion::sampler_info(settings.sampler.name).parameters) {
        if (!diffusion::has_effect(settings.sampler, parameter.name)) continue;
        if (!control(settings, sampler_flag(parameter), {}, true)) continue;
        drop_ineffective(settings, parameter.name);
        changed = true;
    }
    return changed;
}

/// The compiled program that stands in a sampler's place, which it may be given back. True when it is.
bool program_control(settings::Settings& settings) {
    const settings::Setting& setting = *settings::find_setting("program");
    const std::string help = help_text(setting);
    row_label("program", help);
    bool changed = false;
    const std::string unset = base::with_flags(setting.unset);
    if (ImGui::BeginCombo("##program", settings.program.c_str())) {
        ImGui::Selectable(settings.program.c_str(), true);
        changed = ImGui::Selectable(unset.c_str(), false);
        ImGui::EndCombo();
    }
    tooltip(help);
    if (changed) settings.program.clear();
    return changed;
}

}  // namespace

void Panel::draw(float width, float height, settings::Settings& settings, const session::Scene& scene,
                 const MomentsReadout& moments, const FrameGraph& graph, const std::function<void()>& training,
                 Requests& requests) {
    ImGui::SetNextWindowPos({0, 0});
    ImGui::SetNextWindowSize({width, height});
    ImGui::Begin("panel", nullptr, kFixed | ImGuiWindowFlags_NoScrollbar | ImGuiWindowFlags_NoScrollWithMouse);
    const float line = ImGui::GetTextLineHeightWithSpacing();
    const float below = static_cast<float>(moments.lines()) * line + ImGui::GetStyle().ItemSpacing.y;
    const float graph_height = 4 * ImGui::GetFontSize() + 6 * line;
    // In a low window the graph leaves its place to the controls.
    const bool roomy = below + graph_height < height / 2;
    const float footer = roomy ? below + graph_height : below;
    ImGui::BeginChild("controls", {0, -footer});
    if (!settings.title.empty()) ImGui::TextWrapped("%s", settings.title.c_str());
    if (!settings.about.empty()) {
        ImGui::PushStyleColor(ImGuiCol_Text, ImGui::GetStyleColorVec4(ImGuiCol_TextDisabled));
        ImGui::TextWrapped("%s", settings.about.c_str());
        ImGui::PopStyleColor();
    }
    draw_transport(settings, scene, requests);
    if (ImGui::BeginTabBar("tabs")) {
        if (ImGui::BeginTabItem("Watch")) {
            draw_watching(settings, scene, requests);
            ImGui::EndTabItem();
        }
        const ImGuiTabItemFlags flags = show_training ? ImGuiTabItemFlags_SetSelected : ImGuiTabItemFlags_None;
        show_training = false;
        if (ImGui::BeginTabItem("Train", nullptr, flags)) {
            training();
            ImGui::EndTabItem();
        }
        ImGui::EndTabBar();
    }
    ImGui::EndChild();
    ImGui::Separator();
    moments.draw();
    if (roomy) graph.draw();
    ImGui::End();
}

void Panel::draw_watching(settings::Settings& settings, const session::Scene& scene, Requests& requests) const {
    if (section("Sampler")) draw_sampler(settings, scene.model(), requests);
    if (section("Score")) score_.draw(settings, scene, requests);
    if (section("Picture")) draw_look(settings, scene, requests);
}

void Panel::draw_transport(settings::Settings& settings, const session::Scene& scene, Requests& requests) const {
    const session::Playback& playback = scene.player().playback();
    const float gap = ImGui::GetStyle().ItemSpacing.x;
    const float quarter = (ImGui::GetContentRegionAvail().x - 3 * gap) / 4;
    const bool moving = playback.playing() && !playback.finished() && settings.steps_per_second > 0;
    if (button(moving ? "Pause" : "Play", quarter, "Play or pause  (Space)")) {
        requests.toggle_play = true;
    }
    ImGui::SameLine();
    if (button("Back", quarter, "One sampler step back, then pause  (←)")) requests.step_back = true;
    ImGui::SameLine();
    if (button("Step", quarter, "One sampler step, then pause  (→)")) requests.step = true;
    ImGui::SameLine();
    if (button("Restart", quarter, "Restart from noise  (R)")) requests.restart = true;
    const int shown = scene.player().run_state().number;
    const float done = static_cast<float>(shown) / static_cast<float>(playback.steps());
    const std::string level = session::level_text(scene.player());
    const std::string steps =
        fmt::format("step {} of {}{}{}", shown, playback.steps(), level.empty() ? "" : " · ", level);
    ImGui::ProgressBar(done, {-1, 0}, steps.c_str());
    tooltip("Current step and noise level.");
    control(settings, "steps-per-second", "steps / s");
    control(settings, "hold");
    control(settings, "loop");
}

void Panel::draw_sampler(settings::Settings& settings, const model::Model& model, Requests& requests) const {
    bool changed = settings.program.empty() ? sampler_controls(settings, model) : program_control(settings);
    changed |= control(settings, "particles", {}, true);
    changed |= control(settings, "seed");
    requests.run_changed |= changed;
}

void Panel::draw_look(settings::Settings& settings, const session::Scene& scene, Requests& requests) const {
    control(settings, "look.colour");
    if (settings.look.mode == render::ColourMode::density) control(settings, "look.map");
    control(settings, "look.exposure");
    control(settings, "look.dot", "dot radius");
    const bool has_data = !scene.data_name().empty();
    if (has_data) control(settings, "look.overlay", "data");
    if (has_data && settings.look.overlay) control(settings, "look.overlay_strength", "data strength");
    control(settings, "look.axes");
    control(settings, "captions");
    const float half = (ImGui::GetContentRegionAvail().x - ImGui::GetStyle().ItemSpacing.x) / 2;
    if (button("Fit", half, "Fit noise and data into the view  (F)")) requests.fit = true;
    ImGui::SameLine();
    if (button("Screenshot", half, "Save the picture as PNG in the working folder  (S)")) requests.screenshot = true;
}

}  // namespace scorefield::viewer
