#include "base/background_job.hpp"

#include <sys/resource.h>
#include <unistd.h>

namespace scorefield::base {

void yield_to_other_threads() {
    constexpr int kNice = 10;
    // On Linux a number of a thread is one of a process, too; elsewhere the thread keeps its priority.
    setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), kNice);
}

}  // namespace scorefield::base
