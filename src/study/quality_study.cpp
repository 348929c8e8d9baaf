#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <string>
#include <system_error>
#include <vector>

#include "base/error.hpp"
#include "base/interrupt.hpp"
#include "base/text.hpp"
#include "data/datasets.hpp"
#include "data/neighbours.hpp"
#include "diffusion/sampler.hpp"
#include "model/model.hpp"
#include "settings/resolve.hpp"
#include "study/comparison.hpp"
#include "study/engine_studies.hpp"
#include "study/model_samples.hpp"
#include "study/quality.hpp"

namespace scorefield::study {
namespace {

namespace fs = std::filesystem;

/// The model of --model, or all shipped models, by name.
std::vector<fs::path> models_of(const StudyRequest& request) {
    if (!request.model.empty()) return {request.model};
    return model::models_in(model::default_model().parent_path());
}

/// A model with its score on the engine and the data that its samples should resemble.
class Subject {
  public:
    Subject(session::Engine& engine, const fs::path& path, const StudyRequest& request)
        : settings_(settings_for(path, request)), model_(settings::open_model(settings_)) {
        data_ = data::open_dataset(model_.data);
        draws_ = draws_of(*data_, request.seed);
        score_ = engine.open(model_);
    }

    std::string name() const { return model_.path.stem().string(); }
    const model::Model& model() const { return model_; }
    const ReferenceDraws& draws() const { return *draws_; }
    data::Points sample(const std::string& sampler, std::optional<int> steps) {
        settings::Settings settings = settings_;
        if (!sampler.empty()) settings.sampler.name = sampler;
        if (steps) settings.steps = *steps;
        return model_samples(model_, *score_, settings);
    }

  private:
    static settings::Settings settings_for(const fs::path& path, const StudyRequest& request) {
        settings::Settings settings;
        settings.command = settings::Command::sample;
        settings.model = path.string();
        settings.particles = request.particles;
        settings.seed = request.seed;
        return settings;
    }

    settings::Settings settings_;
    model::Model model_;
    std::unique_ptr<data::Dataset> data_;
    std::unique_ptr<ReferenceDraws> draws_;
    std::unique_ptr<session::EngineScore> score_;
};

/// A sampling configuration that every model is judged with.
struct Way {
    const char* name = "";
    const char* sampler = "";  ///< empty: as it comes
    std::optional<int> steps;
    QualityBar bar;
};

constexpr int kFewSteps = 20;

/// Draws of the data themselves are not judged.
std::vector<Cell> row(const Subject& subject, const std::string& way, const Distances& distances, Cell met) {
    return {subject.name(),      way,           distances.two_sample, distances.precision, distances.recall,
            distances.sliced_w2, std::move(met)};
}

/// Whether the sampler needs no input but noise.
bool starts_from_noise(const diffusion::SamplerInfo& info) {
    return !info.from_data && !info.masked;
}

/// The judged runs: those of samplers without a caveat that were not refused.
struct Count {
    std::int64_t all = 0;
    std::int64_t met = 0;
    double farthest = 0;  ///< largest distance of a sample outside the bounding box of the data, in box widths
};

/// One run of a sampler: its row. Counts it if it is judged.
std::vector<Cell> sampler_row(Subject& subject, const data::Points& reference, const data::Points& pool,
                              const diffusion::SamplerInfo& info, int steps, Count& count) {
    const std::string sampler(info.name);
    std::vector<Cell> cells = {subject.name(), sampler, std::int64_t{steps}};
    const bool asked = info.caveat.empty();
    if (asked) ++count.all;
    try {
        const data::Points samples = subject.sample(sampler, steps);
        const double two_sample = data::compare_neighbours(samples, reference).two_sample;
        const double outside = excess(samples, pool);
        const bool met = two_sample <= kAnySamplerBar.two_sample && outside <= kMostExcess;
        if (asked && met) ++count.met;
        if (asked) count.farthest = std::max(count.farthest, outside);
        cells.insert(cells.end(), {two_sample, outside, base::with_flags(info.caveat), asked ? Cell(met) : Cell("-")});
    } catch (const base::Error& error) {
        // A refused combination is not judged; a run that diverged fails.
        base::require_not_interrupted();
        const bool refused = error.exit_status() == 2;
        if (asked && refused) --count.all;
        cells.insert(cells.end(),
                     {"-", "-", base::with_flags(error.what()), refused || !asked ? Cell("-") : Cell(false)});
    }
    return cells;
}

}  // namespace

std::vector<Table> quality_study(session::Engine& engine, const StudyRequest& request) {
    const std::array<Way, 2> ways = {
        {{"defaults", "", {}, kDefaultBar}, {"dpmpp_2m, 20 steps", "dpmpp_2m", kFewSteps, kFewStepsBar}}};
    const std::vector<fs::path> models = models_of(request);
    StudyProgress progress(request, "quality", models.size());
    Table table = {.title = "Sample quality per model (row 'data': fresh data against data)",
                   .columns = {"model", "sampler", "T", "precision", "recall", "sliced W2", "pass"},
                   .rows = {},
                   .notes = {}};
    Table about = {.title = "Models", .columns = {"model", "configuration", "kB"}, .rows = {}, .notes = {}};
    for (const fs::path& path : models) {
        progress.next(path.stem().string());
        Subject subject(engine, path, request);
        const Reference reference(subject.draws(), request.particles);
        table.rows.push_back(row(subject, "data", reference.own(), "-"));
        for (const Way& way : ways) {
            const Distances distances = reference.distances(subject.sample(way.sampler, way.steps));
            table.rows.push_back(row(subject, way.name, distances, reaches(way.bar, distances, reference.own())));
        }
        std::error_code unknown;
        const auto bytes = static_cast<double>(fs::file_size(path, unknown));
        about.rows.push_back({subject.name(), description(*subject.model().checkpoint),
                              static_cast<std::int64_t>(std::llround(bytes / 1000))});
    }
    table.notes = {
        fmt::format("T is the share of the 5 nearest neighbours that come from the point's own set (0.5: samples and "
                    "data are indistinguishable). Pass criteria: with the default sampler, T <= {}, and precision and "
                    "recall at least those of fresh data minus {}; with dpmpp_2m and {} steps, T <= {}. All figures "
                    "are means over 5 fresh draws of the data.",
                    kDefaultBar.two_sample, *kDefaultBar.coverage_loss, kFewSteps, kFewStepsBar.two_sample)};
    return {table, about};
}

std::vector<Table> samplers_study(session::Engine& engine, const StudyRequest& request) {
    constexpr std::array kSteps = {25, 50};
    const std::vector<fs::path> models = models_of(request);
    StudyProgress progress(request, "samplers", models.size());
    Table table = {.title = "Sample quality of every sampler, with its default parameters, on every model",
                   .columns = {"model", "sampler", "steps", "T", "outside", "note", "pass"},
                   .rows = {},
                   .notes = {}};
    Count count;
    for (const fs::path& path : models) {
        progress.next(path.stem().string());
        Subject subject(engine, path, request);
        const data::Points reference = subject.draws().draw(0, request.particles);
        const data::Points pool = subject.draws().moments_pool();
        for (const diffusion::SamplerInfo& info : diffusion::samplers()) {
            if (!starts_from_noise(info)) continue;
            for (const int steps : kSteps) {
                table.rows.push_back(sampler_row(subject, reference, pool, info, steps, count));
            }
        }
    }
    const double share = count.all > 0 ? static_cast<double>(count.met) / static_cast<double>(count.all) : 1;
    table.notes = {fmt::format(
        "A run passes if T <= {} and no sample is farther than {} box widths outside the bounding box of the data. "
        "Runs marked '-' are not judged: the sampler has a known limitation, or the combination is not supported.",
        kAnySamplerBar.two_sample, kMostExcess)};
    Table sum = {.title = "Summary",
                 .columns = {"runs", "passed", "pass rate", "min pass rate", "max outside", "limit", "pass"},
                 .rows = {{count.all, count.met, share, kWantedShare, count.farthest, kMostExcess,
                           share >= kWantedShare && count.farthest <= kMostExcess}},
                 .notes = {}};
    return {table, sum};
}

}  // namespace scorefield::study
