#include "session/offline_frames.hpp"

#include <algorithm>
#include <functional>
#include <utility>

#include "base/interrupt.hpp"
#include "session/frame_slot.hpp"
#include "session/frame_trace.hpp"
#include "session/particle_readback.hpp"

namespace scorefield::session {
namespace {

double milliseconds_between(std::chrono::steady_clock::time_point a, std::chrono::steady_clock::time_point b) {
    return std::chrono::duration<double, std::milli>(b - a).count();
}

}  // namespace

OfflineFrames::OfflineFrames(gpu::Device& device, Scene& scene, const std::string& frame_log,
                             std::function<void(const render::Picture&)> write, double operations, Panes* panes)
    : device_(device),
      scene_(scene),
      panes_(panes == nullptr ? alone_ : *panes),
      operations_(operations),
      capture_(device),
      log_(frame_log),
      trace_(device.trace(), "frame"),
      write_(std::move(write)),
      submissions_(device, "frames",
                   [this](std::size_t slot, std::span<const gpu::Timing> timings) { collect(slot, timings); }) {}

void OfflineFrames::add(const render::ViewSpec& view) {
    begin_frame();
    advance();
    while (!up_to_date()) {
        submit_part();
        trace_.next("wait for host");
        for (Scene* const scene : scenes()) scene->player().wait();
        begin_part();
        advance();
    }
    const std::vector<render::Extras> drawings = extras(view);
    trace_.next("draw");
    panes_.draw(submissions_.recorder(), scene_, view, drawings);
    // The host computes the next state while this one is drawn.
    if (scene_.player().works_by_itself()) panes_.work_ahead(submissions_.recorder(), scene_, operations_);
    end_frame();
}

void OfflineFrames::add_data(const render::ViewSpec& view) {
    begin_frame();
    trace_.next("draw");
    panes_.draw_data(submissions_.recorder(), scene_, view);
    end_frame();
}

void OfflineFrames::advance() {
    const double done = scene_.advance(submissions_.recorder(), operations_);
    panes_.follow(scene_);
    panes_.advance(submissions_.recorder(), operations_ - done);
}

std::vector<Scene*> OfflineFrames::scenes() {
    std::vector<Scene*> all = {&scene_};
    for (const std::unique_ptr<Scene>& other : panes_.others()) all.push_back(other.get());
    return all;
}

/// The paths, the field lines and the predictions of all panes, computed now.
std::vector<render::Extras> OfflineFrames::extras(const render::ViewSpec& view) {
    std::vector<render::Extras> all;
    for (Scene* const scene : scenes()) {
        if (const auto run = scene->wanted_paths(view)) {
            trace_.next("paths");
            scene->take_paths(run, compute_paths(*run, [] { base::require_not_interrupted(); }));
        }
        if (auto question = scene->wanted_metrics(view)) measure(*scene, std::move(*question));
        if (const auto question = scene->wanted_prediction(view)) predict(*scene, *question);
        render::Extras& drawn = all.emplace_back();
        if (const auto question = scene->field_question(view)) {
            trace_.next("field lines");
            drawn.below = field_lines(*question, [] { base::require_not_interrupted(); });
        }
    }
    return all;
}

/// The first particles of the state that has been recorded. Ends the part that recorded them.
data::Points OfflineFrames::read_particles(const Scene& scene, std::size_t most) {
    const sample::ParticleView particles = scene.player().particles();
    ParticleReadback readback(device_, most, particles.dim);
    readback.record(submissions_.recorder(), as_particles(particles));
    readback.submitted(submit_part());
    return readback.wait();
}

/// What the denoiser predicts from the state that has been recorded.
void OfflineFrames::predict(Scene& scene, const PredictionQuestion& question) {
    const data::Points particles = read_particles(scene, scene.player().particles().count);
    trace_.next("predict");
    const data::Points predicted =
        question.denoiser->predict(particles, question.at, [] { base::require_not_interrupted(); });
    scene.take_prediction(question, std::make_shared<const PredictedParticles>(device_, predicted));
    begin_part();
}

/// The metrics of the state that has been recorded.
void OfflineFrames::measure(Scene& scene, MetricsQuestion question) {
    question.particles = read_particles(scene, kMetricParticles);
    begin_part();
    trace_.next("metrics");
    scene.take_metrics(scene.player().shown_version(), scene.player().run_state(),
                       state_metrics(question, [] { base::require_not_interrupted(); }));
}

void OfflineFrames::begin_frame() {
    note_length();
    trace_.begin("write");
    if (capture_.full()) write_(capture_.take());
    begin_part();
    cpu_ms_ = 0;
}

/// The last frame ends now.
void OfflineFrames::note_length() {
    const Clock::time_point now = Clock::now();
    const Clock::time_point begun = std::exchange(frame_begin_, now);
    if (last_ != nullptr) (*last_)->frame_ms = milliseconds_between(begun, now);
    last_ = nullptr;
}

void OfflineFrames::end_frame() {
    capture_.record(submissions_.recorder(), panes_.picture(scene_));
    capture_.submitted(submit_part());
    std::optional<FrameRecord>& record = records_.at(submissions_.slot());
    record = frame_record(frames_, cpu_ms_, &scene_);
    last_ = &record;
    ++frames_;
    trace_.end();
}

void OfflineFrames::begin_part() {
    trace_.next("wait");
    submissions_.begin();
    trace_.next("advance");
    begin_ = Clock::now();
}

gpu::Submission OfflineFrames::submit_part() {
    trace_.next("submit");
    const FrameTraceArgs args(trace_.trace(), frames_, &scene_);
    submissions_.recorder().describe("frame", args.all());
    trace_.describe(args.all());
    const gpu::Submission submission = submissions_.submit();
    cpu_ms_ += milliseconds_between(begin_, Clock::now());
    return submission;
}

/// Takes the times of a completed submission. The times of a frame are sums over its submissions.
void OfflineFrames::collect(std::size_t slot, std::span<const gpu::Timing> timings) {
    std::ranges::transform(gpu_ms_, pass_times(timings), gpu_ms_.begin(), std::plus<>());
    std::optional<FrameRecord> record = std::exchange(records_.at(slot), std::nullopt);
    if (!record) return;
    record->gpu_ms = std::exchange(gpu_ms_, {});
    log_.add(*record);
}

void OfflineFrames::finish() {
    note_length();
    trace_.begin("write");
    while (!capture_.empty()) write_(capture_.take());
    trace_.next("wait");
    submissions_.finish();
    trace_.end();
    log_.commit();
}

}  // namespace scorefield::session
