#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <span>
#include <string>

#include "gpu/device.hpp"
#include "gpu/recorder.hpp"

namespace scorefield::session {

/// Floating-point operations of one submission if no frame rate has to be kept. A software device needs half a second
/// for them, a GPU far less. That is well below the two-second timeout of drivers and well above the cost of a
/// submission.
inline constexpr double kOperationsPerSubmission = 1.3e10;

/// Submissions of work that has no frame rate to keep. Two recorders alternate: the host records one submission while
/// the GPU executes the other.
///
///     gpu::Recorder& recorder = submissions.begin();
///     … record about kOperationsPerSubmission operations …
///     submissions.submit();
class OfflineSubmissions {
  public:
    static constexpr std::size_t kSlots = 2;

    /// Called for every submission, in order, after the GPU has executed it: its slot and the times of its scopes.
    using Completed = std::function<void(std::size_t slot, std::span<const gpu::Timing> timings)>;

    /// `name`: of the recorders, for tools and messages.
    OfflineSubmissions(gpu::Device& device, const std::string& name, Completed completed);

    /// Begins the next recording. First waits for the last submission of its slot and reports it to `completed`. Throws
    /// base::Error (running) if the process is interrupted, and what `completed` throws.
    gpu::Recorder& begin();
    /// The current recording, and its slot (below kSlots).
    gpu::Recorder& recorder() { return slots_.at(current_).recorder; }
    std::size_t slot() const { return current_; }
    gpu::Submission submit();
    /// Waits for all submissions and reports them.
    void finish();

    /// The number of submissions that have not been reported. The report under way counts as one.
    std::size_t pending() const;

  private:
    struct Slot {
        gpu::Recorder recorder;
        bool is_pending = false;
    };

    void complete(std::size_t slot);

    gpu::Device& device_;
    Completed completed_;
    std::array<Slot, kSlots> slots_;
    std::size_t current_ = kSlots - 1;
};

}  // namespace scorefield::session
