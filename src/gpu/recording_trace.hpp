#pragma once

#include <vulkan/vulkan.h>

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/trace.hpp"
#include "gpu/device.hpp"
#include "gpu/timestamps.hpp"

namespace scorefield::gpu {

/// A scope of a recording, whose two timestamps follow each other.
struct NamedScope {
    std::string name;
    std::size_t first_timestamp = 0;
    double operations = 0;  ///< floating-point operations of what it holds; 0: not known
};

/// What the device's trace shows of a recorder's submissions: an event for the whole, one for each scope in it, and one
/// for each dispatch, copy and draw. A pass ends where the next one begins, so that each needs one more timestamp. Does
/// nothing where the device has no trace or no timestamps. `report` follows every submission before the next `begin`.
class RecordingTrace {
  public:
    RecordingTrace(Device& device, Timestamps& timestamps);

    void begin(VkCommandBuffer commands, const std::string& name) {
        if (trace_ != nullptr) begin_recording(commands, name);
    }
    /// As Recorder::describe.
    void describe(const char* name, std::span<const base::TraceArg> args);
    /// A pass is about to be recorded, outside rendering.
    void enter_pass(VkCommandBuffer commands, std::string_view name) {
        if (trace_ != nullptr) begin_pass(commands, name);
    }
    /// A scope has begun or ended: the timestamp of this number has been recorded.
    void pass_boundary(std::size_t timestamp) {
        if (trace_ != nullptr) end_pass(timestamp);
    }
    void end(VkCommandBuffer commands) {
        if (trace_ != nullptr) end_recording(commands);
    }
    /// The recording is about to be submitted.
    void submit();
    /// Nothing of the recording was submitted.
    void abandon() { is_pending_ = false; }
    /// Adds the events of the last submission, which has completed, unless that was done before.
    void report(std::span<const NamedScope> scopes) {
        if (is_pending_) add_events(scopes);
    }

  private:
    struct Pass {
        const char* name = "";
        std::size_t begin = 0;  ///< timestamps
        std::size_t end = 0;
    };

    void begin_recording(VkCommandBuffer commands, const std::string& name);
    void begin_pass(VkCommandBuffer commands, std::string_view name);
    void end_pass(std::size_t timestamp);
    void end_recording(VkCommandBuffer commands);
    std::size_t write_timestamp(VkCommandBuffer commands);
    void add_events(std::span<const NamedScope> scopes);

    Device& device_;
    Timestamps& timestamps_;
    base::Trace* trace_;  ///< null: nothing is to be done
    const char* name_ = "";
    std::vector<base::TraceArg> args_;
    std::size_t first_ = 0;  ///< timestamps of the whole
    std::size_t last_ = 0;
    std::size_t boundary_ = 0;  ///< the last timestamp
    std::vector<Pass> passes_;
    bool in_pass_ = false;
    base::Trace::Clock::time_point submitted_at_;
    bool is_pending_ = false;  ///< submitted, and not yet reported
};

}  // namespace scorefield::gpu
