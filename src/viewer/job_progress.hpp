#pragma once

#include <cstdint>
#include <functional>
#include <string>

namespace scorefield::viewer {

/// A background job as the window shows it.
struct JobProgress {
    std::string name;
    std::uint64_t parts_done = 0;  ///< 0: not counted
    double seconds = 0;            ///< since it was asked for
    std::string cancel_help;       ///< what happens after Cancel
    std::function<void()> cancel;  ///< empty: the job has no Cancel button
};

/// What a job of base::BackgroundJob, which must be wanted, says of itself.
template <class Job>
JobProgress progress_of(const Job& job) {
    return {.name = job.name(), .parts_done = job.steps(), .seconds = job.seconds(), .cancel_help = {}, .cancel = {}};
}

}  // namespace scorefield::viewer
