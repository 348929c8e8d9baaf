#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/trace.hpp"
#include "gpu/device.hpp"
#include "gpu/recorder.hpp"
#include "render/capture.hpp"
#include "render/picture.hpp"
#include "render/view_spec.hpp"
#include "session/frame_log.hpp"
#include "session/offline_submissions.hpp"
#include "session/panes.hpp"
#include "session/scene.hpp"

namespace scorefield::session {

/// Draws frames of a scene, or of all panes, for files. Each frame shows exactly the state of the clock, however long
/// that takes. The work before it is divided into as many submissions as necessary. The next frame is recorded while
/// the GPU still draws earlier ones.
class OfflineFrames {
  public:
    /// `frame_log`: as FrameLog. `write` receives the pictures in order. `operations`: the approximate upper limit of
    /// the particles' operations in one submission. `panes`: of which `scene` is the first; null: it stands alone.
    OfflineFrames(gpu::Device& device, Scene& scene, const std::string& frame_log,
                  std::function<void(const render::Picture&)> write, double operations = kOperationsPerSubmission,
                  Panes* panes = nullptr);

    /// Adds a frame of the particles. Throws base::Error if the process is interrupted.
    void add(const render::ViewSpec& view);
    /// Adds a frame of the data (Scene::draw_data).
    void add_data(const render::ViewSpec& view);
    /// Writes the remaining pictures and the log.
    void finish();

    std::uint64_t count() const { return frames_; }

  private:
    using Clock = std::chrono::steady_clock;

    void advance();
    bool up_to_date() const { return scene_.player().up_to_date() && panes_.up_to_date(); }
    std::vector<Scene*> scenes();
    std::vector<render::Extras> extras(const render::ViewSpec& view);
    data::Points read_particles(const Scene& scene, std::size_t most);
    void predict(Scene& scene, const PredictionQuestion& question);
    void measure(Scene& scene, MetricsQuestion question);
    void begin_frame();
    void end_frame();
    void note_length();
    void begin_part();
    gpu::Submission submit_part();
    void collect(std::size_t slot, std::span<const gpu::Timing> timings);

    gpu::Device& device_;
    Panes alone_;  ///< of a scene without other panes
    Scene& scene_;
    Panes& panes_;
    double operations_;
    render::Capture capture_;
    FrameLog log_;
    base::TraceFrames trace_;
    std::function<void(const render::Picture&)> write_;
    OfflineSubmissions submissions_;
    /// By slot of the submissions: the frame that its submission completes.
    std::array<std::optional<FrameRecord>, OfflineSubmissions::kSlots> records_;
    std::uint64_t frames_ = 0;
    PassTimes gpu_ms_{};                            ///< sum over the completed submissions of a frame
    double cpu_ms_ = 0;                             ///< sum over the submissions of the current frame
    std::optional<FrameRecord>* last_ = nullptr;    ///< of the last frame, which has no length yet; null: none
    Clock::time_point frame_begin_ = Clock::now();  ///< when the current frame began
    Clock::time_point begin_ = Clock::now();        ///< when the current part began
};

}  // namespace scorefield::session
