#include <fmt/format.h>

#include <map>
#include <nlohmann/json.hpp>
#include <optional>

#include "base/error.hpp"
#include "base/interrupt.hpp"
#include "base/output.hpp"
#include "base/progress.hpp"
#include "base/room.hpp"
#include "cli/commands.hpp"
#include "cli/engine_choice.hpp"
#include "cli/notes.hpp"
#include "cli/sample_output.hpp"
#include "cli/traced.hpp"
#include "data/npy.hpp"
#include "diffusion/sampler.hpp"
#include "model/model.hpp"
#include "sample/start.hpp"
#include "session/engine.hpp"
#include "session/run_notes.hpp"
#include "settings/resolve.hpp"

namespace scorefield::cli {
namespace {

/// Figures of a run, for text and JSON alike.
struct Report {
    std::string device;
    std::string device_reason;
    std::string score;
    std::string variant;
    std::string sampler;
    std::string spacing;           ///< its name, ` (automatic)` after one that was chosen; empty: none has a name
    std::string start;             ///< start_text
    bool start_is_chosen = false;  ///< other than by --init or its default
    std::size_t dim = 0;
    std::uint32_t particles = 0;
    int steps = 0;
    int evaluations = 0;
    double seconds = 0;
    double network_seconds = 0;  ///< 0: it was not measured
    double operations = 0;       ///< of the score, per particle and evaluation

    double particle_steps_per_s() const { return static_cast<double>(particles) * steps / seconds; }
    double gflops() const { return operations * particles * evaluations / seconds * 1e-9; }
    /// Everything but the network, where it was measured.
    std::optional<double> sampler_share() const {
        if (network_seconds == 0) return std::nullopt;
        return std::max(0.0, 1 - network_seconds / seconds);
    }
};

std::string to_json(const settings::Settings& settings, const Report& report, const SampleOutput& output) {
    nlohmann::ordered_json json = {{"device", report.device},
                                   {"variant", report.variant},
                                   {"particles", report.particles},
                                   {"dim", report.dim},
                                   {"steps", report.steps},
                                   {"evaluations", report.evaluations},
                                   {"seconds", report.seconds},
                                   {"particle_steps_per_s", report.particle_steps_per_s()},
                                   {"network_gflops", report.gflops()},
                                   {"network_operations", report.operations},
                                   {"sampler_share", nullptr},
                                   {"spacing", nullptr},
                                   {"seed", settings.seed},
                                   {"init", report.start},
                                   {"units", settings.units},
                                   {"out", settings.out}};
    if (const std::optional<double> share = report.sampler_share()) json["sampler_share"] = *share;
    if (!report.spacing.empty()) json["spacing"] = report.spacing.substr(0, report.spacing.find(' '));
    if (!settings.trajectory.empty()) json["trajectory"] = settings.trajectory;
    if (nlohmann::ordered_json more = output.json(); !more.is_null()) json["statistics"] = std::move(more);
    return base::json_line(json);
}

std::string to_text(const Report& report) {
    const std::optional<double> share = report.sampler_share();
    const std::string rest = share ? fmt::format("; everything else takes {:.1f}% of the time", 100 * *share) : "";
    return base::format_shown(
        "device          {} ({})\n"
        "score           {} ({}), {:.0f} operations per evaluation\n"
        "particles       {} in {} dimensions\n"
        "sampler         {}, {} steps, {} evaluations{}{}\n"
        "time            {:.3f} s, {:.3g} particle-steps/s\n"
        "score rate      {:.1f} GFLOP/s{}\n",
        report.device, report.device_reason, report.score, report.variant, report.operations, report.particles,
        report.dim, report.sampler, report.steps, report.evaluations,
        report.spacing.empty() ? "" : ", spacing " + report.spacing,
        report.start_is_chosen ? ", init " + report.start + " (automatic)" : "", report.seconds,
        report.particle_steps_per_s(), report.gflops(), rest);
}

/// First and one past the last particle of the shard.
std::pair<std::uint32_t, std::uint32_t> shard_range(const settings::Settings& settings) {
    const std::uint32_t particles = settings.particles;
    const auto bound = [&](std::uint64_t part) {
        return static_cast<std::uint32_t>(particles * part / settings.shard.count);
    };
    const std::pair<std::uint32_t, std::uint32_t> range = {bound(settings.shard.index - 1),
                                                           bound(settings.shard.index)};
    if (range.first == range.second) {
        throw base::request_error("empty shard", "--shard",
                                  fmt::format("{} parts of {} particles leave nothing for part {}",
                                              settings.shard.count, particles, settings.shard.index),
                                  "use fewer parts");
    }
    return range;
}

/// Values of --known and --mask, read from `path`: (particles, dim) from as many rows or from one for all.
data::Points rows_for_all(data::Points points, const std::string& path, std::size_t dim, std::uint32_t particles) {
    if (points.dim != dim || (points.count != particles && points.count != 1)) {
        throw base::request_error("values have the wrong shape", path,
                                  fmt::format("it holds ({0}, {1}), the run needs ({2}, {3}) or (1, {3})", points.count,
                                              points.dim, particles, dim),
                                  "give one row per particle, or a single row for all");
    }
    if (points.count == particles) return points;
    base::require_memory(particles, 2 * dim * sizeof(float), "copies of the row of " + path);
    data::Points rows = {particles, dim, {}, {}, points.origin};
    rows.values.reserve(std::size_t{particles} * dim);
    for (std::uint32_t i = 0; i < particles; ++i) {
        rows.values.insert(rows.values.end(), points.values.begin(), points.values.end());
    }
    return rows;
}

/// Every row is a particle's.
data::Points read_known(const std::string& path) {
    return data::require_all_finite(data::read_npy_points(path), path,
                                    "replace NaN and infinite values; where the mask is 0, any number will do");
}

/// What samplers take besides noise, for all particles of the run.
struct Inputs {
    std::vector<float> known;
    std::vector<float> mask;
};

void require_inputs(const settings::Settings& settings, const sample::SamplingSpec& spec,
                    const diffusion::Program& program) {
    const bool masked = program.mask_register >= 0;
    const std::string where = settings.program.empty() ? "--sampler" : "--program";
    for (const char* flag : {"known", "mask"}) {
        const bool given = !settings::value_text(settings, *settings::find_setting(flag)).empty();
        if (masked && !given) {
            throw base::request_error("missing --" + std::string(flag), where, program.sampler + " needs it",
                                      "give --known FILE.npy and --mask FILE.npy");
        }
        if (!masked && given) {
            throw base::request_error("flag without effect", "--" + std::string(flag),
                                      fmt::format("the sampler {} does no inpainting", program.sampler),
                                      "leave it out, or choose --sampler repaint");
        }
    }
    const bool from_data = settings.program.empty() && diffusion::sampler_info(settings.sampler.name).from_data;
    if (from_data && spec.start.kind != sample::StartKind::file && spec.start.kind != sample::StartKind::exact) {
        throw base::request_error("missing --init", where, program.sampler + " goes from data to noise",
                                  "give the data with --init FILE.npy, or use --init exact with a --target");
    }
}

Inputs read_inputs(const settings::Settings& settings, const sample::SamplingSpec& spec, const data::Scaling& scaling,
                   std::size_t dim, const diffusion::Program& program) {
    require_inputs(settings, spec, program);
    Inputs inputs;
    if (settings.known.empty()) return inputs;
    const std::uint32_t particles = settings.particles;
    data::Points known = rows_for_all(read_known(settings.known), settings.known, dim, particles);
    inputs.known = data::standardise(std::move(known), scaling).values;
    inputs.mask = rows_for_all(data::read_points(settings.mask), settings.mask, dim, particles).values;
    for (const float share : inputs.mask) {
        if (share >= 0 && share <= 1) continue;
        throw base::request_error("bad mask", settings.mask, fmt::format("it holds {}", share),
                                  "use 1 to keep the known value, 0 to sample it, or a fraction to blend");
    }
    return inputs;
}

/// The shard's rows; empty where there are none.
std::span<const float> part_of(const std::vector<float>& rows, std::size_t dim, std::uint32_t first,
                               std::uint32_t last) {
    return rows.empty() ? std::span<const float>() : std::span(rows).subspan(first * dim, (last - first) * dim);
}

/// Far from zero float32 has no room for what the states tell.
void note_coarse_samples(const settings::Settings& settings, const model::Model& model) {
    const data::FloatSpacing spacing = data::widest_spacing_at_mean(model.scaling);
    if (settings.quiet || settings.units != "data" || !spacing.is_coarse()) return;
    base::note(
        base::format_shown("float32 resolution near the data of {} is {:.3g} ({:.2g} std), so samples are "
                           "quantised. Subtract the mean from the data and train again",
                           model.name(), spacing.distance, spacing.in_deviations));
}

/// Start states of the shard; empty where the program's start law holds.
sample::StartRows rows_of_shard(const sample::StartRows& rows, std::uint32_t first_of_shard) {
    if (!rows) return {};
    return [rows, first_of_shard](std::uint32_t first, std::span<float> into) { rows(first_of_shard + first, into); };
}

int sample_and_report(const settings::Request& asked, base::Trace* trace) {
    settings::Settings settings = asked.settings;
    settings.particles = settings::particles_in_effect(settings);
    say(settings, structured_field_notes(settings));
    std::optional<base::TraceSpan> phase;
    phase.emplace(trace, "open model");
    const model::Model model = settings::open_model(settings);
    say(settings, model.notes);
    note_coarse_samples(settings, model);
    const std::size_t dim = model.dim();
    const sample::SamplingSpec spec = settings::sampling_spec(settings, model);
    const data::Scaling scaling = sample::file_scaling(spec, model);
    Inputs inputs;
    phase.emplace(trace, "compile run");
    const session::CompiledRun run = session::compile_run(
        spec, model,
        [&](const diffusion::Program& program) { inputs = read_inputs(settings, spec, scaling, dim, program); },
        [] { base::require_not_interrupted(); });
    const auto [first, last] = shard_range(settings);
    session::RunRequest request = session::request_for(run);
    request.first = first;
    request.particles = last - first;
    request.chunk = settings.chunk;
    request.trajectory = !settings.trajectory.empty();
    request.init = rows_of_shard(run.start, first);
    request.known = part_of(inputs.known, dim, first, last);
    request.mask = part_of(inputs.mask, dim, first, last);
    phase.emplace(trace, "open device");
    const std::unique_ptr<session::Engine> engine = open_engine(settings, trace);
    const std::unique_ptr<SampleOutput> output = make_output(settings, scaling, model, request);
    say(settings, session::run_notes(spec, model, request.program, settings::data_name(settings, model)));

    Report report;
    session::RunResult result;
    {
        phase.emplace(trace, "open score");
        const std::unique_ptr<session::EngineScore> score = engine->open(model);
        const auto steps = static_cast<std::uint64_t>(request.program.steps);
        phase.reset();
        base::Progress progress("sample", steps * request.particles, "particle-steps", !settings.quiet);
        request.progress = [&](std::uint64_t done) { progress.update(done); };
        result = score->run(request, [&](const session::Batch& batch) { output->take(batch); });
        report.variant = score->variant();
        report.operations = score->operations();
    }
    report.score = model.target ? "exact score of " + model.name() : "network trained on " + model.name();
    report.device = engine->name();
    report.device_reason = engine->reason();
    report.dim = dim;
    report.particles = request.particles;
    report.sampler = request.program.sampler;
    report.steps = request.program.steps;
    report.evaluations = request.program.evaluations();
    report.spacing = sample::spacing_text(spec);
    report.start = sample::start_text(spec, model, request.program);
    report.start_is_chosen = !spec.start.kind && report.start != sample::kStarts.front();
    report.seconds = result.seconds;
    report.network_seconds = result.network_seconds;
    engine->require_no_validation_messages();

    phase.emplace(trace, "write");
    output->commit();
    phase.reset();
    base::print(settings.json ? to_json(settings, report, *output) : to_text(report) + output->text());
    return 0;
}

}  // namespace

int sample_command(const settings::Request& asked) {
    base::watch_interrupts();
    return traced(asked.settings, [&](base::Trace* trace) { return sample_and_report(asked, trace); });
}

}  // namespace scorefield::cli
