#include "session/offline_submissions.hpp"

#include <algorithm>
#include <utility>

#include "base/interrupt.hpp"

namespace scorefield::session {

OfflineSubmissions::OfflineSubmissions(gpu::Device& device, const std::string& name, Completed completed)
    : device_(device),
      completed_(std::move(completed)),
      slots_{Slot{{device, name + ", even"}}, Slot{{device, name + ", odd"}}} {}

gpu::Recorder& OfflineSubmissions::begin() {
    base::require_not_interrupted();
    current_ = (current_ + 1) % kSlots;
    complete(current_);
    recorder().begin();
    return recorder();
}

gpu::Submission OfflineSubmissions::submit() {
    slots_.at(current_).is_pending = true;
    return device_.submit(recorder());
}

void OfflineSubmissions::finish() {
    for (std::size_t next = 1; next <= kSlots; ++next) complete((current_ + next) % kSlots);
}

std::size_t OfflineSubmissions::pending() const {
    return static_cast<std::size_t>(std::ranges::count_if(slots_, &Slot::is_pending));
}

void OfflineSubmissions::complete(std::size_t slot) {
    Slot& completed = slots_.at(slot);
    if (!completed.is_pending) return;
    device_.wait(completed.recorder.submission());
    completed_(slot, completed.recorder.timings());
    completed.is_pending = false;
}

}  // namespace scorefield::session
