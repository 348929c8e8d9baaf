#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "base/trace.hpp"

namespace scorefield::base {

/// A complete event of a trace, read from its file; times in nanoseconds.
struct TracedEvent {
    std::string name;
    int track = 0;  ///< 1: CPU, 2: GPU, 3: host network
    std::int64_t begin = 0;
    std::int64_t end = 0;
    nlohmann::json args;
};

inline nlohmann::json written(const Trace& trace, std::vector<std::pair<std::string, std::string>> about = {}) {
    std::string text;
    trace.write([&](std::string_view piece) { text += piece; }, about);
    return nlohmann::json::parse(text);
}

/// The complete events, in their order in the file.
inline std::vector<TracedEvent> events_of(const nlohmann::json& file) {
    std::vector<TracedEvent> events;
    for (const nlohmann::json& event : file.at("traceEvents")) {
        if (event.at("ph") != "X") continue;
        const std::int64_t begin = std::llround(1e3 * event.at("ts").get<double>());
        events.push_back({event.at("name"), event.at("tid"), begin,
                          begin + std::llround(1e3 * event.at("dur").get<double>()),
                          event.value("args", nlohmann::json::object())});
    }
    return events;
}

inline std::vector<TracedEvent> events_of(const Trace& trace) {
    return events_of(written(trace));
}

inline std::vector<TracedEvent> events_of(const Trace& trace, int track, std::string_view name) {
    std::vector<TracedEvent> events = events_of(trace);
    std::erase_if(events, [&](const TracedEvent& event) { return event.track != track || event.name != name; });
    return events;
}

inline std::vector<std::string> names_of(const std::vector<TracedEvent>& events) {
    std::vector<std::string> names;
    for (const TracedEvent& event : events) names.push_back(event.name);
    return names;
}

/// Every event lies within the one of its track that was open when it began, and time does not go back.
inline void expect_nested(const std::vector<TracedEvent>& events) {
    std::map<int, std::vector<std::int64_t>> open;
    std::int64_t latest = 0;
    for (const TracedEvent& event : events) {
        EXPECT_GE(event.begin, latest) << event.name;
        latest = event.begin;
        std::vector<std::int64_t>& track = open[event.track];
        while (!track.empty() && event.begin >= track.back()) track.pop_back();
        EXPECT_TRUE(track.empty() || event.end <= track.back()) << event.name;
        track.push_back(event.end);
    }
}

}  // namespace scorefield::base
