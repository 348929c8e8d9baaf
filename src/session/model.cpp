#include "session/model.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/error.hpp"
#include "base/names.hpp"
#include "data/files.hpp"
#include "data/npy.hpp"
#include "diffusion/automatic_spacing.hpp"
#include "diffusion/exact_score.hpp"
#include "diffusion/pilot.hpp"
#include "diffusion/program_check.hpp"
#include "diffusion/sampler.hpp"
#include "diffusion/spacing.hpp"
#include "diffusion/three_states.hpp"
#include "model/network_score.hpp"
#include "session/open_data.hpp"
#include "session/start.hpp"

namespace scorefield::session {
namespace {

namespace fs = std::filesystem;

/// Of data that are no file: as many points as tell the shape.
constexpr std::size_t kEmpiricalPoints = 10'000;
constexpr std::uint64_t kEmpiricalSeed = 0x0e3b'141c'a100'0000;

/// Draws that tell the moments of built-in data.
constexpr std::size_t kMomentsPoints = std::size_t{1} << 16U;
constexpr std::uint64_t kMomentsSeed = 0x303e'a75d'a700'0000;

/// What the process takes for a parameter that is not said; what it says of one that it does not take.
std::string preset_of(const diffusion::ProcessSettings& process, std::string_view flag) {
    const std::string_view name = flag.substr(flag.find('.') + 1);
    for (const diffusion::ProcessParameter& parameter : diffusion::process_parameters(process.name, process.schedule)) {
        if (parameter.name == name) return std::string(parameter.preset);
    }
    return fmt::format("the process {}, which has no such parameter", process.name);
}

/// The model's own value of a setting that it knows.
std::string model_value(const model::Checkpoint& checkpoint, const settings::Setting& setting) {
    if (setting.name == "process.schedule" && checkpoint.process.name != "ddpm") {
        return preset_of(checkpoint.process, setting.name);
    }
    settings::Settings said_by_model;
    said_by_model.process = checkpoint.process;
    said_by_model.prediction = checkpoint.prediction;
    const std::string own = settings::value_text(said_by_model, setting);
    return own.empty() ? preset_of(checkpoint.process, setting.name) : own;
}

/// A network answers for the process and the prediction that it was trained on, and for no other.
void require_no_contradiction(const settings::Settings& settings, const Model& model) {
    for (const settings::Setting& setting : settings::setting_table()) {
        const bool known = setting.name == "process" || setting.name == "prediction" ||
                           (setting.name.starts_with("process.") && setting.name != diffusion::spacing_flag("rho"));
        if (!known || !settings.is_given(setting.name)) continue;
        const std::string said = settings::value_text(settings, setting);
        const std::string own = model_value(*model.checkpoint, setting);
        if (said == own) continue;
        throw base::request_error(fmt::format("{} contradicts the model", setting.name),
                                  "`" + std::string(setting.name) + "`",
                                  fmt::format("{} was trained with {}, not {}", model.path.string(), own, said),
                                  fmt::format("leave `{}` out, or choose another `model`", setting.name));
    }
}

void require_dim(const settings::Settings& settings, std::size_t dim, const std::string& what) {
    if (!settings.is_given("dim") || static_cast<std::size_t>(settings.dim) == dim) return;
    throw base::request_error("dimensions differ", "`dim`", fmt::format("{} has {}, not {}", what, dim, settings.dim),
                              "leave `dim` out");
}

double data_deviation(const diffusion::ProcessSettings& process) {
    return process.sigma_data.value_or(diffusion::Parametrisation{}.sigma_data);
}

/// Leaves of a conditional network the one that answers for the class that is asked for.
void choose_class(const settings::Settings& settings, model::Checkpoint& checkpoint, const std::string& where) {
    const std::size_t classes = checkpoint.network.classes;
    std::optional<std::size_t> label;
    if (settings.label) label = static_cast<std::size_t>(*settings.label);
    if (label && *label >= classes) {
        throw base::request_error(
            "no such class", "`class`",
            classes == 0 ? fmt::format("{} was trained without classes", where)
                         : fmt::format("{} has the classes 0 … {}", where, classes - 1),
            classes == 0 ? "leave it out, or train with `train.conditional` on" : "choose one of them");
    }
    const auto dropout = checkpoint.training.find("setting.train.label_dropout");
    const bool always_told = classes > 0 && dropout != checkpoint.training.end() && dropout->second == "0";
    if (always_told && !label && settings::find_setting("class")->taken_by(settings.command)) {
        throw base::request_error("missing `class`", where,
                                  "it was trained with `train.label_dropout` 0, so it can sample single classes only",
                                  fmt::format("use `class` 0 … {}", classes - 1));
    }
    checkpoint.tensors = nn::weights_of_class(checkpoint.tensors, checkpoint.network, label);
    checkpoint.network.classes = 0;
}

/// Moments stored in the checkpoint. If there are none, or for a single class, they are estimated from the built-in
/// data set.
std::optional<diffusion::AxisMoments> moments_of_data(const model::Checkpoint& checkpoint, std::optional<int> label) {
    if (!label && checkpoint.clean_moments) return checkpoint.clean_moments;
    const bool is_builtin = std::ranges::any_of(
        data::builtin_datasets(), [&](const data::DatasetInfo& info) { return info.name == checkpoint.data; });
    if (!is_builtin) return {};
    data::Points points = data::open_dataset(checkpoint.data)->draw(kMomentsSeed, 0, kMomentsPoints);
    if (label) points = data::points_of_class(points, static_cast<std::uint32_t>(*label));
    if (points.count == 0 || points.dim != checkpoint.scaling.mean.size()) return {};
    points = data::standardise(std::move(points), checkpoint.scaling);
    return diffusion::moments_of(points.values, points.dim);
}

Model open_checkpoint(const settings::Settings& settings) {
    Model model;
    model.path = settings.model.empty() ? default_model() : fs::path(settings.model);
    model.checkpoint = model::read_checkpoint(model.path);
    require_no_contradiction(settings, model);
    choose_class(settings, *model.checkpoint, model.path.string());
    model.process_settings = model.checkpoint->process;
    model.process = diffusion::make_process(model.process_settings);
    model.parametrisation = {model.checkpoint->prediction, data_deviation(model.process_settings)};
    model.scaling = model.checkpoint->scaling;
    model.data = model.checkpoint->data;
    model.clean_moments = moments_of_data(*model.checkpoint, settings.label);
    require_dim(settings, model.dim(), model.path.string());
    return model;
}

diffusion::Parametrisation parametrisation_of(const settings::Settings& settings, bool exact) {
    return {exact ? exact_prediction(settings) : settings.prediction, data_deviation(settings.process)};
}

constexpr std::string_view kChainProgram = "three_states";

/// An exact target fits any process and prediction, so the program is checked against its own header.
void require_fits_own_header(const settings::Settings& settings, const diffusion::Program& program,
                             const diffusion::Parametrisation& parametrisation) {
    if (!program.process_settings) return;
    const auto process = diffusion::make_process(*program.process_settings);
    const std::string why = diffusion::contradiction(program, *process, parametrisation);
    if (why.empty()) return;
    throw base::request_error(
        "program contradicts its header", settings.program,
        fmt::format("its instructions do not fit its own header (here called 'the model'): {}", why),
        "compile it again with 'scorefield program'");
}

/// Throws where `program`, which --program names, is not for this model.
void require_program_fits(const settings::Settings& settings, const diffusion::Program& program, const Model& model) {
    for (const diffusion::Op& op : program.ops) {
        const auto* eval = std::get_if<diffusion::Eval>(&op.instruction);
        if (eval == nullptr || eval->source == 0) continue;
        throw base::request_error("too many scores", settings.program,
                                  fmt::format("it evaluates score {}, a run has score 0 only", eval->source),
                                  "choose a program with a single score");
    }
    const std::size_t given = std::max(program.start.mean.size(), program.start.scale.size());
    if ((model.checkpoint || model.target) && given > 1 && given != model.dim()) {
        throw base::request_error(
            "dimensions differ", settings.program,
            fmt::format("its initial distribution has {} dimensions, the model {}", given, model.dim()),
            "compile it for this model, or choose another `model` or `target`");
    }
    if (model.checkpoint) {
        const std::string why = diffusion::contradiction(program, *model.process, model.parametrisation);
        if (!why.empty()) {
            throw base::request_error("program does not match the model", settings.program,
                                      fmt::format("{} ({})", why, model.path.string()),
                                      "compile it for this model, or choose another `model` or `target`");
        }
    }
    if (model.target && program.prediction && *program.prediction != model.parametrisation.prediction) {
        throw base::request_error(
            "flags contradict each other", "`program` and `prediction`",
            fmt::format("the program is for the prediction {}", diffusion::prediction_name(*program.prediction)),
            "leave `prediction` out");
    }
    if (model.target) require_fits_own_header(settings, program, model.parametrisation);
    if (start_kind(settings) == StartKind::prior) {
        throw base::request_error("flag without effect", "`init`", "the program defines its initial distribution",
                                  "leave it out, or use `init` matched");
    }
    if (settings.is_given("process") && program.process != settings.process.name) {
        throw base::request_error("flags contradict each other", "`program` and `process`",
                                  fmt::format("the program is for the process {}", program.process),
                                  "leave `process` out");
    }
    if (settings.program == kChainProgram && (model.target || model.checkpoint) && model.dim() != 1) {
        throw base::request_error(
            "dimensions differ", "`program`",
            fmt::format("{} needs a score in 1 dimension, this one has {}", settings.program, model.dim()),
            fmt::format("use `target` {}", kChainProgram));
    }
}

diffusion::Program read_program(const std::string& name) {
    if (name == kChainProgram) return diffusion::three_states_program();
    return diffusion::program_from_json(data::read_text(name, "program", data::kMaxProgramBytes), name);
}

/// `parametrisation` with the program's prediction, unless --prediction is given, and with its sigma_data, if it stores
/// one.
diffusion::Parametrisation parametrisation_of_program(const settings::Settings& settings,
                                                      diffusion::Parametrisation parametrisation) {
    const diffusion::Program program = read_program(settings.program);
    if (program.process_settings && program.process_settings->sigma_data) {
        parametrisation.sigma_data = *program.process_settings->sigma_data;
    }
    if (settings.is_given("prediction")) return parametrisation;
    if (!program.prediction && settings.program != kChainProgram) {
        throw base::request_error("missing `prediction`", settings.program,
                                  "the program does not name the prediction that it was compiled for",
                                  "give it: `prediction` epsilon for programs of the default model and of most "
                                  "schedulers, x0 for programs of an exact target");
    }
    parametrisation.prediction = program.prediction.value_or(diffusion::Prediction::x0);
    return parametrisation;
}

/// Starts from the initial distribution of the program, unless --init is given.
diffusion::Program open_program(const settings::Settings& settings, const Model& model) {
    diffusion::Program program = read_program(settings.program);
    require_program_fits(settings, program, model);
    if (settings.init != "matched") return program;
    if (!model.clean_moments) {
        throw base::request_error("cannot match the initial distribution", "`init`",
                                  "the mean and variance of the data are not known", "leave it out");
    }
    program.start = diffusion::start_law_of(
        diffusion::marginal_moments(*model.clean_moments, first_level(settings, model, program)));
    return program;
}

diffusion::Course nodes_of(const settings::Settings& settings, const Model& model) {
    if (settings.timesteps.empty()) {
        return diffusion::make_course(model.process, spacing_in_effect(settings, model), settings.steps);
    }
    return diffusion::make_course(model.process, diffusion::parse_timesteps(settings.timesteps),
                                  settings.spacing.final);
}

/// The viewer may train, where --data.scaling counts, whatever it shows first.
void refuse_scaling(const settings::Settings& settings, const std::string& why) {
    if (settings.command == settings::Command::view || !settings.is_given("data.scaling")) return;
    throw base::request_error("flag without effect", "`data.scaling`", why, "leave it out");
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
    throw base::request_error("no model", "`model`", "the default, assets/swiss_roll.safetensors, was not found",
                              "give `model` FILE, or train one with 'scorefield train'");
}

std::vector<fs::path> models_in(const fs::path& folder) {
    std::vector<fs::path> models;
    std::error_code unreadable;
    for (fs::directory_iterator at(folder, unreadable), end; !unreadable && at != end; at.increment(unreadable)) {
        if (at->path().extension() == ".safetensors") models.push_back(at->path());
    }
    std::ranges::sort(models);
    return models;
}

diffusion::Prediction exact_prediction(const settings::Settings& settings) {
    if (settings.is_given("prediction")) return settings.prediction;
    return settings.sampler.name == "langevin" ? diffusion::Prediction::score : diffusion::Prediction::x0;
}

diffusion::SpacingSettings spacing_in_effect(const settings::Settings& settings, const Model& model) {
    diffusion::SpacingSettings spacing = settings.spacing;
    if (spacing.name != diffusion::kAutomatic) return spacing;
    const diffusion::SpacingSettings chosen = diffusion::automatic_spacing(
        *model.process, model.parametrisation.prediction, settings.sampler.name, settings.steps);
    spacing.name = chosen.name;
    spacing.least_alpha = chosen.least_alpha;
    return spacing;
}

std::string spacing_text(const settings::Settings& settings, const Model& model) {
    if (!settings.program.empty() || !settings.timesteps.empty()) return "";
    const std::string name = spacing_in_effect(settings, model).name;
    return settings.spacing.name == diffusion::kAutomatic ? name + " (automatic)" : name;
}

std::size_t Model::dim() const {
    return checkpoint ? checkpoint->network.dim : static_cast<std::size_t>(target->dim());
}

std::string Model::name() const {
    return target ? target->name() : data;
}

std::unique_ptr<diffusion::ScoreSource> Model::host_score() const {
    if (target) return std::make_unique<diffusion::ExactScore>(target, parametrisation);
    return std::make_unique<model::NetworkScore>(checkpoint->network, checkpoint->tensors, path.string());
}

TargetChoice target_choice(const settings::Settings& settings) {
    const std::size_t space = settings.target.find(' ');
    const std::size_t argument = settings.target.find_first_not_of(' ', std::min(space, settings.target.size()));
    if (argument == std::string::npos) return {settings.target, ""};  // blanks at the end belong to the name
    return {settings.target.substr(0, space), settings.target.substr(argument)};
}

ScaledTarget open_target(const settings::Settings& settings) {
    const TargetChoice choice = target_choice(settings);
    const diffusion::TargetInfo& info = diffusion::target_info(choice.name);
    if (info.argument.empty() != choice.argument.empty()) {
        throw base::request_error(
            choice.argument.empty() ? "missing value" : "unexpected argument '" + choice.argument + "'", "`target`",
            choice.argument.empty() ? choice.name + " needs one" : choice.name + " takes none",
            fmt::format("use `target` {} {}", info.name, info.argument));
    }
    if (settings.is_given("target.variance") && choice.name != "gaussian") {
        throw base::request_error("flag without effect", "`target.variance`", choice.name + " has no such parameter",
                                  "leave it out");
    }
    if (choice.name != "empirical") refuse_scaling(settings, choice.name + " keeps its own units");
    diffusion::TargetSettings wanted;
    wanted.name = choice.name;
    wanted.variance = settings.target_variance;
    wanted.dim = settings.dim;
    diffusion::TargetInput input;
    data::Points points;
    std::optional<data::Scaling> scaling;
    if (choice.name == "gmm") {
        input.text = data::read_text(choice.argument, "mixture", data::kMaxMixtureBytes);
        input.where = choice.argument;
    } else if (choice.name == "empirical") {
        const std::unique_ptr<data::Dataset> dataset = data::open_dataset(choice.argument);
        const data::ScalingMode mode = data::parse_scaling_mode(settings.data_scaling);
        // Distances do not depend on the scaling.
        const bool scaled = settings.command != settings::Command::score;
        if (!settings.quiet) note_once(scaled ? data::notes_with_scaling(*dataset, mode) : dataset->notes());
        scaling = dataset->scaling(mode);
        points = data::standardise(
            dataset->pool(kEmpiricalSeed, dataset->size() > 0 ? dataset->size() : kEmpiricalPoints), *scaling);
        input.points = points.values;
        input.dim = points.dim;
        input.where = choice.argument;
    }
    std::shared_ptr<const diffusion::Target> target = diffusion::open_target(wanted, input);
    const auto dim = static_cast<std::size_t>(target->dim());
    require_dim(settings, dim, choice.name);
    return {target, scaling.value_or(data::Scaling::identity(dim))};
}

/// Data that are named but not what the score is of must at least be of its dimension.
void require_data_fit(const settings::Settings& settings, const Model& model) {
    if (settings.data.empty()) return;
    const std::size_t dim = open_data(settings, settings.data)->dim();
    if (dim == model.dim()) return;
    throw base::request_error("data do not fit the model", "`data`",
                              fmt::format("{} has {} dimensions, the score {}", settings.data, dim, model.dim()),
                              "choose the data that the model was trained on");
}

Model open_target_model(const settings::Settings& settings) {
    if (settings.label) {
        throw base::request_error("flag without effect", "`class`", "an exact target has no classes", "leave it out");
    }
    if (!settings.model.empty()) {
        throw base::request_error("two scores", "`model` and `target`", "a run uses only one of them",
                                  "leave one of them out");
    }
    Model model = open_process(settings);
    model.parametrisation = parametrisation_of(settings, true);
    if (!settings.program.empty()) {
        model.parametrisation = parametrisation_of_program(settings, model.parametrisation);
    }
    ScaledTarget scaled = open_target(settings);
    model.target = std::move(scaled.target);
    model.scaling = std::move(scaled.scaling);
    model.clean_moments = model.target->moments();
    const TargetChoice choice = target_choice(settings);
    if (choice.name == "empirical") model.data = choice.argument;
    return model;
}

Model open_model(const settings::Settings& settings) {
    if (settings.target.empty()) refuse_scaling(settings, "a model keeps the scaling that it was trained with");
    Model model = settings.target.empty() ? open_checkpoint(settings) : open_target_model(settings);
    require_data_fit(settings, model);
    return model;
}

Model open_process(const settings::Settings& settings) {
    Model model;
    model.process_settings = settings.process;
    model.process = make_process(settings);
    model.parametrisation = parametrisation_of(settings, false);
    return model;
}

std::shared_ptr<const diffusion::NoiseProcess> make_process(const settings::Settings& settings) {
    if (settings.is_given("process.schedule") && settings.process.name != "ddpm") {
        throw base::request_error("flag without effect", "`process.schedule`",
                                  fmt::format("the process {} has no such parameter", settings.process.name),
                                  "leave it out; it belongs to ddpm");
    }
    return diffusion::make_process(settings.process);
}

diffusion::Course course_of(const settings::Settings& settings, const Model& model) {
    diffusion::Course course = diffusion::course_in_direction(nodes_of(settings, model), settings.sampler.name);
    if (start_kind(settings) == StartKind::prior || !model.clean_moments) return course;
    return course.matched(*model.clean_moments);
}

diffusion::Program build_program(const settings::Settings& settings, const Model& model) {
    if (!settings.program.empty()) return open_program(settings, model);
    const diffusion::Course course = course_of(settings, model);
    const auto compile = [&](diffusion::Pilot* pilot) {
        diffusion::Program program = diffusion::compile_program(course, model.parametrisation, settings.sampler, pilot);
        program.process_settings = diffusion::with_presets(model.process_settings);
        return program;
    };
    if (!diffusion::sampler_info(settings.sampler.name).piloted || (!model.target && !model.checkpoint)) {
        return compile(nullptr);
    }
    const std::unique_ptr<diffusion::ScoreSource> score = model.host_score();
    diffusion::Pilot pilot(*score, settings.seed);
    return compile(&pilot);
}

}  // namespace scorefield::session
