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

/// Frames of a scene for files: each shows the state of the clock, however long that takes. The work before it is cut
/// into as many submissions as it needs; the next frame is recorded while earlier ones are still drawn.
class OfflineFrames {
  public:
    /// `frame_log`: as FrameLog. `write` takes the pictures, in order. A submission holds roughly `operations` of the
    /// particles' work at most.
    OfflineFrames(gpu::Device& device, Scene& scene, const std::string& frame_log,
                  std::function<void(const render::Picture&)> write,
                  double operations = sample::kOperationsPerSubmission);

    /// Adds a frame of the particles. Throws base::Error where the process is interrupted.
    void add(const render::ViewSpec& view);
    /// Adds a frame of the data (Scene::draw_data).
    void add_data(const render::ViewSpec& view);
    /// Writes the pictures and the log to their end.
    void finish();

    std::uint64_t count() const { return frames_; }

  private:
    using Clock = std::chrono::steady_clock;

    /// A submission: the last one of a frame has its record.
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
    std::size_t turn_ = 0;  ///< submissions
    std::uint64_t frames_ = 0;
    PassTimes gpu_ms_{};                      ///< of the submissions of a frame that are complete
    double cpu_ms_ = 0;                       ///< of the submissions of the frame under way
    double frame_ms_ = 0;                     ///< of the frame under way
    Clock::time_point last_ = Clock::now();   ///< when the last frame began
    Clock::time_point begin_ = Clock::now();  ///< when the part under way began
};

}  // namespace scorefield::session
