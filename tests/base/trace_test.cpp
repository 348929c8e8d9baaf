#include "base/trace.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

namespace scorefield::base {
namespace {

using nlohmann::json;
using std::chrono::microseconds;
using std::chrono::nanoseconds;

json written(const Trace& trace, std::vector<std::pair<std::string, std::string>> about = {}) {
    std::string text;
    trace.write([&](std::string_view piece) { text += piece; }, about);
    return json::parse(text);
}

/// The complete events, in their order.
std::vector<json> events_of(const json& trace) {
    std::vector<json> events;
    for (const json& event : trace.at("traceEvents")) {
        if (event.at("ph") == "X") events.push_back(event);
    }
    return events;
}

std::vector<std::string> names_of(const std::vector<json>& events) {
    std::vector<std::string> names;
    for (const json& event : events) names.push_back(event.at("name"));
    return names;
}

std::int64_t begin_of(const json& event) {
    return std::llround(1e3 * event.at("ts").get<double>());
}

std::int64_t end_of(const json& event) {
    return begin_of(event) + std::llround(1e3 * event.at("dur").get<double>());
}

/// Every event lies within the one that was open when it began; in nanoseconds, exactly.
void expect_nested(const std::vector<json>& events) {
    std::map<int, std::vector<std::int64_t>> open;
    std::int64_t latest = 0;
    for (const json& event : events) {
        EXPECT_GE(begin_of(event), latest) << event;
        latest = begin_of(event);
        std::vector<std::int64_t>& track = open[event.at("tid")];
        while (!track.empty() && begin_of(event) >= track.back()) track.pop_back();
        EXPECT_TRUE(track.empty() || end_of(event) <= track.back()) << event;
        track.push_back(end_of(event));
    }
}

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
        {"step", 3, nullptr}, {"sampler", 0, trace.text("a \"quoted\" one")}, {"loss", std::nan(""), nullptr}};
    trace.add(TraceTrack::gpu, "network", start + nanoseconds(5'000'007), start + nanoseconds(5'001'009), args);
    const std::vector<json> events = events_of(written(trace));
    ASSERT_EQ(events.size(), 1U);
    EXPECT_EQ(end_of(events[0]) - begin_of(events[0]), 1002);
    EXPECT_EQ(events[0].at("args").at("step"), 3);
    EXPECT_EQ(events[0].at("args").at("sampler"), "a \"quoted\" one");
    EXPECT_TRUE(events[0].at("args").at("loss").is_null());
}

TEST(Trace, PutsOuterEventsBeforeInnerOnes) {
    Trace trace(2);
    const auto start = Trace::Clock::now();
    trace.add(TraceTrack::cpu, "inner", start, start + microseconds(10));
    trace.add(TraceTrack::cpu, "outer", start, start + microseconds(10));
    trace.add(TraceTrack::cpu, "whole", start, start + microseconds(30));
    EXPECT_EQ(names_of(events_of(written(trace))), (std::vector<std::string>{"whole", "outer", "inner"}));
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
    const std::vector<json> events = events_of(written(trace));
    EXPECT_EQ(names_of(events),
              (std::vector<std::string>{"first", "second", "pass of the second", "pass of the third", "third"}));
    expect_nested(events);
    EXPECT_EQ(begin_of(events[1]) - begin_of(events[0]), 101'000);
    EXPECT_EQ(end_of(events[2]) - begin_of(events[2]), 49'000);
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
    EXPECT_EQ(names_of(events_of(written(trace))), (std::vector<std::string>{"early", "early", "late", "late"}));
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
            const TraceArg arg = {"frame", static_cast<double>(i), nullptr};
            frames.describe({&arg, 1});
        }
    }
    const std::vector<json> events = events_of(written(trace));
    EXPECT_EQ(names_of(events), (std::vector<std::string>{"frame", "wait", "record", "frame", "wait", "record"}));
    expect_nested(events);
    for (const std::size_t frame : {0U, 3U}) {
        EXPECT_EQ(begin_of(events[frame]), begin_of(events[frame + 1]));
        EXPECT_EQ(end_of(events[frame + 1]), begin_of(events[frame + 2]));
        EXPECT_EQ(end_of(events[frame]), end_of(events[frame + 2]));
        EXPECT_EQ(events[frame].at("args").at("frame"), frame / 3);
    }
    EXPECT_EQ(end_of(events[0]), begin_of(events[3]));
}

TEST(TraceFrames, DoNothingWithoutATrace) {
    TraceFrames frames(nullptr, "frame");
    frames.begin("wait");
    frames.next("record");
    frames.describe({});
    frames.end();
    TraceSpan span(nullptr, "nothing");
    span.add("step", 1);
}

TEST(TraceSpan, TellsTheRateOfItsOperations) {
    Trace trace(1);
    {
        TraceSpan span(&trace, "host network", TraceTrack::host);
        span.add_operations(2e9);
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    const std::vector<json> events = events_of(written(trace));
    const double seconds = 1e-6 * events.at(0).at("dur").get<double>();
    EXPECT_NEAR(events[0].at("args").at("GFLOP/s").get<double>() * seconds, 2, 1e-5);
    EXPECT_EQ(events[0].at("args").at("operations"), 2e9);
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
    const std::vector<json> events = events_of(written(trace));
    EXPECT_EQ(events.size(), 3U * kEach);
    expect_nested(events);
}

}  // namespace
}  // namespace scorefield::base
