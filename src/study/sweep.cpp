#include "study/sweep.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <set>
#include <utility>

#include "base/error.hpp"
#include "base/interrupt.hpp"
#include "base/output.hpp"
#include "base/room.hpp"
#include "base/text.hpp"
#include "diffusion/sampler.hpp"
#include "diffusion/spacing.hpp"
#include "sample/build_program.hpp"
#include "sample/start.hpp"
#include "session/prepared_run.hpp"
#include "session/run_notes.hpp"
#include "settings/resolve.hpp"

namespace scorefield::study {
namespace {

constexpr std::array<std::string_view, 5> kSpacingParameters = {"spacing.final", "spacing.offset", "process.rho",
                                                                "spacing.beta_alpha", "spacing.beta_beta"};

/// Errors below name the settings of a single run; a sweep has lists in their place.
std::string with_lists(std::string text) {
    constexpr std::array<std::array<std::string_view, 2>, 3> kLists = {
        {{"`sampler`", "`samplers`"}, {"`spacing`", "`spacings`"}, {"`steps`", "`steps-list`"}}};
    for (const auto& [single, list] : kLists) {
        for (std::size_t at = text.find(single); at != std::string::npos; at = text.find(single, at + list.size())) {
            text.replace(at, single.size(), list);
        }
    }
    return text;
}

/// An error as what is wrong and what to do about it.
std::pair<std::string, std::string> problem_and_hint(const std::string& line) {
    const std::size_t end = line.find("; ");
    return {line.substr(0, end), end == std::string::npos ? "leave it out" : line.substr(end + 2)};
}

std::string run_name(const std::string& sampler, const std::string& spacing, int steps) {
    return fmt::format("{} with {} steps and spacing {}", sampler, steps, spacing);
}

void require_running() {
    base::require_not_interrupted();
}

data::Points in_data_units(std::vector<float> rows, std::size_t dim, const data::Scaling& scaling) {
    data::Points samples = data::undo({rows.size() / dim, dim, std::move(rows)}, scaling);
    if (!std::ranges::all_of(samples.values, [](float value) { return std::isfinite(value); })) {
        throw session::DivergenceError("sweep", "a sample overflows float32 in data units");
    }
    return samples;
}

constexpr std::array<const char*, settings::kSweepDistances.size()> kTitles = {"sliced W2", "k-NN two-sample",
                                                                               "energy distance"};

}  // namespace

/// Counts the parts of a sweep: the reference of each seed and every run, half of which is its comparison.
class Sweep::Bar {
  public:
    Bar(std::size_t parts, bool enabled) : bar_("sweep", parts * kFine, "", enabled) {}

    void begin(std::string note) {
        note_ = std::move(note);
        show(0);
    }
    void show(double share) {
        base::require_not_interrupted();
        bar_.update(done_ * kFine + static_cast<std::uint64_t>(share * static_cast<double>(kFine)), note_);
    }
    void end() { ++done_; }

  private:
    static constexpr std::uint64_t kFine = 1000;
    base::Progress bar_;
    std::uint64_t done_ = 0;
    std::string note_;
};

/// The scores of the models on the engine, which outlives them.
class Sweep::Scores {
  public:
    explicit Scores(session::Engine& engine) : engine_(engine) {}

    session::EngineScore& of(const model::Model& model) {
        std::unique_ptr<session::EngineScore>& score = scores_[&model];
        if (!score) score = engine_.open(model);
        return *score;
    }
    std::string variant() const { return scores_.empty() ? "" : scores_.begin()->second->variant(); }

  private:
    session::Engine& engine_;
    std::map<const model::Model*, std::unique_ptr<session::EngineScore>> scores_;
};

Sweep::Sweep(const settings::Settings& settings) : settings_(settings), lists_(read_sweep_lists(settings)) {
    constexpr std::uint64_t kLastSeed = std::numeric_limits<std::uint64_t>::max();
    if (settings.seeds - 1 > kLastSeed - settings.seed) {
        throw base::request_error("value out of range", "`seeds`",
                                  fmt::format("{} seeds from {} on go beyond 2^64-1", settings.seeds, settings.seed),
                                  "give fewer, or a smaller `seed`");
    }
    particles_ = settings::particles_in_effect(settings);
    settings_.particles = particles_;
    settings_.spacing.name = diffusion::kAutomatic;
    if (!lists_.samplers.empty()) settings_.sampler.name = lists_.samplers.front();
    const model::Model& model = opened(settings_);
    if (lists_.samplers.empty()) lists_.samplers = default_samplers(model.process->name());
    require_parameters_taken(settings_.sampler, lists_.samplers);
    // States, reference draws, and copies of both in the units of the distances.
    base::require_memory(particles_, 24 * model.dim() * sizeof(float), "samples and reference draws");
    open_reference();
    compile_all();
    collect_run_notes();
}

std::size_t Sweep::curves() const {
    std::set<std::pair<std::string, std::string>> pairs;
    for (const Run& run : runs_) pairs.insert({run.sampler, run.spacing});
    return pairs.size();
}

/// The model as a sampler needs it: exact targets have the prediction that suits the sampler.
const model::Model& Sweep::opened(const settings::Settings& settings) {
    const diffusion::Prediction wanted =
        settings.target.empty() ? diffusion::Prediction::epsilon : settings::exact_prediction(settings);
    const auto found = models_.find(wanted);
    if (found != models_.end()) return found->second;
    const model::Model& model = models_.emplace(wanted, settings::open_model(settings)).first->second;
    if (models_.size() == 1) notes_ = model.notes;
    return model;
}

void Sweep::open_reference() {
    const model::Model& model = models_.begin()->second;
    if (settings_.data.empty() && !settings_.target.empty()) {
        target_ = settings::open_target(settings_);
        reference_ = target_->target->name();
        return;
    }
    dataset_ = data::open_dataset(settings::data_name(settings_, model));
    reference_ = dataset_->name();
    const std::vector<std::string> notes = dataset_->notes();
    notes_.insert(notes_.end(), notes.begin(), notes.end());
    if (settings_.label) static_cast<void>(draws(settings_.seed));  // refuses classes that the data do not have
}

std::unique_ptr<ReferenceDraws> Sweep::draws(std::uint64_t seed) const {
    if (target_) return draws_of(*target_, seed);
    if (!settings_.label) return draws_of(*dataset_, seed);
    return draws_of(*dataset_, seed, static_cast<std::uint32_t>(*settings_.label));
}

/// Compiles a run; an error of the request is its problem.
void Sweep::compile(Run& run) {
    run.settings = settings_;
    run.settings.sampler = settings_for_sampler(settings_.sampler, run.sampler);
    run.settings.steps = run.steps;
    run.settings.spacing.name = run.spacing;
    const model::Model& model = opened(run.settings);
    try {
        run.spec = settings::sampling_spec(run.settings, model);
        run.spec.spacing = diffusion::without_unused(run.spec.spacing);
        diffusion::Program program = sample::build_program(run.spec, model, require_running);
        if (diffusion::sampler_info(run.sampler).piloted) run.program = std::move(program);
    } catch (const base::Error& error) {
        if (error.fault() != base::Fault::request) throw;
        run.problem = with_lists(error.what());
    }
}

void Sweep::compile_all() {
    const std::size_t count = lists_.samplers.size() * lists_.spacings.size() * lists_.steps.size();
    base::Progress bar("compile", count, "runs", !settings_.quiet);
    for (const std::string& sampler : lists_.samplers) {
        for (const std::string& spacing : lists_.spacings) {
            for (const int steps : lists_.steps) {
                base::require_not_interrupted();
                runs_.push_back({.sampler = sampler, .spacing = spacing, .steps = steps});
                compile(runs_.back());
                bar.update(runs_.size(), run_name(sampler, spacing, steps));
            }
        }
    }
    require_possible();
    leave_out_impossible();
    require_spacing_parameters_taken();
    // A file of start states that does not fit is no fault of a run.
    const Run& first = runs_.front();
    const model::Model& model = opened(first.settings);
    static_cast<void>(sample::start_rows(
        first.spec, model, first.program ? *first.program : sample::build_program(first.spec, model, require_running)));
}

/// A run that nothing but given lists ask for must be possible, and so must some run of every given item.
void Sweep::require_possible() const {
    const auto refuse = [](const Run& run) {
        const auto [problem, hint] = problem_and_hint(run.problem);
        throw base::request_error("impossible run", run_name(run.sampler, run.spacing, run.steps), problem, hint);
    };
    const auto is_possible = [](const Run& run) { return run.problem.empty(); };
    const auto all_given = lists_.samplers_given && lists_.steps_given && lists_.spacings_given;
    for (const Run& run : runs_) {
        if (is_possible(run)) continue;
        const auto none_like = [&](auto Run::*item) {
            return std::ranges::none_of(
                runs_, [&](const Run& other) { return is_possible(other) && other.*item == run.*item; });
        };
        if (all_given || (lists_.samplers_given && none_like(&Run::sampler)) ||
            (lists_.spacings_given && none_like(&Run::spacing)) || (lists_.steps_given && none_like(&Run::steps)) ||
            std::ranges::none_of(runs_, is_possible)) {
            refuse(run);
        }
    }
}

/// One note for each reason.
void Sweep::leave_out_impossible() {
    std::map<std::string, std::vector<std::string>> left_out;
    for (const Run& run : runs_) {
        if (!run.problem.empty()) {
            left_out[problem_and_hint(run.problem).first].push_back(run_name(run.sampler, run.spacing, run.steps));
        }
    }
    for (const auto& [problem, names] : left_out) {
        notes_.push_back(fmt::format("left out {}{}: {}", names.front(),
                                     names.size() > 1 ? fmt::format(", and {} more runs", names.size() - 1) : "",
                                     problem));
    }
    std::erase_if(runs_, [](const Run& run) { return !run.problem.empty(); });
}

void Sweep::require_spacing_parameters_taken() const {
    const auto value = [&](std::string_view name, const diffusion::SpacingSettings& spacing) {
        settings::Settings settings;
        settings.spacing = spacing;
        return settings::value_text(settings, *settings::find_setting(name));
    };
    for (const std::string_view name : kSpacingParameters) {
        if (value(name, settings_.spacing).empty()) continue;
        if (std::ranges::any_of(runs_, [&](const Run& run) { return !value(name, run.spec.spacing).empty(); }))
            continue;
        throw base::request_error("flag without effect", fmt::format("`{}`", name), "none of the spacings takes it",
                                  "leave it out, or add a spacing that takes it to `spacings`");
    }
}

/// Notes on the run with the most steps of each sampler and spacing: that few steps are too few is what a sweep shows.
void Sweep::collect_run_notes() {
    std::map<std::string, std::vector<std::string>> said;
    std::vector<std::string> order;
    std::size_t curves = 0;
    for (const Run& run : runs_) {
        const bool has_more = std::ranges::any_of(runs_, [&](const Run& other) {
            return other.sampler == run.sampler && other.spacing == run.spacing && other.steps > run.steps;
        });
        if (has_more) continue;
        ++curves;
        base::require_not_interrupted();
        const model::Model& model = opened(run.settings);
        const diffusion::Program program =
            run.program ? *run.program : sample::build_program(run.spec, model, require_running);
        for (const std::string& note :
             session::run_notes(run.spec, model, program, settings::data_name(settings_, model))) {
            if (!said.contains(note)) order.push_back(note);
            said[note].push_back(run_name(run.sampler, run.spacing, run.steps));
        }
    }
    for (const std::string& note : order) {
        const std::vector<std::string>& names = said[note];
        const std::string others = names.size() > 1 ? fmt::format(", and {} more", names.size() - 1) : "";
        notes_.push_back(
            with_lists(names.size() == curves ? note : fmt::format("{}{}: {}", names.front(), others, note)));
    }
}

SweepRow Sweep::measured(const Run& run, std::uint64_t seed, const Reference& reference, Scores& scores, Bar& bar) {
    constexpr double kSampling = 0.5;  // of the bar; the rest is the comparison
    constexpr double kNothing = std::numeric_limits<double>::quiet_NaN();
    SweepRow row = {.sampler = run.sampler,
                    .steps = run.steps,
                    .spacing = run.spacing,
                    .spacing_in_effect = run.spec.spacing.name,
                    .seed = seed,
                    .distances = {kNothing, kNothing, kNothing}};
    const model::Model& model = opened(run.settings);
    session::EngineScore& score = scores.of(model);
    const std::size_t dim = model.dim();
    session::CompiledRun compiled = {run.spec, {}, {}};
    compiled.spec.seed = seed;
    compiled.program = run.program && seed == settings_.seed
                           ? *run.program
                           : sample::build_program(compiled.spec, model, require_running);
    compiled.start = sample::start_rows(compiled.spec, model, compiled.program);
    row.evaluations = compiled.program.evaluations();
    session::RunRequest request = session::request_for(compiled);
    request.chunk = settings_.chunk;
    const double work = static_cast<double>(request.program.steps) * request.particles;
    request.progress = [&](std::uint64_t done) { bar.show(kSampling * static_cast<double>(done) / work); };
    std::vector<float> states;
    states.reserve(std::size_t{request.particles} * dim);
    try {
        row.seconds = score
                          .run(request,
                               [&](const session::Batch& batch) {
                                   if (batch.state != request.program.steps) return;
                                   states.insert(states.end(), batch.rows.begin(), batch.rows.end());
                               })
                          .seconds;
        const data::Points samples = in_data_units(std::move(states), dim, sample::file_scaling(compiled.spec, model));
        const Distances distances =
            reference.distances(samples, [&](double share) { bar.show(kSampling + (1 - kSampling) * share); });
        row.distances = {distances.sliced_w2, distances.two_sample, reference.energy_distance(samples)};
    } catch (const session::DivergenceError& error) {
        notes_.push_back(fmt::format("{}, seed {}: {}; its distances are not a number",
                                     run_name(run.sampler, run.spacing, run.steps), seed,
                                     problem_and_hint(error.what()).first));
    }
    return row;
}

SweepResult Sweep::run(session::Engine& engine) {
    const std::size_t seeds = settings_.seeds;
    SweepResult result = {.rows = std::vector<SweepRow>(runs_.size() * seeds),
                          .reference = reference_,
                          .particles = particles_,
                          .dim = models_.begin()->second.dim()};
    Bar bar(seeds * (runs_.size() + 1), !settings_.quiet);
    Scores scores(engine);
    for (std::size_t s = 0; s < seeds; ++s) {
        // Each seed has a reference of its own, as `score` has, so that the mean over seeds averages its noise, too.
        const std::uint64_t seed = settings_.seed + s;
        bar.begin("reference draws");
        const std::unique_ptr<ReferenceDraws> fresh = draws(seed);
        const Reference reference(*fresh, particles_, [&](double share) { bar.show(share); });
        const std::array own = {reference.own().sliced_w2, reference.own().two_sample,
                                reference.own_energy_distance(*fresh, particles_)};
        for (std::size_t d = 0; d < own.size(); ++d) result.floor.at(d) += own.at(d) / static_cast<double>(seeds);
        bar.end();
        for (std::size_t i = 0; i < runs_.size(); ++i) {
            const Run& run = runs_[i];
            bar.begin(run_name(run.sampler, run.spacing, run.steps));
            result.rows[i * seeds + s] = measured(run, seed, reference, scores, bar);
            bar.end();
        }
    }
    result.variant = scores.variant();
    return result;
}

Table sweep_table(const SweepResult& result) {
    Table table = {
        .title = base::format_shown("Distances from {}: {} particles per run", result.reference, result.particles),
        .columns = {"sampler", "steps", "evaluations", "spacing", "seed"},
        .rows = {},
        .notes = {}};
    table.columns.insert(table.columns.end(), kTitles.begin(), kTitles.end());
    table.columns.emplace_back("seconds");
    for (const SweepRow& row : result.rows) {
        const std::string spacing = row.spacing == row.spacing_in_effect
                                        ? row.spacing
                                        : fmt::format("{} ({})", row.spacing, row.spacing_in_effect);
        std::vector<Cell> cells = {row.sampler, std::int64_t{row.steps}, std::int64_t{row.evaluations}, spacing,
                                   fmt::format("{}", row.seed)};
        for (const double distance : row.distances) {
            cells.push_back(std::isfinite(distance) ? Cell(distance) : Cell("-"));
        }
        cells.emplace_back(row.seconds);
        table.rows.push_back(std::move(cells));
    }
    std::string floor;
    for (std::size_t d = 0; d < kTitles.size(); ++d) {
        floor += fmt::format("{}{} {:.4g}", d == 0 ? "" : ", ", kTitles.at(d), result.floor.at(d));
    }
    table.notes = {fmt::format("Floor, between two independent draws of the data: {}.", floor),
                   "Distances are in units of the standard deviation of each coordinate of the data."};
    return table;
}

std::string sweep_csv(const std::vector<SweepRow>& rows) {
    std::string text = "sampler,steps,evaluations,spacing,seed";
    for (const std::string_view name : settings::kSweepDistances) text += fmt::format(",{}", name);
    text += ",seconds\n";
    for (const SweepRow& row : rows) {
        text += fmt::format("{},{},{},{},{}", row.sampler, row.steps, row.evaluations, row.spacing, row.seed);
        for (const double distance : row.distances) text += fmt::format(",{}", distance);
        text += fmt::format(",{:.6g}\n", row.seconds);
    }
    return text;
}

nlohmann::ordered_json sweep_json(const SweepResult& result) {
    const auto distances = [](nlohmann::ordered_json& json, const auto& values) {
        for (std::size_t d = 0; d < values.size(); ++d) {
            json[std::string(settings::kSweepDistances.at(d))] = values.at(d);
        }
    };
    nlohmann::ordered_json rows = nlohmann::ordered_json::array();
    for (const SweepRow& row : result.rows) {
        nlohmann::ordered_json json = {{"sampler", row.sampler},
                                       {"steps", row.steps},
                                       {"evaluations", row.evaluations},
                                       {"spacing", row.spacing},
                                       {"spacing_in_effect", row.spacing_in_effect},
                                       {"seed", row.seed}};
        distances(json, row.distances);
        json["seconds"] = row.seconds;
        rows.push_back(std::move(json));
    }
    nlohmann::ordered_json floor;
    distances(floor, result.floor);
    return {{"variant", result.variant},     {"reference_name", result.reference},
            {"particles", result.particles}, {"dim", result.dim},
            {"rows", std::move(rows)},       {"floor", std::move(floor)}};
}

}  // namespace scorefield::study
