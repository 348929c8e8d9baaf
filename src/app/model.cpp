#include "app/model.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/error.hpp"
#include "base/names.hpp"
#include "diffusion/sampler.hpp"
#include "diffusion/spacing.hpp"

namespace scorefield::app {
namespace {

namespace fs = std::filesystem;

/// The model's own value of a setting that it knows.
std::string model_value(const nn::Checkpoint& checkpoint, const Setting& setting) {
    Settings said_by_model;
    said_by_model.process = checkpoint.process;
    said_by_model.prediction = checkpoint.prediction;
    return value_text(said_by_model, setting);
}

/// A network answers for the process and the prediction that it was trained on, and for no other.
void require_no_contradiction(const Settings& settings, const Model& model) {
    constexpr std::array<std::string_view, 6> kKnown = {
        "process", "process.schedule", "process.T", "process.beta_start", "process.beta_end", "prediction"};
    for (const std::string_view name : kKnown) {
        if (!settings.is_given(name)) continue;
        const Setting& setting = *find_setting(name);
        const std::string said = value_text(settings, setting);
        const std::string known = model_value(model.checkpoint, setting);
        if (said == known) continue;
        throw base::request_error(fmt::format("{} contradicts the model", name), "--" + std::string(name),
                                  fmt::format("{} was trained with {}, not {}", model.path.string(), known, said),
                                  fmt::format("leave --{} out, or choose another --model", name));
    }
}

std::vector<double> timesteps_of(const Settings& settings, const diffusion::NoiseProcess& process) {
    if (settings.timesteps.empty()) return diffusion::make_timesteps(process, settings.spacing, settings.steps);
    return diffusion::parse_timesteps(process, settings.timesteps);
}

}  // namespace

fs::path default_model() {
    const fs::path relative = fs::path("assets") / "swiss_roll.safetensors";
    std::error_code unknown;
    const fs::path folder = fs::read_symlink("/proc/self/exe", unknown).parent_path();
    const std::array<fs::path, 3> places = {relative, folder / "../../.." / relative,
                                            folder / "../share/scorefield" / relative.filename()};
    for (const fs::path& place : places) {
        std::error_code missing;
        if (fs::is_regular_file(place, missing)) return place.lexically_normal();
    }
    throw base::request_error("no model", "--model", "the one that comes with Scorefield was not found",
                              "say which with --model FILE, or make one with 'scorefield train'");
}

Model load_model(const Settings& settings) {
    Model model;
    model.path = settings.model.empty() ? default_model() : fs::path(settings.model);
    model.checkpoint = nn::read_checkpoint(model.path);
    require_no_contradiction(settings, model);
    model.process = diffusion::make_process(model.checkpoint.process);
    return model;
}

std::shared_ptr<const diffusion::NoiseProcess> make_process(const Settings& settings) {
    for (const char* name : {"process.beta_start", "process.beta_end"}) {
        if (!settings.is_given(name) || settings.process.schedule == "linear") continue;
        throw base::request_error("flag without effect", "--" + std::string(name),
                                  fmt::format("the schedule {} has no such parameter", settings.process.schedule),
                                  "leave it out, or choose --process.schedule linear");
    }
    return diffusion::make_process(settings.process);
}

diffusion::Program build_program(const Settings& settings,
                                 const std::shared_ptr<const diffusion::NoiseProcess>& process,
                                 diffusion::Prediction prediction) {
    return diffusion::compile_program(diffusion::Course(process, timesteps_of(settings, *process)), prediction,
                                      settings.sampler);
}

}  // namespace scorefield::app
