#include "app/viewer/live_training.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/error.hpp"
#include "base/thread_pool.hpp"
#include "train/bayes_floor.hpp"

namespace scorefield::app {
namespace {

template <class Value>
bool ready(const std::future<Value>& future) {
    return future.valid() && future.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
}

std::string write(const std::filesystem::path& path, const nn::Checkpoint& checkpoint) {
    try {
        nn::write_checkpoint(path, checkpoint);
        return fmt::format("saved {}", path.string());
    } catch (const base::Error& error) {
        return error.what();
    }
}

/// On one core, so that frames keep the others.
LossFloor find_floor(const train::TrainSettings& settings, const data::Dataset& data,
                     const diffusion::NoiseProcess& process) {
    constexpr std::size_t kDraws = 8192;
    base::ThreadPool alone(1);
    const train::BatchSource source(data, process, settings);
    if (source.form().loss != train::BatchForm::Loss::regression) {
        return {std::nullopt,
                "An implicit objective has no floor to draw: it goes down to minus the size of the score."};
    }
    const std::optional<train::BayesFloor> floor = train::bayes_floor(alone, data, source, kDraws);
    if (!floor) return {std::nullopt, "The floor of this loss is too uncertain to draw."};
    return {floor->loss, fmt::format("The dashed line is the loss that no network can beat: {:.4g} ± {:.1g}.",
                                     floor->loss, floor->error)};
}

}  // namespace

void LiveTraining::start(TrainingPlan plan, const Settings& shown, VkExtent2D extent) {
    if (preparing()) return;
    if (!session_) state_ = State::preparing;
    prepared_ = std::async(std::launch::async, [this, shown, extent, wanted = std::move(plan)] {
        return prepare_training(device_, wanted, shown, extent);
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

std::optional<LiveTraining::Ready> LiveTraining::poll(std::string& message) {
    if (ready(saved_)) message = saved_.get();
    if (!floor_estimates_.empty() && ready(floor_estimates_.back())) floor_ = floor_estimates_.back().get();
    std::erase_if(floor_estimates_, [](const auto& estimate) { return !estimate.valid() || ready(estimate); });
    if (session_) {
        take_reports(message);
        snapshot_.poll();
        measure_speed();
    }
    if (!ready(prepared_)) return std::nullopt;
    try {
        adopt(prepared_.get());
    } catch (const base::Error& error) {
        message = error.what();
        if (!session_) state_ = State::none;
        return std::nullopt;
    }
    return Ready{std::move(session_->scene), session_->shown, session_->note};
}

void LiveTraining::adopt(std::unique_ptr<TrainingSession> session) {
    session_ = std::move(session);
    state_ = State::running;
    snapshot_.watch(*session_->trainer);
    pace_ = {};
    losses_ = {};
    steps_per_second_ = 0;
    counted_ = 0;
    counted_at_ = Clock::now();
    estimate_floor();
}

void LiveTraining::estimate_floor() {
    floor_ = {std::nullopt, "The floor of this loss is being computed."};
    auto estimate = [settings = session_->settings, data = session_->data, process = session_->process] {
        return find_floor(settings, *data, *process);
    };
    floor_estimates_.push_back(std::async(std::launch::async, std::move(estimate)));
}

void LiveTraining::take_reports(std::string& message) {
    for (const train::StepReport& report : session_->trainer->reports(false)) {
        try {
            train::require_convergence(report, session_->settings);
        } catch (const base::Error& error) {
            if (state_ != State::finished) message = error.what();
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
    const double wanted = state_ == State::running ? pace_.operations(share) : 0;
    if (wanted <= 0) return;
    const auto scope = recorder.scope("training");
    const Clock::time_point start = Clock::now();
    recorded_.operations = session_->trainer->record_some(recorder, wanted);
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
    pace_.note(work.operations, work.host_ms + device_ms, frame_ms);
}

LiveWeights LiveTraining::weights(bool restart) const {
    return {session_->trainer->averaged(), session_->trainer->steps(), restart};
}

void LiveTraining::save(const std::filesystem::path& path) {
    if (!session_ || !recent_weights() || saved_.valid()) return;
    nn::Checkpoint checkpoint = *training_model(*session_).checkpoint;
    checkpoint.network = session_->trainer->network();
    checkpoint.tensors = *recent_weights();
    checkpoint.training = {{"steps", std::to_string(steps())}, {"seed", std::to_string(session_->settings.seed)}};
    saved_ = std::async(std::launch::async, write, path, std::move(checkpoint));
}

}  // namespace scorefield::app
