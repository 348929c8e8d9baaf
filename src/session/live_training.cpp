#include "session/live_training.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/error.hpp"
#include "base/short_number.hpp"
#include "base/text.hpp"
#include "base/thread_pool.hpp"
#include "train/bayes_floor.hpp"
#include "train/train.hpp"

namespace scorefield::session {
namespace {

/// On one core, so that frames keep the others.
LossFloor find_floor(const train::TrainSpec& spec, const data::Dataset& data, const diffusion::NoiseProcess& process,
                     base::Task& task) {
    constexpr std::size_t kDraws = 8192;
    base::ThreadPool alone(1);
    const train::BatchSource source(data, process, spec);
    if (source.form().loss != train::BatchForm::Loss::regression) {
        return {std::nullopt,
                "Implicit objectives have no floor to draw: their minimum is negative and depends on the score."};
    }
    const std::optional<train::BayesFloor> floor =
        train::bayes_floor(alone, data, source, kDraws, [&task] { task.step(); });
    if (!floor) return {std::nullopt, "The floor of this loss is too uncertain to draw."};
    return {floor->loss, fmt::format("The dashed line is the Bayes floor, the lowest possible loss: {} ± {}.",
                                     base::short_number(floor->loss, 4), base::short_number(floor->error, 1))};
}

}  // namespace

void LiveTraining::pause() {
    if (state_ == State::running) state_ = State::paused;
}

void LiveTraining::resume() {
    if (state_ != State::paused) return;
    state_ = State::running;
    counted_ = steps();
    counted_at_ = Clock::now();
}

void LiveTraining::drop() {
    state_ = State::none;
    floor_estimate_.cancel();
    session_.reset();
    snapshot_.forget();
}

std::optional<LiveTraining::Saved> LiveTraining::take_save() {
    const auto outcome = save_.poll();
    if (!outcome) return std::nullopt;
    save_succeeded_ = outcome->result.has_value();
    if (save_succeeded_) saved_steps_ = std::max(saved_steps_, saving_steps_);
    return Saved{saving_path_, outcome->error};
}

LiveTraining::News LiveTraining::poll() {
    News news;
    news.saved = take_save();
    if (auto outcome = floor_estimate_.poll()) {
        floor_ = std::move(outcome->result)
                     .value_or(LossFloor{std::nullopt, fmt::format("The floor of this loss cannot be computed: {}.",
                                                                   base::with_flags(outcome->error))});
    }
    if (session_) {
        news.divergence = take_reports();
        snapshot_.poll();
        measure_speed();
    }
    return news;
}

void LiveTraining::begin(std::unique_ptr<TrainingSession> session) {
    session_ = std::move(session);
    state_ = State::running;
    saved_steps_ = 0;
    saving_steps_ = 0;
    snapshot_.watch(*session_->trainer, session_->initial);
    pace_ = {};
    clock_ = {};
    losses_ = {};
    steps_per_second_ = 0;
    counted_ = 0;
    counted_at_ = Clock::now();
    estimate_floor();
}

void LiveTraining::estimate_floor() {
    floor_ = {std::nullopt, "The floor of this loss is being computed."};
    floor_estimate_.ask("Computing the Bayes floor",
                        [spec = session_->spec, data = session_->data, process = session_->process](base::Task& task) {
                            return find_floor(spec, *data, *process, task);
                        });
}

void LiveTraining::cancel_floor() {
    if (!floor_estimate_.wanted()) return;
    floor_estimate_.cancel();
    floor_ = {std::nullopt, "The computation of the floor was cancelled."};
}

/// Returns why the training has diverged; empty if it has not.
std::string LiveTraining::take_reports() {
    for (const train::StepReport& report : session_->trainer->reports(false)) {
        try {
            train::require_convergence(report, session_->spec);
        } catch (const base::Error& error) {
            const bool is_new = state_ != State::finished;
            state_ = State::finished;
            return is_new ? error.what() : "";
        }
        losses_.add(report.step, report.loss);
    }
    if (state_ == State::running && steps() >= session_->spec.steps) state_ = State::finished;
    return {};
}

void LiveTraining::measure_speed() {
    constexpr double kEvery = 0.5;  // seconds
    const double seconds = std::chrono::duration<double>(Clock::now() - counted_at_).count();
    if (seconds < kEvery) return;
    steps_per_second_ = static_cast<double>(steps() - counted_) / seconds;
    counted_ = steps();
    counted_at_ = Clock::now();
}

void LiveTraining::record(gpu::Recorder& recorder, double share) {
    recorded_ = {};
    if (!session_) return;
    snapshot_.record(recorder);
    const bool trains = state_ == State::running && (has_clock() || !clock_.resting());
    const double wanted = trains ? pace_.operations(share) : 0;
    if (wanted <= 0) return;
    auto scope = recorder.scope("training");
    const Clock::time_point start = Clock::now();
    recorded_.operations = session_->trainer->record_some(recorder, wanted);
    scope.add_operations(recorded_.operations);
    recorded_.host_ms = 1e3 * std::chrono::duration<double>(Clock::now() - start).count();
}

TrainingWork LiveTraining::submitted(gpu::Submission submission) {
    if (session_) {
        session_->trainer->submitted(submission);
        snapshot_.submitted(submission);
    }
    return recorded_;
}

void LiveTraining::note_frame(const TrainingWork& work, double device_ms, double frame_ms) {
    if (has_clock()) {
        pace_.note(work.operations, work.host_ms + device_ms, frame_ms);
        return;
    }
    const std::optional<double> training_ms = clock_.training_ms(work.operations, frame_ms);
    if (training_ms) pace_.note(work.operations, *training_ms, frame_ms);
}

bool LiveTraining::has_clock() const {
    return device_.properties().timestamp_seconds > 0;
}

LiveWeights LiveTraining::weights(bool restart) const {
    return {session_->trainer->averaged(), session_->trainer->steps(), restart, session_->label};
}

std::function<void(model::Model&)> LiveTraining::updater() const {
    return [weights = recent_weights(), network = network(), label = shown_class()](model::Model& model) {
        if (weights) model.checkpoint->tensors = model::weights_of_class(*weights, network, label);
    };
}

bool LiveTraining::save(const std::filesystem::path& path) {
    if (!session_ || !recent_weights() || saving()) return false;
    model::Checkpoint checkpoint = train::describe_network(session_->spec, *session_->process, *session_->trainer);
    checkpoint.training = session_->spec.record;
    checkpoint.training["steps"] = std::to_string(snapshot_.steps());
    saving_steps_ = snapshot_.steps();
    save_succeeded_ = false;
    saving_path_ = path;
    save_.ask("Saving " + path.filename().string(),
              [path, checkpoint = std::move(checkpoint), weights = recent_weights()](base::Task& /*task*/) mutable {
                  checkpoint.tensors = *weights;
                  model::write_checkpoint(path, checkpoint);
                  return true;
              });
    return true;
}

}  // namespace scorefield::session
