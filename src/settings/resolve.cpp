#include "settings/resolve.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <system_error>
#include <utility>

#include "base/error.hpp"
#include "base/names.hpp"
#include "base/text.hpp"
#include "data/datasets.hpp"
#include "diffusion/automatic_spacing.hpp"
#include "sample/build_program.hpp"
#include "sample/start.hpp"
#include "settings/pane_settings.hpp"

namespace scorefield::settings {
namespace {

/// What the process takes for a parameter that is not said; what it says of one that it does not take.
std::string preset_of(const diffusion::ProcessSettings& process, std::string_view field) {
    const std::string_view name = field.substr(field.find('.') + 1);
    for (const diffusion::ProcessParameter& parameter : diffusion::process_parameters(process.name, process.schedule)) {
        if (parameter.name == name) return diffusion::preset_text(parameter.preset);
    }
    return fmt::format("the process {}, which has no such parameter", process.name);
}

/// The model's own value of a setting that it knows.
std::string model_value(const model::Checkpoint& checkpoint, const Setting& setting) {
    if (setting.name == "process.schedule" && checkpoint.process.name != "ddpm") {
        return preset_of(checkpoint.process, setting.name);
    }
    Settings said_by_model;
    said_by_model.process = checkpoint.process;
    said_by_model.prediction = checkpoint.prediction;
    const std::string own = value_text(said_by_model, setting);
    return own.empty() ? preset_of(checkpoint.process, setting.name) : own;
}

/// A network answers for the process and the prediction that it was trained on, and for no other.
void require_no_contradiction(const Settings& settings, const model::Model& model) {
    for (const Setting& setting : setting_table()) {
        const bool known = setting.name == "process" || setting.name == "prediction" ||
                           (setting.name.starts_with("process.") && setting.name != diffusion::spacing_flag("rho"));
        if (!known) continue;
        const std::string said = value_text(settings, setting);
        if (said.empty()) continue;
        const std::string own = model_value(*model.checkpoint, setting);
        if (said == own) continue;
        throw base::request_error(fmt::format("{} contradicts the model", setting.name),
                                  "`" + std::string(setting.name) + "`",
                                  fmt::format("{} was trained with {}, not {}", model.path.string(), own, said),
                                  fmt::format("leave `{}` out, or choose another `model`", setting.name));
    }
}

void require_dim(const Settings& settings, std::size_t dim, const std::string& what) {
    if (!settings.dim || static_cast<std::size_t>(*settings.dim) == dim) return;
    throw base::request_error("dimensions differ", "`dim`", fmt::format("{} has {}, not {}", what, dim, *settings.dim),
                              "leave `dim` out");
}

/// Data that are named but not what the score is of must at least be of its dimension.
void require_data_fit(const Settings& settings, model::Model& model) {
    if (settings.data.empty()) return;
    const std::unique_ptr<data::Dataset> data = data::open_dataset(settings.data);
    const std::vector<std::string> notes = data->notes();
    model.notes.insert(model.notes.end(), notes.begin(), notes.end());
    if (data->dim() == model.dim()) return;
    throw base::request_error(
        "data do not fit the model", "`data`",
        fmt::format("{} has {} dimensions, the score {}", settings.data, data->dim(), model.dim()),
        "choose the data that the model was trained on");
}

/// The viewer may train, where `data.scaling` counts, whatever it shows first.
void refuse_scaling(const Settings& settings, const std::string& why) {
    if (settings.command == Command::view || settings.data_scaling.empty()) return;
    throw base::request_error("flag without effect", "`data.scaling`", why, "leave it out");
}

data::ScalingMode scaling_in_effect(const Settings& settings) {
    return settings.data_scaling.empty() ? data::ScalingMode::automatic
                                         : data::parse_scaling_mode(settings.data_scaling);
}

model::ModelSpec checkpoint_spec(const Settings& settings) {
    refuse_scaling(settings, "a model keeps the scaling that it was trained with");
    model::ModelSpec spec;
    spec.file = settings.model.empty() ? model::default_model() : std::filesystem::path(settings.model);
    if (settings.label) spec.classes.label = static_cast<std::size_t>(*settings.label);
    spec.classes.may_be_open = !find_setting("class")->taken_by(settings.command);
    return spec;
}

/// For exact targets and bare processes: process and prediction, unless a program or an exact target says another.
model::ModelSpec process_spec(const Settings& settings) {
    model::ModelSpec spec;
    spec.process = process_in_effect(settings);
    require_schedule_used(settings, spec.process);
    spec.prediction = settings.prediction.value_or(spec.prediction);
    return spec;
}

void require_process_of_program(const Settings& settings, const diffusion::Program& program) {
    if (settings.process.name.empty() || program.process == settings.process.name) return;
    throw base::request_error("flags contradict each other", "`program` and `process`",
                              fmt::format("the program is for the process {}", program.process), "leave `process` out");
}

/// Takes prediction and sigma_data from the header of the program, if there is one; but for a prediction that is set.
void follow_program(const Settings& settings, model::ModelSpec& spec) {
    if (settings.program.empty()) return;
    const diffusion::Program program = sample::read_program(settings.program);
    if (program.process_settings && program.process_settings->sigma_data) {
        spec.sigma_data = program.process_settings->sigma_data;
    }
    if (!settings.prediction) {
        if (!program.prediction && settings.program != sample::kChainProgram) {
            throw base::request_error("missing `prediction`", settings.program,
                                      "the program does not name the prediction that it was compiled for",
                                      "give it: `prediction` epsilon for programs of the default model and of most "
                                      "schedulers, x0 for programs of an exact target");
        }
        spec.prediction = program.prediction.value_or(diffusion::Prediction::x0);
    }
    require_process_of_program(settings, program);
}

model::ModelSpec target_model_spec(const Settings& settings) {
    if (settings.label) {
        throw base::request_error("flag without effect", "`class`", "an exact target has no classes", "leave it out");
    }
    if (!settings.model.empty()) {
        throw base::request_error("two scores", "`model` and `target`", "a run uses only one of them",
                                  "leave one of them out");
    }
    model::ModelSpec spec = process_spec(settings);
    spec.prediction = exact_prediction(settings);
    follow_program(settings, spec);
    spec.target = target_spec(settings);
    return spec;
}

train::Objective objective_in_effect(const Settings& settings) {
    if (!settings.train.objective.name.empty()) return train::parse_objective(settings.train.objective.name);
    if (settings.prediction) return train::natural_objective(*settings.prediction);
    if (settings.process.name == "edm") return train::Objective::edm;
    if (settings.process.name == "flow") return train::Objective::flow;
    return train::Objective::simple;
}

/// The run without a branch, or as if there were none.
sample::SamplingSpec whole_spec(const Settings& settings, const model::Model& model) {
    sample::SamplingSpec spec;
    spec.sampler = settings.sampler;
    spec.sampler.one_path = settings.noise == "path";
    spec.steps = settings.steps;
    spec.program = settings.program;
    if (settings.program.empty() && settings.timesteps.empty()) {
        spec.spacing = spacing_in_effect(settings, model);
        spec.spacing_is_automatic = settings.spacing.name == diffusion::kAutomatic;
    } else {
        spec.spacing = settings.spacing;
    }
    if (!settings.timesteps.empty()) spec.timesteps = diffusion::parse_timesteps(settings.timesteps);
    spec.start = start_spec(settings);
    spec.data_units = settings.units == "data";
    spec.seed = settings.seed;
    spec.particles = particles_in_effect(settings);
    return spec;
}

/// A branch goes on with the states of its trunk: with its model, in its space, and with its particles.
void require_same_states(const Settings& settings, const Settings& trunk) {
    constexpr std::array<std::string_view, 3> kOfStart = {"particles", "init", "units"};
    for (const Setting& setting : setting_table()) {
        const bool of_model = setting.group == "Model" && setting.name != "data";
        const bool of_start = std::ranges::find(kOfStart, setting.name) != kOfStart.end();
        if (!(of_model || of_start) || same_value(settings, trunk, setting)) continue;
        throw base::request_error(
            "no branch possible", fmt::format("`{}`", setting.name),
            fmt::format("a branch goes on with the {} of its trunk", of_model ? "model" : "particles"),
            fmt::format("leave `{}` or `branch` out", setting.name));
    }
}

/// The run of the trunk, and how it goes on after the state that `branch` names.
sample::SamplingSpec branched_spec(const Settings& settings, const model::Model& model) {
    const Settings trunk = settings.trunk ? *settings.trunk : trunk_settings(settings, settings);
    require_same_states(settings, trunk);
    if (!settings.program.empty() && trunk.program.empty()) {
        throw base::request_error("no branch possible", "`program`", "a program from a file begins at its own level",
                                  "give `sampler`, or leave `branch` out");
    }
    sample::SamplingSpec spec = whole_spec(trunk, model);
    sample::SamplingSpec own = whole_spec(settings, model);
    spec.branch = sample::Branch{*settings.branch,         std::move(own.sampler),   own.steps, std::move(own.spacing),
                                 own.spacing_is_automatic, std::move(own.timesteps), own.seed};
    return spec;
}

}  // namespace

TargetChoice target_choice(const Settings& settings) {
    const std::size_t space = settings.target.find(' ');
    const std::size_t argument = settings.target.find_first_not_of(' ', std::min(space, settings.target.size()));
    if (argument == std::string::npos) return {settings.target, ""};  // blanks at the end belong to the name
    return {settings.target.substr(0, space), settings.target.substr(argument)};
}

diffusion::Prediction exact_prediction(const Settings& settings) {
    if (settings.prediction) return *settings.prediction;
    return settings.sampler.name == "langevin" ? diffusion::Prediction::score : diffusion::Prediction::x0;
}

diffusion::ProcessSettings process_in_effect(const Settings& settings) {
    const diffusion::ProcessSettings by_default;
    diffusion::ProcessSettings process = settings.process;
    if (process.name.empty()) process.name = by_default.name;
    if (process.schedule.empty()) process.schedule = by_default.schedule;
    return process;
}

void set_process(Settings& settings, const diffusion::ProcessSettings& process) {
    settings.process = process;
    if (process.name != "ddpm") settings.process.schedule.clear();
}

void leave_to_network(Settings& settings) {
    const Settings unset;
    settings.process = unset.process;
    settings.prediction = unset.prediction;
    settings.dim = unset.dim;
}

void require_schedule_used(const Settings& settings, const diffusion::ProcessSettings& process) {
    if (settings.process.schedule.empty() || process.name == "ddpm") return;
    throw base::request_error("flag without effect", "`process.schedule`",
                              fmt::format("the process {} has no such parameter", process.name),
                              "leave it out; it belongs to ddpm");
}

model::TargetSpec target_spec(const Settings& settings) {
    const TargetChoice choice = target_choice(settings);
    diffusion::target_info(choice.name);
    if (settings.target_variance && choice.name != "gaussian") {
        throw base::request_error("flag without effect", "`target.variance`", choice.name + " has no such parameter",
                                  "leave it out");
    }
    if (choice.name != "empirical") refuse_scaling(settings, choice.name + " keeps its own units");
    model::TargetSpec spec;
    spec.name = choice.name;
    spec.argument = choice.argument;
    spec.variance = settings.target_variance.value_or(spec.variance);
    spec.dim = settings.dim.value_or(spec.dim);
    // Distances do not depend on the scaling.
    if (settings.command != Command::score) spec.scaling = scaling_in_effect(settings);
    return spec;
}

model::ScaledTarget open_target(const Settings& settings) {
    const model::TargetSpec spec = target_spec(settings);
    model::ScaledTarget target = model::open_target(spec);
    require_dim(settings, static_cast<std::size_t>(target.target->dim()), spec.name);
    return target;
}

model::Model open_model(const Settings& settings) {
    model::Model model =
        model::open_model(settings.target.empty() ? checkpoint_spec(settings) : target_model_spec(settings));
    if (model.checkpoint) require_no_contradiction(settings, model);
    require_dim(settings, model.dim(), model.checkpoint ? model.path.string() : target_choice(settings).name);
    require_data_fit(settings, model);
    return model;
}

model::Model open_process(const Settings& settings) {
    const model::ModelSpec spec = process_spec(settings);
    if (!settings.program.empty()) require_process_of_program(settings, sample::read_program(settings.program));
    return model::open_model(spec);
}

sample::StartSpec start_spec(const Settings& settings) {
    if (settings.init.empty()) return {};
    const auto named = std::ranges::find(sample::kStarts, settings.init);
    if (named != sample::kStarts.end()) {
        return {static_cast<sample::StartKind>(named - sample::kStarts.begin()), ""};
    }
    // A file may have any name, but a plain word that names none is meant for one of the modes.
    std::error_code unseen;
    if (settings.init.find_first_of("./") == std::string::npos && !std::filesystem::exists(settings.init, unseen)) {
        throw base::request_error("unknown start '" + base::shown(settings.init) + "'", "`init`",
                                  "no such name and no such file",
                                  base::name_hint(settings.init, sample::kStarts) + ", or FILE.npy");
    }
    return {sample::StartKind::file, settings.init};
}

std::uint32_t particles_in_effect(const Settings& settings) {
    constexpr std::uint32_t kParticles = 10'000;
    if (settings.particles != 0) return settings.particles;
    const sample::StartSpec start = start_spec(settings);
    if (start.kind != sample::StartKind::file) return kParticles;
    const std::size_t rows = sample::read_start_states(start.file).count;
    return rows <= sample::kMaxParticles ? static_cast<std::uint32_t>(rows) : kParticles;
}

diffusion::SpacingSettings spacing_in_effect(const Settings& settings, const model::Model& model) {
    diffusion::SpacingSettings spacing = settings.spacing;
    if (spacing.name != diffusion::kAutomatic) return spacing;
    const diffusion::SpacingSettings chosen = diffusion::automatic_spacing(
        *model.process, model.parametrisation.prediction, settings.sampler, settings.steps);
    spacing.name = chosen.name;
    spacing.least_alpha = chosen.least_alpha;
    return spacing;
}

sample::SamplingSpec sampling_spec(const Settings& settings, const model::Model& model) {
    if (settings.branch) return branched_spec(settings, model);
    if (settings.branch_pane != Settings().branch_pane) {
        throw base::request_error("flag without effect", "`branch.pane`", "there is no `branch`", "leave it out");
    }
    return whole_spec(settings, model);
}

train::TrainSpec train_spec(const Settings& settings) {
    train::TrainSpec spec;
    static_cast<train::TrainOptions&>(spec) = settings.train;
    spec.network = settings.mlp;
    const train::Objective objective = objective_in_effect(settings);
    spec.objective.name = train::objective_name(objective);
    spec.data = settings.data;
    spec.scaling = scaling_in_effect(settings);
    spec.process = process_in_effect(settings);
    const bool implied = !settings.train.objective.name.empty() || settings.prediction.has_value();
    if (settings.process.name.empty() && implied) spec.process.name = train::natural_process(objective);
    spec.prediction = settings.prediction.value_or(train::natural_prediction(objective));
    spec.seed = settings.seed;
    spec.out = settings.out;
    return spec;
}

const std::string& data_name(const Settings& settings, const model::Model& model) {
    return settings.data.empty() ? model.data : settings.data;
}

render::ViewSpec view_spec(const Settings& settings) {
    return {settings.look, settings.guides, settings.orbit, settings.captions, settings.metrics, settings.show};
}

}  // namespace scorefield::settings
