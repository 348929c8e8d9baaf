#include "session/offline_frames.hpp"

#include <algorithm>
#include <functional>
#include <utility>

#include "base/interrupt.hpp"
#include "session/frame_slot.hpp"

namespace scorefield::session {
namespace {

double milliseconds_between(std::chrono::steady_clock::time_point a, std::chrono::steady_clock::time_point b) {
    return std::chrono::duration<double, std::milli>(b - a).count();
}

}  // namespace

OfflineFrames::OfflineFrames(gpu::Device& device, Scene& scene, const std::string& frame_log,
                             std::function<void(const render::Picture&)> write, double operations)
    : device_(device),
      scene_(scene),
      operations_(operations),
      capture_(device),
      log_(frame_log),
      write_(std::move(write)),
      parts_{Part{{device, "frames, even"}}, Part{{device, "frames, odd"}}} {}

void OfflineFrames::add(const render::ViewSpec& view) {
    begin_frame();
    scene_.advance(part().recorder, operations_);
    while (!scene_.player().up_to_date()) {
        submit_part();
        begin_part();
        scene_.advance(part().recorder, operations_);
    }
    scene_.draw(part().recorder, view);
    end_frame();
}

void OfflineFrames::add_data(const render::ViewSpec& view) {
    begin_frame();
    scene_.draw_data(part().recorder, view);
    end_frame();
}

void OfflineFrames::begin_frame() {
    if (capture_.full()) write_(capture_.take());
    begin_part();
    frame_ms_ = milliseconds_between(std::exchange(last_, begin_), begin_);
    cpu_ms_ = 0;
}

void OfflineFrames::end_frame() {
    capture_.record(part().recorder, scene_.picture());
    std::optional<FrameRecord>& record = part().frame;
    capture_.submitted(submit_part());
    record = frame_record(frames_, cpu_ms_, scene_.model(), scene_.player());
    record->frame_ms = frame_ms_;
    ++frames_;
}

void OfflineFrames::begin_part() {
    base::require_not_interrupted();
    collect(part());
    begin_ = Clock::now();
    part().recorder.begin();
}

gpu::Submission OfflineFrames::submit_part() {
    const gpu::Submission submission = device_.submit(part().recorder);
    part().submitted = true;
    cpu_ms_ += milliseconds_between(begin_, Clock::now());
    ++turn_;
    return submission;
}

/// Waits for the part's submission, if it has one. The times of a frame are sums over its parts.
void OfflineFrames::collect(Part& part) {
    if (!std::exchange(part.submitted, false)) return;
    device_.wait(part.recorder.submission());
    std::ranges::transform(gpu_ms_, pass_times(part.recorder.timings()), gpu_ms_.begin(), std::plus<>());
    std::optional<FrameRecord> record = std::exchange(part.frame, std::nullopt);
    if (!record) return;
    record->gpu_ms = std::exchange(gpu_ms_, {});
    log_.add(*record);
}

void OfflineFrames::finish() {
    while (!capture_.empty()) write_(capture_.take());
    for (std::size_t i = 0; i < parts_.size(); ++i, ++turn_) collect(part());
    log_.commit();
}

}  // namespace scorefield::session
