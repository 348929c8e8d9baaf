#include "base/trace.hpp"

#include <chrono>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

#include "tests/base/traced_events.hpp"

namespace scorefield::base {
namespace {

using nlohmann::json;
using std::chrono::microseconds;
using std::chrono::nanoseconds;

TEST(Trace, IsAJsonObjectThatNamesItsTracks) {
    Trace trace(2);
    trace.name_track(TraceTrack::gpu, "GPU \"one\"\n\x01\xff");
    const json file = written(trace, {{"command", "a \\ \"b\""}});
    EXPECT_EQ(file.at("otherData").at("command"), "a \\ \"b\"");
    EXPECT_EQ(file.at("otherData").at("dropped_events"), 0);
    std::map<int, std::string> names;
    for (const json& event : file.at("traceEvents")) {
        if (event.at("name") == "thread_name") names[event.at("tid")] = event.at("args").at("name");
    }
    EXPECT_EQ(names.at(1), "CPU");
    EXPECT_EQ(names.at(2), "GPU \"one\"\n\x01\xef\xbf\xbd");
    EXPECT_EQ(names.at(3), "host network");
}

TEST(Trace, KeepsTimesToTheNanosecondAndArguments) {
    Trace trace(2);
    const auto start = Trace::Clock::now();
    const std::vector<TraceArg> args = {
        {"step", 3}, {"sampler", trace.text("a \"quoted\" one")}, {"loss", std::nan("")}};
    trace.add(TraceTrack::gpu, "network", start + nanoseconds(5'000'007), start + nanoseconds(5'001'009), args);
    const std::vector<TracedEvent> events = events_of(trace);
    ASSERT_EQ(events.size(), 1U);
    EXPECT_EQ(events[0].end - events[0].begin, 1002);
    EXPECT_EQ(events[0].args.at("step"), 3);
    EXPECT_EQ(events[0].args.at("sampler"), "a \"quoted\" one");
    EXPECT_TRUE(events[0].args.at("loss").is_null());
}

TEST(Trace, PutsOuterEventsBeforeInnerOnes) {
    Trace trace(2);
    const auto start = Trace::Clock::now();
    trace.add(TraceTrack::cpu, "inner", start, start + microseconds(10));
    trace.add(TraceTrack::cpu, "outer", start, start + microseconds(10));
    trace.add(TraceTrack::cpu, "whole", start, start + microseconds(30));
    EXPECT_EQ(names_of(events_of(trace)), (std::vector<std::string>{"whole", "outer", "inner"}));
}

// Clocks are not exact: the end of one submission may seem to lie after the begin of the next.
TEST(Trace, ShortensEventsThatOverlap) {
    Trace trace(2);
    const auto start = Trace::Clock::now();
    const auto add = [&](const char* name, int begin, int end) {
        trace.add(TraceTrack::gpu, name, start + microseconds(begin), start + microseconds(end));
    };
    add("first", 0, 101);
    add("pass of the second", 100, 150);
    add("second", 100, 200);
    add("pass of the third", 300, 402);
    add("third", 300, 400);
    const std::vector<TracedEvent> events = events_of(trace);
    EXPECT_EQ(names_of(events),
              (std::vector<std::string>{"first", "second", "pass of the second", "pass of the third", "third"}));
    expect_nested(events);
    EXPECT_EQ(events[1].begin - events[0].begin, 101'000);
    EXPECT_EQ(events[2].end - events[2].begin, 49'000);
}

TEST(Trace, KeepsTheStartAndTheLastFrames) {
    Trace trace(2);
    { const TraceSpan span(&trace, "start"); }
    for (const char* name : {"a", "b", "c"}) {
        trace.begin_frame();
        const TraceSpan span(&trace, name);
    }
    const json file = written(trace);
    EXPECT_EQ(names_of(events_of(file)), (std::vector<std::string>{"start", "b", "c"}));
    EXPECT_EQ(file.at("otherData").at("frames"), 2);
}

TEST(Trace, HasABoundedNumberOfEvents) {
    Trace trace(100, 5);
    for (int frame = 0; frame < 4; ++frame) {
        trace.begin_frame();
        for (int i = 0; i < 2; ++i) const TraceSpan span(&trace, frame < 3 ? "early" : "late");
    }
    EXPECT_EQ(names_of(events_of(trace)), (std::vector<std::string>{"early", "early", "late", "late"}));
    for (int i = 0; i < 9; ++i) const TraceSpan span(&trace, "many");
    const json file = written(trace);
    EXPECT_EQ(events_of(file).size(), 5U);
    EXPECT_EQ(file.at("otherData").at("dropped_events"), 6);
}

TEST(Trace, HasABoundedNumberOfTexts) {
    Trace trace(1);
    const std::string* const first = trace.text("sampler");
    for (int i = 0; i < 2000; ++i) trace.text("sampler " + std::to_string(i));
    EXPECT_EQ(trace.text("sampler"), first);
    EXPECT_EQ(*trace.text("a new one"), "other");
}

TEST(TraceFrames, AreDividedIntoPhasesWithoutGaps) {
    Trace trace(10);
    {
        TraceFrames frames(&trace, "frame");
        frames.next("before any frame");
        for (int i = 0; i < 2; ++i) {
            frames.begin("wait");
            frames.next("record");
            const TraceArg arg = {"frame", i};
            frames.describe({&arg, 1});
        }
    }
    const std::vector<TracedEvent> events = events_of(trace);
    EXPECT_EQ(names_of(events), (std::vector<std::string>{"frame", "wait", "record", "frame", "wait", "record"}));
    expect_nested(events);
    for (const std::size_t frame : {0U, 3U}) {
        EXPECT_EQ(events[frame].begin, events[frame + 1].begin);
        EXPECT_EQ(events[frame + 1].end, events[frame + 2].begin);
        EXPECT_EQ(events[frame].end, events[frame + 2].end);
        EXPECT_EQ(events[frame].args.at("frame"), frame / 3);
    }
    EXPECT_EQ(events[0].end, events[3].begin);
}

TEST(TraceFrames, DoNothingWithoutATrace) {
    TraceFrames frames(nullptr, "frame");
    frames.begin("wait");
    frames.next("record");
    frames.describe({});
    frames.end();
    TraceSpan span(nullptr, "nothing");
    span.add({"step", 1});
}

TEST(TraceSpan, TellsTheRateOfItsOperations) {
    Trace trace(1);
    {
        TraceSpan span(&trace, "host network", TraceTrack::host);
        span.add_operations(2e9);
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    const std::vector<TracedEvent> events = events_of(trace);
    const double seconds = 1e-9 * static_cast<double>(events.at(0).end - events[0].begin);
    EXPECT_NEAR(events[0].args.at("GFLOP/s").get<double>() * seconds, 2, 1e-5);
    EXPECT_EQ(events[0].args.at("operations"), 2e9);
}

TEST(Trace, TakesEventsOfSeveralThreads) {
    Trace trace(3);
    constexpr int kEach = 1000;
    {
        std::vector<std::jthread> threads;
        for (const TraceTrack track : {TraceTrack::cpu, TraceTrack::gpu, TraceTrack::host}) {
            threads.emplace_back([&trace, track] {
                for (int i = 0; i < kEach; ++i) const TraceSpan span(&trace, "work", track);
            });
        }
    }
    const std::vector<TracedEvent> events = events_of(trace);
    EXPECT_EQ(events.size(), 3U * kEach);
    expect_nested(events);
}

}  // namespace
}  // namespace scorefield::base
