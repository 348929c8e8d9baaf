#include "gpu/recorder.hpp"

#include <stdexcept>

#include "gpu/check.hpp"
#include "gpu/recorder_state.hpp"
#include "gpu/structure.hpp"

namespace scorefield::gpu {

Recorder::Recorder(Device& device, std::string name)
    : device_(device), name_(std::move(name)), state_(std::make_unique<State>(device)) {}

Recorder::~Recorder() {
    abandon();
    // The GPU may still be working on the command buffer.
    device_.retire([state = std::shared_ptr<State>(std::move(state_))]() mutable { state.reset(); });
}

void Recorder::abandon() {
    if (recording_ == 0) return;
    state_->forget_recording();
    state_->trace.abandon();
    device_.tracker().abandon();
    recording_ = 0;
}

void Recorder::begin() {
    abandon();
    if (!device_.completed(submission_)) {
        throw std::logic_error("recorder '" + name_ + "' begins while its last submission is in flight");
    }
    recording_ = device_.tracker().open(name_);
    state_->trace.report(state_->scopes);
    state_->descriptors.reset();
    state_->scopes.clear();
    state_->pass.clear();
    state_->bound = VK_NULL_HANDLE;
    state_->open_scopes = 0;
    check(vkResetCommandPool(device_.handle(), state_->pool.pool, 0), "vkResetCommandPool");
    auto info = make_structure<VkCommandBufferBeginInfo>(VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO);
    info.flags = VK_COMMAND_BUFFER_USAGE_ONE_TIME_SUBMIT_BIT;
    check(vkBeginCommandBuffer(state_->commands, &info), "vkBeginCommandBuffer");
    state_->timestamps.reset(state_->commands);
    state_->trace.begin(state_->commands, name_);
    device_.begin_label(state_->commands, name_);
}

void Recorder::require_recording() const {
    if (recording_ == 0) throw std::logic_error("recorder '" + name_ + "' has not begun");
    state_->pass.clear();
}

VkCommandBuffer Recorder::finish() {
    require_recording();
    constexpr Use kHostRead{VK_PIPELINE_STAGE_2_HOST_BIT, VK_ACCESS_2_HOST_READ_BIT, VK_IMAGE_LAYOUT_UNDEFINED};
    if (state_->open_scopes > 0) throw std::logic_error("recorder '" + name_ + "' is submitted inside a scope");
    for (const Touched& touched : state_->touched) {
        const auto* buffer = dynamic_cast<const Buffer::Core*>(touched.resource.get());
        if (buffer == nullptr) continue;
        if (buffer->use == MemoryUse::upload) device_.memory().flush(buffer->allocation);
        if (buffer->use == MemoryUse::readback) state_->pass.add(touched.resource, kHostRead);
    }
    if (!state_->pass.uses().empty()) state_->enter_barriers("host reads", recording_);
    state_->trace.end();
    device_.end_label(state_->commands);
    check(vkEndCommandBuffer(state_->commands), "vkEndCommandBuffer");
    state_->trace.submit();
    return state_->commands;
}

void Recorder::submitted(Submission submission) {
    submission_ = submission;
    recording_ = 0;
    if (device_.keeps_hazard_log()) device_.append_hazard_log(std::move(state_->log));
    state_->log.clear();
    state_->touched.clear();
    state_->pipelines.clear();
    device_.tracker().keep();
}

Recorder::Scope Recorder::scope(const std::string& name) {
    require_recording();
    NamedScope scope{.name = name};
    if (device_.properties().timestamp_seconds > 0) {
        scope.first_timestamp = state_->timestamps.reserve(state_->commands);
        state_->timestamps.reserve(state_->commands);
        state_->timestamps.write(state_->commands, scope.first_timestamp);
        scope.traced_begin = state_->trace.scope_begins(scope.first_timestamp);
    }
    device_.begin_label(state_->commands, name);
    state_->scopes.push_back(std::move(scope));
    ++state_->open_scopes;
    return {*this, state_->scopes.size() - 1, recording_};
}

Recorder::Scope::~Scope() {
    if (recorder_ == nullptr || recorder_->recording_ != recording_) return;
    State& state = *recorder_->state_;
    recorder_->device_.end_label(state.commands);
    if (recorder_->device_.properties().timestamp_seconds > 0) {
        const std::size_t last = state.scopes[index_].first_timestamp + 1;
        state.timestamps.write(state.commands, last);
        state.trace.scope_ends(last);
    }
    --state.open_scopes;
}

void Recorder::Scope::add_operations(double operations) {
    if (recorder_ == nullptr || recorder_->recording_ != recording_) return;
    recorder_->state_->scopes[index_].operations += operations;
}

void Recorder::describe(const char* name, std::span<const base::TraceArg> args) {
    state_->trace.describe(name, args);
}

std::vector<Timing> Recorder::timings() const {
    if (recording_ != 0 || !device_.completed(submission_)) {
        throw std::logic_error("recorder '" + name_ + "' has no timings before its submission has completed");
    }
    if (device_.properties().timestamp_seconds == 0) return {};
    state_->trace.report(state_->scopes);
    const std::vector<std::uint64_t> ticks = state_->timestamps.read();
    std::vector<Timing> timings;
    for (const NamedScope& scope : state_->scopes) {
        const std::size_t first = scope.first_timestamp;
        timings.push_back({scope.name, seconds_between(ticks[first], ticks[first + 1], device_.properties())});
    }
    return timings;
}

}  // namespace scorefield::gpu
