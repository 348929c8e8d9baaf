#include "viewer/live_training.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/error.hpp"
#include "base/short_number.hpp"
#include "base/text.hpp"
#include "base/thread_pool.hpp"
#include "train/bayes_floor.hpp"

namespace scorefield::viewer {
namespace {

/// On one core, so that frames keep the others.
LossFloor find_floor(const train::TrainSpec& settings, const data::Dataset& data,
                     const diffusion::NoiseProcess& process) {
    constexpr std::size_t kDraws = 8192;
    base::ThreadPool alone(1);
    const train::BatchSource source(data, process, settings);
    if (source.form().loss != train::BatchForm::Loss::regression) {
        return {std::nullopt,
                "Implicit objectives have no floor to draw: their minimum is negative and depends on the score."};
    }
    const std::optional<train::BayesFloor> floor = train::bayes_floor(alone, data, source, kDraws);
    if (!floor) return {std::nullopt, "The floor of this loss is too uncertain to draw."};
    return {floor->loss, fmt::format("The dashed line is the Bayes floor, the lowest possible loss: {} ± {}.",
                                     base::short_number(floor->loss, 4), base::short_number(floor->error, 1))};
}

}  // namespace

void LiveTraining::start(TrainingPlan plan, const settings::Settings& shown, VkExtent2D extent) {
    if (preparing() && same_training(plan, asked_)) return;
    if (!session_) state_ = State::preparing;
    asked_ = plan;
    prepared_.ask("Preparing", [this, shown, extent, wanted = std::move(plan)](base::Task& task) {
        return prepare_training(device_, wanted, shown, extent, task);
    });
}

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
    state_ = preparing() ? State::preparing : State::none;
    session_.reset();
    snapshot_.forget();
}

void LiveTraining::take_save(Messages& messages) {
    auto outcome = saved_.poll();
    if (!outcome) return;
    Message message = std::move(outcome->result).value_or(Message{MessageKind::error, outcome->error});
    save_succeeded_ = message.kind == MessageKind::info;
    if (save_succeeded_) saved_steps_ = std::max(saved_steps_, saving_steps_);
    messages.add(std::move(message), "save");
}

std::optional<LiveTraining::Ready> LiveTraining::poll(Messages& messages) {
    take_save(messages);
    if (auto outcome = floor_estimate_.poll()) {
        floor_ = std::move(outcome->result)
                     .value_or(LossFloor{std::nullopt, fmt::format("The floor of this loss cannot be computed: {}.",
                                                                   base::with_flags(outcome->error))});
    }
    if (session_) {
        take_reports(messages);
        snapshot_.poll();
        measure_speed();
    }
    auto prepared = prepared_.poll();
    if (!prepared) return std::nullopt;
    if (!prepared->result) {
        messages.add({MessageKind::error, prepared->error}, "training");
        if (!session_ && !preparing()) state_ = State::none;
        return std::nullopt;
    }
    adopt(std::move(*prepared->result));
    return Ready{std::move(session_->scene), session_->shown, session_->notes, session_->note};
}

void LiveTraining::adopt(std::unique_ptr<TrainingSession> session) {
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
    floor_estimate_.ask("Bayes floor",
                        [settings = session_->settings, data = session_->data, process = session_->process](
                            base::Task& /*task*/) { return find_floor(settings, *data, *process); });
}

void LiveTraining::take_reports(Messages& messages) {
    for (const train::StepReport& report : session_->trainer->reports(false)) {
        try {
            train::require_convergence(report, session_->settings);
        } catch (const base::Error& error) {
            if (state_ != State::finished) messages.add({MessageKind::error, error.what()}, "training");
            state_ = State::finished;
            return;
        }
        losses_.add(report.step, report.loss);
    }
    if (state_ == State::running && steps() >= session_->settings.steps) state_ = State::finished;
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
    const auto scope = recorder.scope("training");
    const Clock::time_point start = Clock::now();
    recorded_.operations = session_->trainer->record_some(recorder, wanted);
    recorded_.host_ms = 1e3 * std::chrono::duration<double>(Clock::now() - start).count();
}

session::TrainingWork LiveTraining::submitted(gpu::Submission submission) {
    if (session_) {
        session_->trainer->submitted(submission);
        snapshot_.submitted(submission);
    }
    return recorded_;
}

void LiveTraining::note_frame(const session::TrainingWork& work, double device_ms, double frame_ms) {
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

session::LiveWeights LiveTraining::weights(bool restart) const {
    return {session_->trainer->averaged(), session_->trainer->steps(), restart, session_->label};
}

bool LiveTraining::save(const std::filesystem::path& path) {
    if (!session_ || !recent_weights() || saving()) return false;
    model::Checkpoint checkpoint = train::describe_network(session_->settings, *session_->process, *session_->trainer);
    checkpoint.tensors = *recent_weights();
    checkpoint.training = session_->settings.record;
    checkpoint.training["steps"] = std::to_string(snapshot_.steps());
    saving_steps_ = snapshot_.steps();
    save_succeeded_ = false;
    saved_.ask("Saving", [path, checkpoint = std::move(checkpoint)](base::Task& /*task*/) {
        model::write_checkpoint(path, checkpoint);
        return Message{MessageKind::info, fmt::format("saved {}", path.string())};
    });
    return true;
}

}  // namespace scorefield::viewer
