#include "base/background_job.hpp"

#include <sys/resource.h>
#include <unistd.h>

namespace scorefield::base {

void yield_to_other_threads() {
    constexpr int kLower = 10;
    // On Linux, these accept a thread id and change this thread and those that it starts. Above the lowest priority,
    // 19, the kernel takes 19.
    const auto thread = static_cast<id_t>(gettid());
    setpriority(PRIO_PROCESS, thread, getpriority(PRIO_PROCESS, thread) + kLower);
}

}  // namespace scorefield::base
