#include "gpu/recording_trace.hpp"

#include <algorithm>
#include <array>
#include <chrono>

#include "gpu/device_clock.hpp"

namespace scorefield::gpu {
namespace {

// What a timestamp costs, in seconds. Software devices finish all work for each; that of GPUs is an estimate.
constexpr double kTimestampOfSoftware = 20e-6;
constexpr double kTimestamp = 2e-7;

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

std::size_t RecordingTrace::write_timestamp() {
    const std::size_t number = timestamps_.reserve(commands_);
    timestamps_.write(commands_, number);
    return number;
}

void RecordingTrace::begin_recording(const std::string& name) {
    passes_.clear();
    args_.clear();
    in_pass_ = false;
    is_pending_ = false;
    has_begun_ = false;
    open_scopes_ = 0;
    inner_passes_ = 0;
    name_ = trace_->text(name)->c_str();
}

void RecordingTrace::describe(const char* name, std::span<const base::TraceArg> args) {
    if (trace_ == nullptr) return;
    name_ = name;
    args_.assign(args.begin(), args.end());
}

void RecordingTrace::begin_scope(std::size_t timestamp) {
    ++open_scopes_;
    if (!has_begun_) {
        has_begun_ = true;
        first_ = timestamp;
        boundary_ = timestamp;
    }
    if (in_pass_) end_pass(timestamp);
}

void RecordingTrace::end_scope(std::size_t timestamp) {
    --open_scopes_;
    end_pass(timestamp);
}

void RecordingTrace::begin_pass(std::string_view name) {
    if (open_scopes_ > 0) {
        ++inner_passes_;
        if (!shows_inner_passes_) return;
    }
    if (!has_begun_) {
        has_begun_ = true;
        first_ = write_timestamp();
        boundary_ = first_;
    }
    if (in_pass_) end_pass(write_timestamp());
    passes_.push_back({trace_->text(name)->c_str(), boundary_, boundary_});
    in_pass_ = true;
}

void RecordingTrace::end_pass(std::size_t timestamp) {
    if (in_pass_) passes_.back().end = timestamp;
    in_pass_ = false;
    boundary_ = timestamp;
}

void RecordingTrace::end_recording() {
    if (in_pass_) end_pass(write_timestamp());
}

void RecordingTrace::submit() {
    if (trace_ == nullptr || !has_begun_) return;
    submitted_at_ = base::Trace::Clock::now();
    is_pending_ = true;
}

void RecordingTrace::add_events(std::span<const NamedScope> scopes) {
    is_pending_ = false;
    const std::vector<std::uint64_t> ticks = timestamps_.read();
    DeviceClock::Placement placement(device_.clock(), ticks[first_], ticks[boundary_],
                                     {since_epoch(submitted_at_), since_epoch(base::Trace::Clock::now())});
    const auto add = [&](const char* name, std::size_t first, std::size_t last, std::span<const base::TraceArg> args) {
        trace_->add(base::TraceTrack::gpu, name, time_at(placement.at(ticks[first])),
                    time_at(placement.at(ticks[last])), args);
    };
    // Inner ones first.
    for (const Pass& pass : passes_) add(pass.name, pass.begin, pass.end, {});
    const std::size_t common = args_.size();
    for (auto scope = scopes.rbegin(); scope != scopes.rend(); ++scope) {
        const std::size_t first = scope->traced_begin;
        const std::size_t last = scope->first_timestamp + 1;
        if (scope->operations > 0) {
            const double seconds = seconds_between(ticks[first], ticks[last], device_.properties());
            args_.push_back({"operations", scope->operations});
            if (seconds > 0) args_.push_back({"GFLOP/s", 1e-9 * scope->operations / seconds});
        }
        add(trace_->text(scope->name)->c_str(), first, last, args_);
        args_.resize(common);
    }
    add(name_, first_, boundary_, args_);
    const double timestamp_seconds = device_.properties().is_software ? kTimestampOfSoftware : kTimestamp;
    const double seconds = seconds_between(ticks[first_], ticks[boundary_], device_.properties());
    shows_inner_passes_ = timestamp_seconds * static_cast<double>(inner_passes_) < kMostShare * seconds;
}

}  // namespace scorefield::gpu
