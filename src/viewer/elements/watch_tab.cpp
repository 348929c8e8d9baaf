// The Watch tab: settings of sampler, score and picture.
#include <imgui.h>

#include <optional>

#include "base/error.hpp"
#include "base/text.hpp"
#include "diffusion/brownian.hpp"
#include "settings/resolve.hpp"
#include "viewer/controls.hpp"
#include "viewer/element.hpp"
#include "viewer/score_controls.hpp"
#include "viewer/setting_change.hpp"

namespace scorefield::viewer {
namespace {

namespace fs = std::filesystem;

/// The file of the model that is shown; for an exact target, the default model. Empty if there is none.
fs::path model_of(const model::Model& shown) {
    if (!shown.target) return shown.path;
    try {
        return model::default_model();
    } catch (const base::Error&) {
        // An exact target needs no model.
        return {};
    }
}

/// The models in the same folder as model_of(shown).
std::vector<fs::path> models_beside(const model::Model& shown) {
    const fs::path model = model_of(shown);
    if (model.empty()) return {};
    return model::models_in(model.has_parent_path() ? model.parent_path() : fs::path("."));
}

/// A collapsible heading in the panel. True while the section is open.
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

/// The spacing: automatic or chosen by the user. True if it has changed.
bool spacing_control(settings::Settings& settings, const model::Model& model) {
    const settings::Setting& setting = *settings::find_setting("spacing");
    const bool is_explicit = settings.spacing.name != diffusion::kAutomatic;
    const std::string current = settings::spacing_in_effect(settings, model).name;
    const std::string help = help_text(setting);
    ImGui::BeginGroup();
    row_label("spacing", help, is_explicit);
    bool changed = false;
    const std::string suited = current + " (automatic)";
    if (ImGui::BeginCombo("##spacing", is_explicit ? current.c_str() : suited.c_str(), ImGuiComboFlags_HeightLarge)) {
        if (ImGui::Selectable("automatic", !is_explicit) && is_explicit) {
            settings.spacing = settings::Settings().spacing;
            changed = true;
        }
        for (const std::string_view name : diffusion::kSpacings) {
            const std::string text(name);
            const bool is_selected = is_explicit && text == current;
            if (!ImGui::Selectable(text.c_str(), is_selected) || is_selected) continue;
            settings::assign(settings, setting, text);
            adjust_dependents(settings, setting.name);
            changed = true;
        }
        ImGui::EndCombo();
    }
    tooltip(help);
    ImGui::EndGroup();
    if (!setting_menu(settings, setting)) return changed;
    adjust_dependents(settings, setting.name);
    return true;
}

/// The spacing and its parameters. True if a value has changed.
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

/// The controls that determine the noise levels. True if a value has changed.
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

/// The sampler and its parameters. True if a value has changed. Sliders report a change when they are released, because
/// some samplers run a pilot before they start.
bool sampler_controls(settings::Settings& settings, const model::Model& model) {
    bool changed = control(settings, "sampler");
    if (changed) adjust_dependents(settings, "sampler");
    changed |= time_grid_controls(settings, model);
    for (const diffusion::SamplerParameter& parameter : diffusion::sampler_info(settings.sampler.name).parameters) {
        if (!diffusion::has_effect(settings.sampler, parameter.name)) continue;
        if (!control(settings, sampler_flag(parameter), {}, true)) continue;
        adjust_dependents(settings, sampler_flag(parameter));
        changed = true;
    }
    return changed;
}

/// The compiled program that replaces the sampler. True if the user has returned to the sampler.
bool program_control(settings::Settings& settings) {
    const settings::Setting& setting = *settings::find_setting("program");
    const std::string help = help_text(setting);
    ImGui::BeginGroup();
    row_label("program", help, true);
    bool changed = false;
    const std::string unset = base::with_flags(setting.unset);
    if (ImGui::BeginCombo("##program", settings.program.c_str())) {
        ImGui::Selectable(settings.program.c_str(), true);
        changed = ImGui::Selectable(unset.c_str(), false);
        ImGui::EndCombo();
    }
    tooltip(help);
    ImGui::EndGroup();
    if (changed) settings.program.clear();
    return setting_menu(settings, setting) || changed;
}

/// True if a value has changed. `program`: of the run that is shown.
bool run_controls(settings::Settings& settings, const model::Model& model, const diffusion::Program& program) {
    bool changed = settings.program.empty() ? sampler_controls(settings, model) : program_control(settings);
    changed |= control(settings, "particles", {}, true);
    changed |= control(settings, "seed");
    // Last: it comes and goes with the values of others, which stay where they are.
    const bool has_noise = diffusion::takes_increments(program) || settings.noise != settings::Settings().noise;
    if (settings.program.empty() && has_noise) changed |= control(settings, "noise");
    return changed;
}

/// The camera of three dimensions. The mouse changes its angles.
void draw_space_controls(settings::Settings& settings) {
    if (settings.look.axes) control(settings, "look.grid");
    control(settings, "look.projection");
    control(settings, "look.turntable");
    control(settings, "look.depth_fade");
    control(settings, "look.point_size_unit", "point size");
}

void draw_look(Context& context) {
    settings::Settings& settings = context.settings;
    const session::Scene& scene = *context.scene;
    if (!session::prediction_refusal(scene.model(), scene.player().program())) control(settings, "look.show");
    control(settings, "look.colour");
    if (settings.look.mode == render::ColourMode::density) control(settings, "look.map");
    control(settings, "look.exposure");
    control(settings, "look.dot", "dot radius");
    const bool has_data = !context.scene->data_name().empty();
    if (has_data) control(settings, "look.overlay", "data");
    if (has_data && settings.look.overlay) control(settings, "look.overlay_strength", "data strength");
    control(settings, "look.axes");
    if (context.scene->model().dim() >= 3) draw_space_controls(settings);
    control(settings, "captions");
    if (has_data && settings.captions) control(settings, "look.metrics", "metrics");
    const float third = share_of_row(3);
    if (button("Fit", third, "Fit noise and data into the view  (0)")) context.requests.fit = true;
    ImGui::SameLine();
    if (button("Particles", third,
               "Save the particles that are shown as a file of points in the working folder, in the units of the data: "
               "sample --init and score read it  (E)")) {
        context.requests.save_particles = true;
    }
    ImGui::SameLine();
    if (button("Screenshot", third, "Save a screenshot as PNG in the working folder  (S); with choices: Shift+S")) {
        context.requests.screenshot = true;
    }
    const float half = share_of_row(2);
    if (button("Copy command", half, "Copy the settings and training options as a command line  (Ctrl+C)")) {
        context.requests.copy_command = true;
    }
    ImGui::SameLine();
    if (button("Save scene", half, "Save the settings and training options as a file for --scene  (Ctrl+S)")) {
        context.requests.save_scene = true;
    }
}

void draw_guide_controls(settings::Settings& settings, const session::Scene& scene) {
    const bool is_trained_line = scene.model().in_training && scene.model().dim() == 1;  // arrows would be old ones
    if (scene.field_source() && !is_trained_line) {
        control(settings, "look.field");
        const bool has_field = settings.guides.field != render::FieldKind::none;
        if (has_field && scene.model().dim() == 2) control(settings, "look.field_style", "drawn as");
        if (scene.model().dim() == 2) control(settings, "look.contours");
    }
    if (scene.model().in_training) return;  // its paths would change with every update
    control(settings, "look.trails");
    if (settings.guides.trails > 0 && scene.model().dim() > 1) control(settings, "look.trail_steps");
    control(settings, "look.follow");
}

void draw_window_controls(settings::Settings& settings) {
    for (const char* const name : {"ui.theme", "ui.text_size", "ui.budget", "ui.particles_format", "ui.remember"})
        control(settings, name);
}

class WatchTab : public Element {
  public:
    WatchTab() : Element(Place::tab, "Watch") {}

    /// The lists are those of the first scene.
    void attach(Context& context) override {
        if (!score_)
            score_.emplace(models_beside(context.scene->model()), context.settings, context.device.properties().name);
    }

    void draw(Context& context) override {
        settings::Settings& settings = context.settings;
        const session::Scene& scene = *context.scene;
        if (section("Sampler"))
            context.requests.run_changed |= run_controls(settings, scene.model(), scene.player().program());
        if (section("Score")) score_->draw(settings, scene, context.requests);
        if (section("Picture")) draw_look(context);
        if (section("Field and paths")) draw_guide_controls(settings, scene);
        if (section("Window")) draw_window_controls(settings);
    }

  private:
    std::optional<ScoreControls> score_;
};

}  // namespace

std::unique_ptr<Element> make_watch_tab(Context& /*context*/) {
    return std::make_unique<WatchTab>();
}

}  // namespace scorefield::viewer
