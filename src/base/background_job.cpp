#include "base/background_job.hpp"

#include <sys/resource.h>
#include <unistd.h>

namespace scorefield::base {

void yield_to_other_threads() {
    constexpr int kNice = 10;
    // On Linux, setpriority accepts a thread id and changes this thread and those that it starts.
    setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), kNice);
}

}  // namespace scorefield::base
