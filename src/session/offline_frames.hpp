#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "gpu/device.hpp"
#include "gpu/recorder.hpp"
#include "render/capture.hpp"
#include "render/picture.hpp"
#include "render/view_spec.hpp"
#include "sample/population.hpp"
#include "session/frame_log.hpp"
#include "session/scene.hpp"

namespace scorefield::session {

/// Draws frames of a scene for files. Each frame shows exactly the state of the clock, however long that takes. The
/// work before it is divided into as many submissions as necessary. The next frame is recorded while the GPU still
/// draws earlier ones.
class OfflineFrames {
  public:
    /// `frame_log`: as FrameLog. `write` receives the pictures in order. `operations`: the approximate upper limit of
    /// the particles' operations in one submission.
    OfflineFrames(gpu::Device& device, Scene& scene, const std::string& frame_log,
                  std::function<void(const render::Picture&)> write,
                  double operations = sample::kOperationsPerSubmission);

    /// Adds a frame of the particles. Throws base::Error if the process is interrupted.
    void add(const render::ViewSpec& view);
    /// Adds a frame of the data (Scene::draw_data).
    void add_data(const render::ViewSpec& view);
    /// Writes the remaining pictures and the log.
    void finish();

    std::uint64_t count() const { return frames_; }

  private:
    using Clock = std::chrono::steady_clock;

    /// One submission. The last submission of a frame holds the record of the frame.
    struct Part {
        gpu::Recorder recorder;
        std::optional<FrameRecord> frame = {};
        bool submitted = false;
    };

    void begin_frame();
    void end_frame();
    void begin_part();
    gpu::Submission submit_part();
    void collect(Part& part);
    Part& part() { return parts_.at(turn_ % parts_.size()); }

    gpu::Device& device_;
    Scene& scene_;
    double operations_;
    render::Capture capture_;
    FrameLog log_;
    std::function<void(const render::Picture&)> write_;
    std::array<Part, 2> parts_;
    std::size_t turn_ = 0;  ///< number of submissions so far
    std::uint64_t frames_ = 0;
    PassTimes gpu_ms_{};                      ///< sum over the completed submissions of a frame
    double cpu_ms_ = 0;                       ///< sum over the submissions of the current frame
    double frame_ms_ = 0;                     ///< duration of the current frame
    Clock::time_point last_ = Clock::now();   ///< when the last frame began
    Clock::time_point begin_ = Clock::now();  ///< when the current part began
};

}  // namespace scorefield::session
