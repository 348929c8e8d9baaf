#pragma once

#include <optional>

#include "base/background_job.hpp"
#include "gpu/device.hpp"
#include "gpu/image.hpp"
#include "gpu/recorder.hpp"
#include "render/capture.hpp"
#include "viewer/messages.hpp"

namespace scorefield::viewer {

/// Pictures of the window as PNG files in the working folder, `scorefield_0000.png` and so on, one at a time. No frame
/// waits for them: they are encoded and written on a thread of their own.
class Screenshots {
  public:
    explicit Screenshots(gpu::Device& device) : device_(device), capture_(device, 1) {}

    /// The next frame that can is to be saved.
    void want() { wanted_ = true; }
    /// Copies the picture as it is at this place of the recording, if it is wanted.
    void record(gpu::Recorder& recorder, const gpu::Image& picture);
    /// The submission of the recording.
    void submitted(gpu::Submission submission);
    /// Call every frame: what to tell the user, once there is something new.
    std::optional<Message> poll();
    /// Waits until all that was recorded is on the disk.
    void finish();

  private:
    void start_writing();

    gpu::Device& device_;
    render::Capture capture_;
    bool wanted_ = false;
    bool recorded_ = false;  ///< by the recording under way
    gpu::Submission submission_;
    base::BackgroundJob<Message> written_;  ///< what to tell the user
};

}  // namespace scorefield::viewer
