#include "base/thread_pool.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <fstream>
#include <stdexcept>
#include <vector>

namespace scorefield::base {
namespace {

TEST(ThreadPool, RunsEveryTaskOnceAndRethrows) {
    ThreadPool pool(3);
    std::vector<std::atomic<int>> seen(1000);
    for (int repeat = 0; repeat < 20; ++repeat) pool.run(seen.size(), [&](std::size_t i) { ++seen[i]; });
    for (const auto& count : seen) EXPECT_EQ(count, 20);
    EXPECT_THROW(pool.run(10,
                          [](std::size_t i) {
                              if (i == 7) throw std::runtime_error("seven");
                          }),
                 std::runtime_error);
    pool.run(seen.size(), [&](std::size_t i) { ++seen[i]; });
    EXPECT_EQ(seen[0], 21);
}

#ifndef __SANITIZE_ADDRESS__  // whose runtime ends the process when it gets no memory
/// Runs in a process of its own, whose address space has room for a few more threads' stacks (8 MiB by default) but
/// not for a thousand: 0 when all tasks ran on fewer threads. A pool that hangs is ended by the alarm.
[[noreturn]] void run_where_threads_are_scarce() {
    constexpr unsigned kSeconds = 600;
    constexpr rlim_t kRoom = rlim_t{128} << 20;
    ::alarm(kSeconds);
    rlim_t pages = 0;
    std::ifstream("/proc/self/statm") >> pages;
    const rlim_t room = pages * static_cast<rlim_t>(::sysconf(_SC_PAGESIZE)) + kRoom;
    const rlimit limit{room, room};
    if (::setrlimit(RLIMIT_AS, &limit) != 0) std::_Exit(2);
    std::atomic<int> done = 0;
    {
        ThreadPool pool(1000);
        pool.run(100, [&](std::size_t) { ++done; });
        if (pool.threads() >= 1000) std::_Exit(3);
    }
    std::_Exit(done == 100 ? 0 : 4);
}

TEST(ThreadPoolDeathTest, GoesOnWithFewerThreadsWhereTheMachineRefusesMore) {
    ::testing::FLAGS_gtest_death_test_style = "threadsafe";
    EXPECT_EXIT(run_where_threads_are_scarce(), ::testing::ExitedWithCode(0), "");
}
#endif

}  // namespace
}  // namespace scorefield::base
