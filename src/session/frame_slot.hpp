#pragma once

#include <optional>

#include "gpu/recorder.hpp"
#include "session/frame_log.hpp"
#include "session/scene.hpp"

namespace scorefield::session {

/// The training that a frame holds.
struct TrainingWork {
    double operations = 0;
    double host_ms = 0;  ///< that recording it took
};

/// A recorder that carries one frame after the other, and what is to be said of the frame under way.
struct FrameSlot {
    gpu::Recorder recorder;
    std::optional<FrameRecord> record = {};
    double operations = 0;  ///< of particles that the frame computes
    TrainingWork training = {};
};

/// What is known of a frame when it is submitted. `scene`: what it shows; null: nothing yet.
FrameRecord frame_record(std::uint64_t frame, double cpu_ms, const Scene* scene);

/// Waits until the slot's frame is drawn, completes its record by the GPU's times, and logs it. Nothing where no frame
/// is under way.
std::optional<FrameRecord> finish_frame(gpu::Device& device, FrameSlot& slot, FrameLog& log);

}  // namespace scorefield::session
