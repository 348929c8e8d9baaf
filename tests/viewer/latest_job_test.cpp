#include "viewer/latest_job.hpp"

#include <gtest/gtest.h>

#include <new>
#include <stdexcept>
#include <thread>
#include <vector>

namespace scorefield::viewer {
namespace {

using Job = LatestJob<int>;

Job::Outcome wait_for(Job& job) {
    std::optional<Job::Outcome> outcome;
    while (job.busy() && !outcome) {
        outcome = job.poll();
        std::this_thread::yield();
    }
    return outcome.value_or(Job::Outcome{std::nullopt, "nothing"});
}

TEST(LatestJob, HandsOverWhatIsReady) {
    Job job;
    EXPECT_FALSE(job.poll());
    job.ask([] { return 7; });
    EXPECT_TRUE(job.busy());
    EXPECT_EQ(wait_for(job).result, 7);
    EXPECT_FALSE(job.busy());
}

TEST(LatestJob, DoesWhatWasAskedForLastAfterWhatIsUnderWay) {
    std::promise<void> gate;
    std::vector<int> done;
    Job job;
    const auto work = [&done](int value) {
        return [&done, value] {
            done.push_back(value);
            return value;
        };
    };
    job.ask([&, first = work(1)] {
        gate.get_future().wait();
        return first();
    });
    job.ask(work(2));
    job.ask(work(3));
    EXPECT_TRUE(job.waiting());
    EXPECT_FALSE(job.poll());
    gate.set_value();
    EXPECT_EQ(wait_for(job).result, 1);
    EXPECT_TRUE(job.busy());
    EXPECT_EQ(wait_for(job).result, 3);
    EXPECT_FALSE(job.waiting());
    EXPECT_EQ(done, (std::vector{1, 3}));
}

TEST(LatestJob, TellsEveryError) {
    Job job;
    job.ask([]() -> int { throw std::runtime_error("no data"); });
    EXPECT_EQ(wait_for(job).error, "no data");
    job.ask([]() -> int { throw std::bad_alloc(); });
    EXPECT_NE(wait_for(job).error.find("memory"), std::string::npos);
    EXPECT_FALSE(job.busy());
}

TEST(LatestJob, GoesOnAfterAnError) {
    std::promise<void> gate;
    Job job;
    job.ask([&]() -> int {
        gate.get_future().wait();
        throw std::runtime_error("no data");
    });
    job.ask([] { return 2; });
    gate.set_value();
    const Job::Outcome first = wait_for(job);
    EXPECT_EQ(first.error, "no data");
    EXPECT_FALSE(first.result);
    EXPECT_EQ(wait_for(job).result, 2);
}

}  // namespace
}  // namespace scorefield::viewer
