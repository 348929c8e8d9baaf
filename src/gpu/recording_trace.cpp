#include "gpu/recording_trace.hpp"

#include <algorithm>
#include <array>
#include <chrono>

#include "gpu/device_clock.hpp"

namespace scorefield::gpu {
namespace {

using TraceTime = base::Trace::Clock::time_point;

std::int64_t since_epoch(TraceTime time) {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(time.time_since_epoch()).count();
}

TraceTime time_at(std::int64_t nanoseconds) {
    return TraceTime(std::chrono::duration_cast<TraceTime::duration>(std::chrono::nanoseconds(nanoseconds)));
}

}  // namespace

RecordingTrace::RecordingTrace(Device& device, Timestamps& timestamps)
    : device_(device),
      timestamps_(timestamps),
      trace_(device.properties().timestamp_seconds > 0 ? device.trace() : nullptr) {}

std::size_t RecordingTrace::write_timestamp(VkCommandBuffer commands) {
    const std::size_t number = timestamps_.reserve(commands);
    timestamps_.write(commands, number);
    return number;
}

void RecordingTrace::begin_recording(VkCommandBuffer commands, const std::string& name) {
    passes_.clear();
    args_.clear();
    in_pass_ = false;
    is_pending_ = false;
    name_ = trace_->text(name)->c_str();
    first_ = write_timestamp(commands);
    boundary_ = first_;
}

void RecordingTrace::describe(const char* name, std::span<const base::TraceArg> args) {
    if (trace_ == nullptr) return;
    name_ = name;
    args_.assign(args.begin(), args.end());
}

void RecordingTrace::begin_pass(VkCommandBuffer commands, std::string_view name) {
    if (in_pass_) end_pass(write_timestamp(commands));
    passes_.push_back({trace_->text(name)->c_str(), boundary_, boundary_});
    in_pass_ = true;
}

void RecordingTrace::end_pass(std::size_t timestamp) {
    if (in_pass_) passes_.back().end = timestamp;
    in_pass_ = false;
    boundary_ = timestamp;
}

void RecordingTrace::end_recording(VkCommandBuffer commands) {
    last_ = write_timestamp(commands);
    end_pass(last_);
}

void RecordingTrace::submit() {
    if (trace_ == nullptr) return;
    submitted_at_ = base::Trace::Clock::now();
    is_pending_ = true;
}

void RecordingTrace::add_events(std::span<const NamedScope> scopes) {
    is_pending_ = false;
    const std::vector<std::uint64_t> ticks = timestamps_.read();
    DeviceClock::Placement placement(device_.clock(), ticks[first_], ticks[last_],
                                     {since_epoch(submitted_at_), since_epoch(base::Trace::Clock::now())});
    const auto add = [&](const char* name, std::size_t first, std::size_t last, std::span<const base::TraceArg> args) {
        trace_->add(base::TraceTrack::gpu, name, time_at(placement.at(ticks[first])),
                    time_at(placement.at(ticks[last])), args);
    };
    // Inner ones first.
    for (const Pass& pass : passes_) add(pass.name, pass.begin, pass.end, {});
    const std::size_t common = args_.size();
    for (auto scope = scopes.rbegin(); scope != scopes.rend(); ++scope) {
        const std::size_t first = scope->first_timestamp;
        if (scope->operations > 0) {
            const double seconds = seconds_between(ticks[first], ticks[first + 1], device_.properties());
            args_.push_back({"operations", scope->operations, nullptr});
            if (seconds > 0) args_.push_back({"GFLOP/s", 1e-9 * scope->operations / seconds, nullptr});
        }
        add(trace_->text(scope->name)->c_str(), first, first + 1, args_);
        args_.resize(common);
    }
    add(name_, first_, last_, args_);
}

}  // namespace scorefield::gpu
