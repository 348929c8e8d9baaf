#include "base/background_job.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <new>
#include <stdexcept>
#include <thread>
#include <vector>

namespace scorefield::base {
namespace {

using Job = BackgroundJob<int>;

/// The next outcome of what is wanted; that of nothing where it comes to none.
Job::Outcome wait_for(Job& job) {
    std::optional<Job::Outcome> outcome;
    while (job.wanted() && !outcome) {
        outcome = job.poll();
        std::this_thread::yield();
    }
    return outcome.value_or(Job::Outcome{std::nullopt, "nothing"});
}

TEST(BackgroundJob, HandsOverWhatIsReady) {
    Job job;
    EXPECT_FALSE(job.poll());
    EXPECT_FALSE(job.wanted());
    job.ask("seven", [](Task& task) {
        for (int i = 0; i < 7; ++i) task.step();
        return static_cast<int>(task.steps());
    });
    EXPECT_TRUE(job.wanted());
    EXPECT_EQ(job.name(), "seven");
    EXPECT_EQ(wait_for(job).result, 7);
    EXPECT_FALSE(job.wanted());
    EXPECT_GE(job.seconds(), 0);
}

// A process may run at a low priority itself; its jobs must still give way to its frames.
TEST(BackgroundJob, LowersThePriorityOfItsThreadFromWhereverItIs) {
    std::thread([] {
        constexpr int kLowest = 19;
        const auto thread = static_cast<id_t>(gettid());
        const int low = std::min(kLowest, getpriority(PRIO_PROCESS, thread) + 5);
        setpriority(PRIO_PROCESS, thread, low);
        yield_to_other_threads();
        EXPECT_EQ(getpriority(PRIO_PROCESS, thread), std::min(kLowest, low + 10));
    }).join();
}

TEST(BackgroundJob, HandsOverTheErrorToBeThrownAgain) {
    Job job;
    job.ask("fails", [](Task& /*task*/) -> int { throw std::out_of_range("too far"); });
    const Job::Outcome outcome = wait_for(job);
    EXPECT_EQ(outcome.error, error_line(std::out_of_range("too far")));
    EXPECT_THROW(std::rethrow_exception(outcome.exception), std::out_of_range);
}

TEST(BackgroundJob, HandsOverTheNewestOnly) {
    std::promise<void> gate;
    std::vector<int> done;
    Job job;
    const auto work = [&done](int value) {
        return [&done, value](Task&) {
            done.push_back(value);
            return value;
        };
    };
    job.ask("1", [&](Task&) {
        gate.get_future().wait();  // cannot be cancelled
        done.push_back(1);
        return 1;
    });
    job.ask("2", work(2));
    job.ask("3", work(3));
    EXPECT_TRUE(job.waiting());
    EXPECT_EQ(job.name(), "3");
    EXPECT_FALSE(job.poll());
    gate.set_value();
    EXPECT_EQ(wait_for(job).result, 3);
    EXPECT_FALSE(job.wanted());
    EXPECT_EQ(done, (std::vector{1, 3}));
}

TEST(BackgroundJob, EndsAtTheNextStepWhenItIsCancelled) {
    Job job;
    const auto endless = [](Task& task) -> int {
        while (true) task.step();
    };
    job.ask("endless", endless);
    while (job.steps() == 0) std::this_thread::yield();
    job.cancel();
    EXPECT_FALSE(job.wanted());
    job.ask("endless", endless);
    job.ask("short", [](Task&) { return 5; });
    EXPECT_EQ(wait_for(job).result, 5);
    job.ask("endless", endless);  // ends with the job
}

TEST(BackgroundJob, TellsEveryError) {
    Job job;
    job.ask("", [](Task&) -> int { throw request_error("no data", "`data`", "it is empty", "give points"); });
    EXPECT_EQ(wait_for(job).error, "no data (`data`): it is empty; give points");
    job.ask("", [](Task&) -> int { throw std::logic_error("no data"); });
    EXPECT_EQ(wait_for(job).error, "internal error (scorefield): no data; please report it");
    job.ask("", [](Task&) -> int { throw std::bad_alloc(); });
    EXPECT_EQ(wait_for(job).error, "out of memory (host): the machine has too little for this request; ask for less");
    EXPECT_FALSE(job.wanted());
}

TEST(BackgroundJob, GoesOnAfterAnErrorOfWhatIsNoLongerWanted) {
    std::promise<void> gate;
    Job job;
    job.ask("", [&](Task&) -> int {
        gate.get_future().wait();
        throw std::runtime_error("no data");
    });
    job.ask("", [](Task&) { return 2; });
    gate.set_value();
    EXPECT_EQ(wait_for(job).result, 2);
}

}  // namespace
}  // namespace scorefield::base
