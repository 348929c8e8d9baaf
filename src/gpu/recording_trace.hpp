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
    std::size_t traced_begin = 0;  ///< timestamp of RecordingTrace::scope_begins
    double operations = 0;         ///< floating-point operations of what it holds; 0: not known
};

/// What the device's trace shows of a recorder's submissions: an event for the whole, one for each scope in it, and one
/// for each dispatch, copy and draw. What follows begins where the event before has ended: nothing is between them, and
/// fewer timestamps are needed. Dispatches in scopes are shown if that takes less than kMostShare of the time: if their
/// timestamps would have cost less in the recorder's last submission. Does nothing where the device has no trace or no
/// timestamps. `report` follows every submission before the next `begin`.
class RecordingTrace {
  public:
    static constexpr double kMostShare = 0.005;

    RecordingTrace(Device& device, Timestamps& timestamps);

    void begin(VkCommandBuffer commands, const std::string& name) {
        if (trace_ != nullptr) begin_recording(name);
        commands_ = commands;
    }
    /// As Recorder::describe.
    void describe(const char* name, std::span<const base::TraceArg> args);
    /// A pass is about to be recorded, outside rendering.
    void enter_pass(std::string_view name) {
        if (trace_ != nullptr) begin_pass(name);
    }
    /// A scope begins: the timestamp of this number has been recorded. Returns where the scope's event begins.
    std::size_t scope_begins(std::size_t timestamp) {
        if (trace_ != nullptr) begin_scope(timestamp);
        return boundary_;
    }
    /// A scope has ended: the timestamp of this number has been recorded.
    void scope_ends(std::size_t timestamp) {
        if (trace_ != nullptr) end_scope(timestamp);
    }
    void end() {
        if (trace_ != nullptr) end_recording();
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

    void begin_recording(const std::string& name);
    void begin_scope(std::size_t timestamp);
    void end_scope(std::size_t timestamp);
    void begin_pass(std::string_view name);
    void end_pass(std::size_t timestamp);
    void end_recording();
    std::size_t write_timestamp();
    void add_events(std::span<const NamedScope> scopes);

    Device& device_;
    Timestamps& timestamps_;
    base::Trace* trace_;  ///< null: nothing is to be done
    VkCommandBuffer commands_ = VK_NULL_HANDLE;
    const char* name_ = "";
    std::vector<base::TraceArg> args_;
    bool has_begun_ = false;    ///< there is a timestamp
    std::size_t first_ = 0;     ///< the first timestamp
    std::size_t boundary_ = 0;  ///< the last one
    std::vector<Pass> passes_;
    bool in_pass_ = false;
    std::size_t open_scopes_ = 0;
    std::size_t inner_passes_ = 0;  ///< in scopes
    bool shows_inner_passes_ = false;
    base::Trace::Clock::time_point submitted_at_;
    bool is_pending_ = false;  ///< submitted, and not yet reported
};

}  // namespace scorefield::gpu
