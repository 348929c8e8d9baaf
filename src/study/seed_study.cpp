#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <numeric>
#include <optional>
#include <string>
#include <system_error>

#include "base/error.hpp"
#include "base/interrupt.hpp"
#include "base/random.hpp"
#include "data/datasets.hpp"
#include "data/distances.hpp"
#include "data/scaling.hpp"
#include "diffusion/sampler.hpp"
#include "model/model.hpp"
#include "session/published_losses.hpp"
#include "study/agreement.hpp"
#include "study/engine_studies.hpp"
#include "study/figure.hpp"
#include "train/train.hpp"

namespace scorefield::study {
namespace {

constexpr int kLevels = session::kSeedLevels;
constexpr int kShownLevel = 20;
/// What no network can go below: METHODS of the loss's mean over both coordinates and all levels, E|ε − E[ε | x_t]|².
constexpr double kFloor = 0.4294;
/// The published script's, of its last epoch.
constexpr double kPublishedLast = session::kSeedLastEpochLoss;
constexpr double kWanted = 0.433;
/// Steps that see as many points as an epoch of 100 000 does.
constexpr std::size_t kEpochPoints = session::kSeedEpochPoints;
/// The deviation of one draw's loss from the mean of its level.
constexpr double kLossDeviation = 0.6;
constexpr std::uint64_t kShownSeed = 0x5eed'f160'0000'0000;
constexpr int kFreshDraws = 4;
constexpr const char* kModelEnding = ".safetensors";
// What its model says of how it was made.
constexpr const char* kStudyKey = "study";
constexpr const char* kStudyName = "seed";

train::TrainSpec seed_spec(const StudyRequest& request) {
    train::TrainSpec spec;
    spec.data = "swiss_roll";
    spec.objective.name = "simple";
    spec.process = {.name = "ddpm", .schedule = "cosine_seed", .horizon = kLevels};
    spec.prediction = diffusion::Prediction::epsilon;
    spec.seed = request.seed;
    spec.steps = request.train_steps;
    if (!request.out.empty()) spec.out = seed_model(request.out);
    spec.record = {{kStudyKey, kStudyName}};
    return spec;
}

/// The experiment's network with the loss of every step's batch.
struct Trained {
    train::TrainResult result;
    std::vector<double> losses;
    std::size_t epoch = 1;  ///< steps
};

Trained train_network(session::Engine& engine, const StudyRequest& request) {
    const train::TrainSpec spec = seed_spec(request);
    base::Progress bar("study seed", spec.steps, "steps", request.progress);
    Trained trained;
    trained.result = train::train(spec, engine.trainer_maker(), {[&](const train::StepReport& report) {
                                      base::require_not_interrupted();
                                      trained.losses.push_back(report.loss);
                                      bar.update(report.step + 1, fmt::format("loss {:.3f}", report.loss));
                                  }});
    trained.epoch = std::min(trained.losses.size(), (kEpochPoints + spec.batch - 1) / spec.batch);
    return trained;
}

double mean(std::span<const double> values) {
    return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

/// Standardised points before noise, with it, and as the known noise gives them back, in single precision.
struct Noised {
    data::Points data;
    std::vector<float> state;
    std::vector<float> recovered;
    double error = 0;    ///< largest
    double allowed = 0;  ///< five roundings of state and noise
};

Noised noised(const data::Dataset& dataset, const data::Scaling& scaling, const diffusion::Marginal& at,
              std::uint32_t count) {
    Noised shown = {data::standardise(dataset.draw(kShownSeed, 0, count), scaling), {}, {}, 0, 0};
    const auto alpha = static_cast<float>(at.alpha);
    const auto sigma = static_cast<float>(at.sigma);
    for (std::size_t i = 0; i < shown.data.values.size(); ++i) {
        const float x0 = shown.data.values[i];
        const float noise = base::normal(kShownSeed, static_cast<std::uint32_t>(i / 2),
                                         static_cast<std::uint32_t>(i % 2), 0, base::kInitStream);
        const float state = alpha * x0 + sigma * noise;
        const float recovered = (state - sigma * noise) / alpha;
        shown.state.push_back(state);
        shown.recovered.push_back(recovered);
        shown.error = std::max(shown.error, std::abs(static_cast<double>(recovered) - static_cast<double>(x0)));
        const double size = std::abs(static_cast<double>(state)) + std::abs(static_cast<double>(sigma * noise));
        shown.allowed = std::max(shown.allowed, 5 * 0x1p-24 * size / at.alpha);
    }
    return shown;
}

model::Model model_of(const model::Checkpoint& checkpoint) {
    model::Model model;
    model.checkpoint = checkpoint;
    model.process_settings = checkpoint.process;
    model.process = diffusion::make_process(checkpoint.process);
    model.parametrisation = checkpoint.prediction;
    model.scaling = checkpoint.scaling;
    model.data = checkpoint.data;
    return model;
}

/// Ancestral sampling over all levels, from noise to the level without any.
data::Points sample(session::Engine& engine, const model::Model& model, const diffusion::SamplerSettings& sampler,
                    const StudyRequest& request) {
    std::vector<double> times(kLevels - 1);
    std::iota(times.rbegin(), times.rend(), 1);
    session::RunRequest run;
    run.program = diffusion::compile_program({model.process, times}, model.parametrisation, sampler);
    run.seed = request.seed;
    run.particles = request.particles;
    return {request.particles, model.dim(), session::final_states(*engine.open(model), run)};
}

/// Sliced W2 to fresh data, the mean over a few draws of them.
double distance_to_data(const data::Dataset& dataset, const data::Scaling& scaling, const data::Points& points) {
    double sum = 0;
    for (int draw = 1; draw <= kFreshDraws; ++draw) {
        const auto seed = kShownSeed + static_cast<std::uint64_t>(draw);
        sum += data::sliced_w2(points, data::standardise(dataset.draw(seed, 0, points.count), scaling));
    }
    return sum / kFreshDraws;
}

struct Samples {
    data::Points of_noise;  ///< by the form of the noise, variance β
    data::Points of_data;   ///< by the form of the estimate of the data, variance β̃
};

/// A figure between two bounds, of which one may be missing.
std::vector<Cell> row(const std::string& what, std::optional<double> low, std::optional<double> high, double measured) {
    const auto bound = [](std::optional<double> value) { return value ? Cell(*value) : Cell("-"); };
    const bool met = measured >= low.value_or(-HUGE_VAL) && measured <= high.value_or(HUGE_VAL);
    return {what, bound(low), bound(high), measured, low || high ? Cell(met) : Cell("-")};
}

Table table_of(const Trained& trained, const std::string& trainer, const Noised& shown, const Samples& samples,
               const data::Dataset& dataset) {
    const train::TrainResult& result = trained.result;
    const data::Scaling& scaling = result.checkpoint.scaling;
    const std::span<const double> losses = trained.losses;
    const auto error_of = [](double draws) { return kStandardErrors * kLossDeviation / std::sqrt(draws); };
    // Sampling noise falls with the root of the number; the error of forty steps does not.
    const double allowed = 0.052 * std::max(1.0, std::sqrt(1e4 / static_cast<double>(shown.data.count)));
    Table table = {
        .title = fmt::format("Seed experiment: {} steps in {:.1f} s on {}", result.steps, result.seconds, trainer),
        .columns = {"figure", "at least", "at most", "measured", "pass"},
        .rows = {},
        .notes = {}};
    table.rows = {
        row("loss, first epoch", {}, {}, mean(losses.first(trained.epoch))),
        row("loss, last epoch", kFloor - error_of(kEpochPoints), kPublishedLast, mean(losses.last(trained.epoch))),
        row("held-out loss", kFloor - error_of(train::kHeldOutDraws), kWanted, result.loss),
        row(fmt::format("error of x0 from the known noise, k = {}", kShownLevel), {}, shown.allowed, shown.error),
        row("sliced W2 of data", {}, allowed, distance_to_data(dataset, scaling, shown.data)),
        row("sliced W2 of DDPM, epsilon form, variance β", {}, allowed,
            distance_to_data(dataset, scaling, samples.of_noise)),
        row("sliced W2 of DDPM, x0 form, variance β̃", {}, allowed,
            distance_to_data(dataset, scaling, samples.of_data))};
    table.notes = {fmt::format(
        "Swiss roll, 40 timesteps of the experiment's own cosine schedule, epsilon prediction, batch size 2 048. The "
        "Bayes floor of the loss is {}; 'at least' is {} standard errors below it. Published: 0.7389 in the first "
        "epoch (100 000 points), {} in the last of 100. The held-out loss must be at most {}. Distances are means over "
        "{} draws of fresh data; between two sets of 10 000 data points they reach 0.052.",
        kFloor, kStandardErrors, kPublishedLast, kWanted, kFreshDraws)};
    return table;
}

render::Plot schedule_plot(const diffusion::NoiseProcess& process) {
    render::Curve curve = {.name = "", .x = {}, .y = {}, .colour = render::curve_colour(0)};
    for (int k = 0; k < kLevels; ++k) {
        curve.x.push_back(k);
        curve.y.push_back(std::pow(process.marginal(k).alpha, 2));
    }
    const double shown = std::pow(process.marginal(kShownLevel).alpha, 2);
    const render::Curve mark = {.name = fmt::format("k = {}: {:.3f}", kShownLevel, shown),
                                .x = {kShownLevel, kShownLevel, 0},
                                .y = {0, shown, shown},
                                .colour = render::curve_colour(1),
                                .dashed = true};
    return {.title = "2  What is left of the data's variance",
            .x = {.label = "level k", .low = 0, .high = kLevels - 1},
            .y = {.label = "ᾱ", .low = 0, .high = 1.05},
            .curves = {curve, mark}};
}

/// Means over so many steps, each at the middle of its steps.
render::Curve averaged(std::span<const double> losses, std::size_t steps) {
    render::Curve curve;
    for (std::size_t first = 0; first + steps <= losses.size(); first += steps) {
        curve.x.push_back(static_cast<double>(first) + 0.5 * static_cast<double>(steps));
        curve.y.push_back(mean(losses.subspan(first, steps)));
    }
    return curve;
}

render::Plot loss_plot(const Trained& trained) {
    constexpr std::size_t kPlaces = 400;
    const auto steps = static_cast<double>(trained.losses.size());
    render::Curve batches = averaged(trained.losses, 1 + trained.losses.size() / kPlaces);
    batches.colour = {0.25f, 0.36f, 0.44f};
    batches.width = 1;
    render::Curve epochs = averaged(trained.losses, trained.epoch);
    epochs.name = "mean of 100 000 points";
    epochs.colour = render::curve_colour(0);
    const render::Curve floor = {.name = fmt::format("at best: {}", kFloor),
                                 .x = {0, steps},
                                 .y = {kFloor, kFloor},
                                 .colour = render::curve_colour(1),
                                 .dashed = true};
    return {.title = fmt::format("5  Loss; on a million fresh draws {:.4f}", trained.result.loss),
            .x = {.label = "step", .low = 0, .high = steps},
            .y = {.label = "", .low = 0.4, .high = 1.05, .logarithmic = true},
            .curves = {batches, epochs, floor}};
}

void draw(Figure& figure, const Trained& trained, const Noised& shown, const Samples& samples,
          const StudyRequest& request) {
    const auto process = diffusion::make_process(trained.result.checkpoint.process);
    const render::Bounds bounds = {{-2, -2.3}, {2, 2.3}};
    figure.add_clouds("1  Data, standardised", {{"", shown.data.values}}, bounds);
    figure.add_curves(schedule_plot(*process));
    figure.add_clouds(fmt::format("3  Noised, k = {}: x = √ᾱ x₀ + √(1−ᾱ) ε", kShownLevel), {{"", shown.state}}, bounds);
    figure.add_clouds(fmt::format("4  Denoised by the true ε, within {:.0e}", shown.error), {{"", shown.recovered}},
                      bounds);
    figure.add_curves(loss_plot(trained));
    figure.add_clouds(
        fmt::format("6  DDPM, {} steps, in both forms", kLevels - 1),
        {{"from ε, variance large", samples.of_noise.values}, {"from x̂₀, variance small", samples.of_data.values}},
        bounds);
    figure.write(request.picture_texts);
}

bool is_of_this_study(const std::filesystem::path& model) {
    try {
        const std::map<std::string, std::string> training = model::read_checkpoint(model).training;
        const auto study = training.find(kStudyKey);
        return study != training.end() && study->second == kStudyName;
    } catch (const base::Error&) {
        return false;
    }
}

}  // namespace

std::filesystem::path seed_model(const std::filesystem::path& picture) {
    std::filesystem::path model = picture;
    model.replace_extension(kModelEnding);
    std::error_code unknown;
    const bool free = std::filesystem::symlink_status(model, unknown).type() == std::filesystem::file_type::not_found;
    if (free || is_of_this_study(model)) return model;
    throw base::request_error("output would overwrite another file", "--out " + picture.string(),
                              model.string() + " exists and is not a model of study seed",
                              "give another --out, or move that file away");
}

std::vector<Table> seed_study(session::Engine& engine, const StudyRequest& request) {
    std::optional<Figure> figure;
    if (!request.out.empty()) {
        figure.emplace(engine, "From noise to a swiss roll: a diffusion model in 40 levels",
                       FigureLayout{.columns = 3, .rows = 2}, request.out);
        figure->require_device();
    }
    const Trained trained = train_network(engine, request);
    const model::Model model = model_of(trained.result.checkpoint);
    const std::unique_ptr<data::Dataset> dataset = data::open_dataset(model.data);
    const Noised shown = noised(*dataset, model.scaling, model.process->marginal(kShownLevel), request.particles);
    const Samples samples = {sample(engine, model, {.name = "ddpm", .form = "epsilon", .variance = "large"}, request),
                             sample(engine, model, {.name = "ddpm", .form = "x0", .variance = "small"}, request)};
    if (figure) draw(*figure, trained, shown, samples, request);
    return {table_of(trained, engine.name(), shown, samples, *dataset)};
}

}  // namespace scorefield::study
