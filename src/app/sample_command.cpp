#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <optional>

#include "app/commands.hpp"
#include "app/gpu_device.hpp"
#include "app/interrupt.hpp"
#include "app/model.hpp"
#include "app/output.hpp"
#include "base/error.hpp"
#include "base/progress.hpp"
#include "data/npy.hpp"
#include "sample/network_source.hpp"
#include "sample/run.hpp"

namespace scorefield::app {
namespace {

/// Figures of a run, for text and JSON alike.
struct Report {
    std::string device;
    std::string device_reason;
    std::string variant;
    std::size_t dim = 0;
    std::uint32_t particles = 0;
    int steps = 0;
    int evaluations = 0;
    double seconds = 0;
    double network_seconds = 0;  ///< 0: the device has no clock
    double operations = 0;       ///< of the network, per particle and evaluation

    double particle_steps_per_s() const { return static_cast<double>(particles) * steps / seconds; }
    double gflops() const { return operations * particles * evaluations / seconds * 1e-9; }
    /// Everything but the network, where it was measured.
    std::optional<double> sampler_share() const {
        if (network_seconds == 0) return std::nullopt;
        return std::max(0.0, 1 - network_seconds / seconds);
    }
};

std::string to_json(const Settings& settings, const Report& report) {
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
                                   {"seed", settings.seed},
                                   {"out", settings.out}};
    if (const std::optional<double> share = report.sampler_share()) json["sampler_share"] = *share;
    if (!settings.trajectory.empty()) json["trajectory"] = settings.trajectory;
    return json_line(json);
}

std::string to_text(const Settings& settings, const Report& report) {
    const std::optional<double> share = report.sampler_share();
    const std::string rest = share ? fmt::format("; everything else takes {:.1f}% of the time", 100 * *share) : "";
    return fmt::format(
        "device          {} ({})\n"
        "network         {}, {:.0f} operations per evaluation\n"
        "particles       {} in {} dimensions\n"
        "sampler         {}, {} steps, {} evaluations\n"
        "time            {:.3f} s, {:.3g} particle-steps/s\n"
        "network rate    {:.1f} GFLOP/s{}\n"
        "wrote           {}\n",
        report.device, report.device_reason, report.variant, report.operations, report.particles, report.dim,
        settings.sampler.name, report.steps, report.evaluations, report.seconds, report.particle_steps_per_s(),
        report.gflops(), rest, settings.out);
}

/// Start states of --init; `particles` becomes their number where the request does not say it.
std::vector<float> read_init(const Settings& settings, std::size_t dim, std::uint32_t& particles) {
    if (settings.init.empty()) return {};
    data::Points states = data::read_points(settings.init);
    if (!settings.is_given("particles") && states.count <= kMaxParticles) {
        particles = static_cast<std::uint32_t>(states.count);
    }
    if (states.dim != dim || states.count != particles) {
        throw base::request_error(
            "start states of the wrong shape", settings.init,
            fmt::format("it holds ({}, {}), the run needs ({}, {})", states.count, states.dim, particles, dim),
            "leave --particles out and use a model of that dimension");
    }
    return std::move(states.values);
}

/// First and one past the last particle of the shard.
std::pair<std::uint32_t, std::uint32_t> shard_range(const Settings& settings, std::uint32_t particles) {
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

/// Writes what a run hands over: final states in the data's units, trajectories in the network's.
class Files {
  public:
    Files(const Settings& settings, const sample::RunRequest& request, const data::Scaling& scaling)
        : scaling_(scaling),
          particles_(request.particles),
          dim_(scaling.mean.size()),
          steps_(request.program.steps),
          samples_(settings.out, {particles_, dim_}) {
        const std::size_t states = static_cast<std::size_t>(steps_) + 1;
        if (request.trajectory) trajectory_.emplace(settings.trajectory, std::vector{states, particles_, dim_});
    }

    void take(const sample::Batch& batch) {
        const std::size_t first = batch.first * dim_;
        if (batch.state == steps_) {
            const data::Points states = {batch.rows.size() / dim_, dim_, {batch.rows.begin(), batch.rows.end()}};
            samples_.write(first, data::undo(states, scaling_).values);
        }
        if (!trajectory_) return;
        trajectory_->write(static_cast<std::size_t>(batch.state) * particles_ * dim_ + first, batch.rows);
    }

    void commit() {
        if (trajectory_) trajectory_->commit();
        samples_.commit();
    }

  private:
    const data::Scaling& scaling_;
    std::size_t particles_;
    std::size_t dim_;
    int steps_;
    data::NpyWriter samples_;
    std::optional<data::NpyWriter> trajectory_;
};

}  // namespace

int sample_command(const Settings& settings) {
    for (const std::string& path : {settings.out, settings.trajectory}) {
        if (path.empty() || path.ends_with(".npy")) continue;
        throw base::request_error("unknown kind of file", path, "samples and trajectories are NumPy files",
                                  "give it a name that ends in .npy");
    }
    watch_interrupts();
    const Model model = load_model(settings);
    const std::size_t dim = model.checkpoint.network.dim;
    std::uint32_t particles = settings.particles;
    const std::vector<float> init = read_init(settings, dim, particles);
    const auto [first, last] = shard_range(settings, particles);

    sample::RunRequest request;
    request.program = build_program(settings, model.process, model.checkpoint.prediction);
    request.seed = settings.seed;
    request.first = first;
    request.particles = last - first;
    request.chunk = settings.chunk;
    request.trajectory = !settings.trajectory.empty();
    if (!init.empty()) request.init = std::span(init).subspan(first * dim, (last - first) * dim);
    Files files(settings, request, model.checkpoint.scaling);

    gpu::Device device(device_request(settings));
    Report report;
    sample::RunResult result;
    {
        nn::GpuNetwork network(device, model.checkpoint.network, model.checkpoint.tensors);
        const auto steps = static_cast<std::uint64_t>(request.program.steps);
        base::Progress progress("sample", steps * request.particles, "particle-steps", !settings.quiet);
        request.progress = [&](std::uint64_t done) {
            require_not_interrupted();
            progress.update(done);
        };
        sample::NetworkSource source(network);
        sample::GpuSource* const sources[] = {&source};
        result = sample::run(device, sources, request, [&](const sample::Batch& batch) { files.take(batch); });
        report.variant = network.variant();
        report.operations = network.operations();
    }
    report.device = device.properties().name;
    report.device_reason = device.selection_reason();
    report.dim = dim;
    report.particles = request.particles;
    report.steps = request.program.steps;
    report.evaluations = request.program.evaluations();
    report.seconds = result.seconds;
    report.network_seconds = result.network_seconds;
    require_no_validation_messages(device);

    files.commit();
    print(settings.json ? to_json(settings, report) : to_text(settings, report));
    return 0;
}

}  // namespace scorefield::app
