#include "model/model.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/error.hpp"
#include "data/datasets.hpp"
#include "data/files.hpp"
#include "diffusion/exact_score.hpp"
#include "model/network_score.hpp"

namespace scorefield::model {
namespace {

namespace fs = std::filesystem;

/// Points of an empirical target whose data are no file: as many as tell the shape.
constexpr std::size_t kEmpiricalPoints = 10'000;
constexpr std::uint64_t kEmpiricalSeed = 0x0e3b'141c'a100'0000;

/// Draws that tell the moments of built-in data.
constexpr std::size_t kMomentsPoints = std::size_t{1} << 16U;
constexpr std::uint64_t kMomentsSeed = 0x303e'a75d'a700'0000;

double data_deviation(const diffusion::ProcessSettings& process) {
    return process.sigma_data.value_or(diffusion::kDefaultSigmaData);
}

/// Reduces a conditional network to this class; none: to all classes together.
void keep_class(Checkpoint& checkpoint, std::optional<std::size_t> label) {
    checkpoint.tensors = weights_of_class(checkpoint.tensors, checkpoint.network, label);
    checkpoint.network = for_points(checkpoint.network, dim_of(checkpoint.network), 0);
}

/// Leaves of a conditional network the one that answers for the class that is asked for.
void choose_class(const ClassSpec& wanted, Checkpoint& checkpoint, const std::string& where) {
    const std::size_t classes = classes_of(checkpoint.network);
    const std::optional<std::size_t> label = wanted.label;
    if (label && *label >= classes) {
        throw base::request_error(
            "no such class", "`class`",
            classes == 0 ? fmt::format("{} was trained without classes", where)
                         : fmt::format("{} has the classes 0 … {}", where, classes - 1),
            classes == 0 ? "leave it out, or train with `train.conditional` on" : "choose one of them");
    }
    const auto dropout = checkpoint.training.find("setting.train.label_dropout");
    const bool always_told = classes > 0 && dropout != checkpoint.training.end() && dropout->second == "0";
    if (always_told && !label && !wanted.may_be_open) {
        throw base::request_error("missing `class`", where,
                                  "it was trained with `train.label_dropout` 0, so it can sample single classes only",
                                  fmt::format("use `class` 0 … {}", classes - 1));
    }
    keep_class(checkpoint, label);
}

/// Moments stored in the checkpoint. If there are none, or for a single class, they are estimated from the built-in
/// data set.
std::optional<diffusion::AxisMoments> moments_of_data(const Checkpoint& checkpoint, std::optional<std::size_t> label) {
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

/// The model of a checkpoint whose class has been chosen, without `clean_moments`.
Model model_of(Checkpoint checkpoint, fs::path path) {
    Model model;
    model.path = std::move(path);
    model.process_settings = checkpoint.process;
    model.process = diffusion::make_process(model.process_settings);
    model.parametrisation = {checkpoint.prediction, data_deviation(model.process_settings)};
    model.scaling = checkpoint.scaling;
    model.data = checkpoint.data;
    model.checkpoint = std::move(checkpoint);
    return model;
}

Model open_checkpoint(const ModelSpec& spec) {
    Checkpoint checkpoint = read_checkpoint(spec.file);
    choose_class(spec.classes, checkpoint, spec.file.string());
    Model model = model_of(std::move(checkpoint), spec.file);
    model.clean_moments = moments_of_data(*model.checkpoint, spec.classes.label);
    return model;
}

/// Without a score.
Model open_process(const ModelSpec& spec) {
    Model model;
    model.process_settings = spec.process;
    model.process = diffusion::make_process(spec.process);
    model.parametrisation = {spec.prediction, spec.sigma_data.value_or(data_deviation(spec.process))};
    return model;
}

Model open_target_model(const ModelSpec& spec) {
    Model model = open_process(spec);
    ScaledTarget scaled = open_target(*spec.target);
    model.target = std::move(scaled.target);
    model.scaling = std::move(scaled.scaling);
    model.notes = std::move(scaled.notes);
    model.clean_moments = model.target->moments();
    if (spec.target->name == "empirical") model.data = spec.target->argument;
    return model;
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

std::size_t Model::dim() const {
    return checkpoint ? dim_of(checkpoint->network) : static_cast<std::size_t>(target->dim());
}

std::string Model::name() const {
    return target ? target->name() : data;
}

std::unique_ptr<diffusion::ScoreSource> Model::host_score() const {
    if (target) return std::make_unique<diffusion::ExactScore>(target, parametrisation);
    return std::make_unique<NetworkScore>(checkpoint->network, checkpoint->tensors, path.string());
}

ScaledTarget open_target(const TargetSpec& spec) {
    const diffusion::TargetInfo& info = diffusion::target_info(spec.name);
    if (info.argument.empty() != spec.argument.empty()) {
        throw base::request_error(
            spec.argument.empty() ? "missing value" : "unexpected argument '" + spec.argument + "'", "`target`",
            spec.argument.empty() ? spec.name + " needs one" : spec.name + " takes none",
            fmt::format("use `target` {} {}", info.name, info.argument));
    }
    diffusion::TargetSettings wanted;
    wanted.name = spec.name;
    wanted.variance = spec.variance;
    wanted.dim = spec.dim;
    diffusion::TargetInput input;
    data::Points points;
    std::optional<data::Scaling> scaling;
    std::vector<std::string> notes;
    if (spec.name == "gmm") {
        input.text = data::read_text(spec.argument, "mixture", data::kMaxMixtureBytes);
        input.where = spec.argument;
    } else if (spec.name == "empirical") {
        const std::unique_ptr<data::Dataset> dataset = data::open_dataset(spec.argument);
        notes = spec.scaling ? data::notes_with_scaling(*dataset, *spec.scaling) : dataset->notes();
        scaling = dataset->scaling(spec.scaling.value_or(data::ScalingMode::automatic));
        points = data::standardise(
            dataset->pool(kEmpiricalSeed, dataset->size() > 0 ? dataset->size() : kEmpiricalPoints), *scaling);
        input.points = points.values;
        input.dim = points.dim;
        input.where = spec.argument;
    }
    std::shared_ptr<const diffusion::Target> target = diffusion::open_target(wanted, input);
    const auto dim = static_cast<std::size_t>(target->dim());
    return {std::move(target), scaling.value_or(data::Scaling::identity(dim)), std::move(notes)};
}

Model open_model(const ModelSpec& spec) {
    if (!spec.file.empty()) return open_checkpoint(spec);
    return spec.target ? open_target_model(spec) : open_process(spec);
}

Model model_in_training(Checkpoint checkpoint, std::optional<std::size_t> label) {
    keep_class(checkpoint, label);
    Model model = model_of(std::move(checkpoint), "training");
    model.in_training = true;
    model.clean_moments = model.checkpoint->clean_moments;
    return model;
}

}  // namespace scorefield::model
