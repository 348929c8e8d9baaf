#include "train/train.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <memory>
#include <optional>
#include <span>

#include "base/atomic_file.hpp"
#include "base/error.hpp"
#include "base/fnv.hpp"
#include "data/datasets.hpp"
#include "train/divergence_check.hpp"
#include "train/host_trainer.hpp"
#include "train/objective.hpp"
#include "train/train_log.hpp"

namespace scorefield::train {
namespace {

using Clock = std::chrono::steady_clock;

/// Between checkpoints where their distance is not said.
constexpr std::chrono::seconds kSaveInterval{60};

/// The largest number of coordinates for the exact trace: the graph of a step copies the network once per coordinate.
constexpr std::size_t kMaxTraceDim = 64;

// Keys of model::Checkpoint::training besides those of TrainSpec::record.
constexpr const char* kStepsKey = "steps";
constexpr const char* kPointsKey = "points";

/// Tells data apart: by all points of a set of points, by some of others, and by their units.
std::string fingerprint(const data::Dataset& data, data::ScalingMode mode) {
    constexpr std::size_t kGenerated = 1024;
    const data::Points points = data.pool(0, data.size() > 0 ? data.size() : kGenerated);
    base::Fnv fnv;
    fnv.number(points.dim);
    fnv.bytes(points.values.data(), points.values.size() * sizeof(float));
    fnv.bytes(points.labels.data(), points.labels.size() * sizeof(std::uint32_t));
    const data::Scaling scaling = data.scaling(mode);
    fnv.bytes(scaling.mean.data(), scaling.mean.size() * sizeof(double));
    // A common deviation counts once, as in checkpoints that know no other.
    const std::size_t deviations = scaling.has_common_deviation() ? 1 : scaling.deviation.size();
    fnv.bytes(scaling.deviation.data(), deviations * sizeof(double));
    return fmt::format("{:016x}", fnv.hash());
}

void require_same_points(const std::string& points, const std::string& data, const model::Checkpoint& resumed) {
    const auto known = resumed.training.find(kPointsKey);
    if (known != resumed.training.end() && known->second == points) return;
    throw base::request_error("data have changed", "`data` " + data,
                              "they differ from the points that the training started with",
                              "restore the data, or start a new training");
}

/// All steps, with their log and the checkpoints on the way.
class TrainingLoop {
  public:
    TrainingLoop(Trainer& trainer, const TrainSpec& spec, const diffusion::NoiseProcess& process, std::string points,
                 TrainLog& log, const TrainCallbacks& callbacks, base::ThreadPool& pool)
        : trainer_(trainer),
          spec_(spec),
          process_(process),
          points_(std::move(points)),
          log_(log),
          callbacks_(callbacks),
          divergence_check_(pool, trainer.source(), trainer.network(), trainer.averaged_weights()) {}

    /// The trainer goes on where the checkpoint ended, which is of a trainer of the same settings.
    void restore(const model::Checkpoint& resumed) {
        const model::Checkpoint begun = describe_network(spec_, process_, trainer_);
        if (!resumed.state || begun.network != resumed.network || begun.process != resumed.process ||
            begun.prediction != resumed.prediction || begun.scaling != resumed.scaling) {
            throw base::request_error("cannot resume", "`resume`", "the network does not match its settings",
                                      "start a new training");
        }
        TrainingState state = {
            resumed_steps(resumed), resumed.state->weights, {}, resumed.state->first, resumed.state->second};
        for (const nn::TensorSpec& spec : model::tensors_of(resumed.network)) {
            const std::vector<float>& values = resumed.tensors.at(spec.name).values;
            if (spec.trained) state.averaged.insert(state.averaged.end(), values.begin(), values.end());
        }
        trainer_.restore(state);
    }

    /// Ends early where the callbacks say so. Throws where what a stop leaves is not worth keeping.
    void all_steps() {
        base::TraceFrames frames(callbacks_.trace, "steps");
        while (trainer_.steps() < spec_.steps) {
            frames.begin("step");
            const std::uint64_t first = trainer_.steps();
            trainer_.advance(next_count());
            const std::array args = {base::TraceArg{"step", first}, base::TraceArg{"steps", trainer_.steps() - first},
                                     base::TraceArg{"batch", spec_.batch}};
            frames.describe(args);
            frames.next("read back");
            const bool stop = callbacks_.stop && callbacks_.stop();
            const bool save = trainer_.steps() < spec_.steps && (stop || save_is_due());
            tell(trainer_.reports(save || trainer_.steps() == spec_.steps));
            if (save) frames.next("checkpoint");
            if (save) save_sound(stop);
            if (stop) return;
        }
    }

    /// Writes what all steps have reached. Throws where that is not worth keeping.
    model::Checkpoint finish() {
        const base::TraceSpan span(callbacks_.trace, "checkpoint");
        model::Checkpoint made = checkpoint();
        require_sound(made);
        if (!spec_.keep_state) made.state.reset();
        write(made);
        return made;
    }

  private:
    /// With the state.
    model::Checkpoint checkpoint() {
        model::Checkpoint made = describe_network(spec_, process_, trainer_);
        made.training = spec_.record;
        made.training[kStepsKey] = std::to_string(trainer_.steps());
        made.training[kPointsKey] = points_;
        made.tensors = trainer_.averaged_weights();
        TrainingState state = trainer_.state();
        made.state = {std::move(state.weights), std::move(state.first), std::move(state.second)};
        return made;
    }

    /// The loss that makes the checkpoint not worth keeping: that of the averaged weights, or else of the weights that
    /// training goes on from. None: both are sound.
    std::optional<double> unsound_loss(const model::Checkpoint& made) {
        const double averaged = divergence_check_.loss(made.tensors);
        if (!divergence_check_.is_sound(averaged)) return averaged;
        const std::vector<nn::TensorSpec> specs = model::tensors_of(made.network);
        const double last = divergence_check_.loss(nn::with_trained(made.tensors, specs, made.state->weights));
        return divergence_check_.is_sound(last) ? std::nullopt : std::optional(last);
    }

    void require_sound(const model::Checkpoint& made) {
        const std::optional<double> loss = unsound_loss(made);
        if (!loss) return;
        throw divergence(
            trainer_.steps(),
            fmt::format("the loss is {:.3g}, at the start it was {:.3g}", *loss, divergence_check_.start()), spec_);
    }

    /// Writes what the steps so far have reached, or where that is not worth keeping, leaves what was written before;
    /// if it `must` be kept, that is an error.
    void save_sound(bool must) {
        const model::Checkpoint made = checkpoint();
        if (must) require_sound(made);
        if (must || !unsound_loss(made)) write(made);
        saved_ = Clock::now();
    }

    /// The log is never behind the checkpoint.
    void write(const model::Checkpoint& made) {
        log_.save();
        if (!spec_.out.empty()) model::write_checkpoint(spec_.out, made);
    }

    std::uint64_t save_distance() const { return static_cast<std::uint64_t>(spec_.save_every.value_or(0)); }

    std::uint64_t next_count() const {
        constexpr std::uint64_t kAtOnce = 8;
        const std::uint64_t done = trainer_.steps();
        const std::uint64_t until_save = save_distance() > 0 ? save_distance() - done % save_distance() : kAtOnce;
        return std::min({kAtOnce, until_save, spec_.steps - done});
    }

    bool save_is_due() const {
        if (!spec_.save_every) return Clock::now() - saved_ >= kSaveInterval;
        return save_distance() > 0 && trainer_.steps() % save_distance() == 0;
    }

    /// Throws at the first report of a step that has diverged, which is logged as well.
    void tell(const std::vector<StepReport>& reports) {
        for (const StepReport& report : reports) {
            log_.add(report);
            require_convergence(report, spec_);
            if (callbacks_.progress) callbacks_.progress(report);
        }
    }

    Trainer& trainer_;
    const TrainSpec& spec_;
    const diffusion::NoiseProcess& process_;
    std::string points_;
    TrainLog& log_;
    const TrainCallbacks& callbacks_;
    DivergenceCheck divergence_check_;
    Clock::time_point saved_ = Clock::now();
};

/// Puts the log of a training that failed in place; the failure itself matters more than that of its log.
void keep_log(TrainLog& log) {
    try {
        log.save();
    } catch (const base::Error&) {
        return;
    }
}

}  // namespace

std::uint64_t held_out_draws(std::size_t dim) {
    return std::min(kHeldOutDraws, kHeldOutCoordinates / dim);
}

void require_trainable(const data::Dataset& data, const TrainSpec& spec) {
    if (data.dim() > data::kMaxDim) {
        throw base::request_error("points have too many coordinates", "`data` " + spec.data,
                                  fmt::format("they have {}", data.dim()),
                                  fmt::format("give points of 1 to {} coordinates", data::kMaxDim));
    }
    if (data.dim() <= kMaxTraceDim || parse_objective(spec.objective.name) != Objective::ism) return;
    throw base::request_error("too many coordinates for the objective", "`objective` ism",
                              fmt::format("it takes one derivative per coordinate, {} has {}", spec.data, data.dim()),
                              fmt::format("use `objective` ssm, or data of at most {} coordinates", kMaxTraceDim));
}

std::uint64_t resumed_steps(const model::Checkpoint& checkpoint) {
    const auto found = checkpoint.training.find(kStepsKey);
    std::uint64_t steps = 0;
    if (found != checkpoint.training.end()) {
        const std::string& text = found->second;
        const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), steps);
        if (error == std::errc() && stop == text.data() + text.size() && steps <= kMaxSteps) return steps;
    }
    throw base::request_error("cannot resume", "`resume`", "the model file does not store the number of training steps",
                              "start a new training");
}

model::Checkpoint describe_network(const TrainSpec& spec, const diffusion::NoiseProcess& process,
                                   const Trainer& trainer) {
    model::Checkpoint checkpoint;
    checkpoint.network = trainer.network();
    checkpoint.process = spec.process;
    if (checkpoint.process.name == "ddpm") checkpoint.process.horizon = process.times().highest + 1;
    checkpoint.prediction = spec.prediction;
    checkpoint.data = spec.data;
    checkpoint.scaling = trainer.source().scaling();
    checkpoint.clean_moments = trainer.source().clean_moments();
    return checkpoint;
}

std::unique_ptr<Trainer> make_host_trainer(const TrainSpec& spec, const data::Dataset& data,
                                           const diffusion::NoiseProcess& process) {
    return std::make_unique<HostTrainer>(spec, data, process);
}

TrainResult train(const TrainSpec& spec, const TrainerMaker& make, const TrainCallbacks& callbacks,
                  const model::Checkpoint* resumed) {
    check_spec(spec);
    if (!spec.out.empty()) base::require_writable(spec.out);
    if (!spec.log.empty()) base::require_writable(spec.log);
    std::optional<base::TraceSpan> phase;
    phase.emplace(callbacks.trace, "open data");
    const std::unique_ptr<data::Dataset> data = data::open_dataset(spec.data);
    if (callbacks.noted) callbacks.noted(data::notes_with_scaling(*data, spec.scaling));
    const auto process = diffusion::make_process(spec.process);
    require_trainable(*data, spec);
    const std::string points = fingerprint(*data, spec.scaling);
    if (resumed != nullptr) require_same_points(points, spec.data, *resumed);
    phase.emplace(callbacks.trace, "make trainer");
    const std::unique_ptr<Trainer> trainer = make(spec, *data, *process);
    trainer->trace_with(callbacks.trace);
    TrainLog log(spec.log, resumed == nullptr ? 0 : resumed_steps(*resumed));
    base::ThreadPool pool(spec.threads);
    TrainingLoop loop(*trainer, spec, *process, points, log, callbacks, pool);
    if (resumed != nullptr) loop.restore(*resumed);
    phase.reset();

    TrainResult result;
    const std::uint64_t before = trainer->steps();
    const Clock::time_point start = Clock::now();
    try {
        loop.all_steps();
        result.steps = trainer->steps();
        result.seconds = std::chrono::duration<double>(Clock::now() - start).count();
        result.steps_per_s = static_cast<double>(result.steps - before) / result.seconds;
        if (result.steps < spec.steps) return result;
        result.checkpoint = loop.finish();
    } catch (...) {
        keep_log(log);  // it shows the way to where training ended
        throw;
    }
    phase.emplace(callbacks.trace, "held-out loss");
    result.loss_draws = held_out_draws(data->dim());
    result.loss = held_out_loss(pool, trainer->source(), trainer->network(), result.checkpoint.tensors,
                                result.loss_draws, [&](std::uint64_t done) {
                                    if (callbacks.measured) callbacks.measured(done, result.loss_draws);
                                });
    phase.emplace(callbacks.trace, "Bayes floor");
    result.floor = bayes_floor(pool, *data, trainer->source(), kFloorDraws, callbacks.computing_floor);
    return result;
}

}  // namespace scorefield::train
