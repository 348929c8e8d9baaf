#include "base/trace.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <nlohmann/json.hpp>
#include <utility>

namespace scorefield::base {
namespace {

constexpr std::array<const char*, 3> kTrackNames = {"CPU", "GPU", "host network"};
constexpr std::array<const char*, 3> kCategories = {"cpu", "gpu", "host"};

std::string json_text(std::string_view text) {
    return nlohmann::json(text).dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
}

/// JSON knows no other numbers.
std::string json_number(double number) {
    return std::isfinite(number) ? fmt::format("{}", number) : "null";
}

std::int64_t nanoseconds_between(Trace::Clock::time_point a, Trace::Clock::time_point b) {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(b - a).count();
}

/// Microseconds, as the format wants them, exact to the nanosecond.
std::string microseconds(std::int64_t nanoseconds) {
    return fmt::format("{}.{:03}", nanoseconds / 1000, nanoseconds % 1000);
}

}  // namespace

/// An event and its place in the file.
struct Trace::Placed {
    const Event* event = nullptr;
    const TraceArg* args = nullptr;
    std::int64_t begin = 0;
    std::int64_t end = 0;
};

Trace::Trace(std::size_t frames, std::size_t most_events) : most_frames_(frames), most_events_(most_events) {
    std::ranges::copy(kTrackNames, track_names_.begin());
}

void Trace::begin_frame() {
    const std::scoped_lock lock(mutex_);
    Frame next;
    if (frames_.size() >= most_frames_) {
        next = std::move(frames_.front());
        frames_.pop_front();
        events_ -= next.events.size();
        next.events.clear();
        next.args.clear();
    }
    frames_.push_back(std::move(next));
}

void Trace::add(TraceTrack track, const char* name, Clock::time_point begin, Clock::time_point end,
                std::span<const TraceArg> args) {
    const std::scoped_lock lock(mutex_);
    while (events_ >= most_events_ && frames_.size() > 1) {
        events_ -= frames_.front().events.size();
        frames_.pop_front();
    }
    if (events_ >= most_events_) {
        ++dropped_;
        return;
    }
    Frame& frame = frames_.empty() ? before_ : frames_.back();
    const std::int64_t start = std::max<std::int64_t>(0, nanoseconds_between(start_, begin));
    frame.events.push_back({name, start, std::max(start, nanoseconds_between(start_, end)),
                            static_cast<std::uint32_t>(frame.args.size()), static_cast<std::uint16_t>(args.size()),
                            track});
    frame.args.insert(frame.args.end(), args.begin(), args.end());
    ++events_;
}

const std::string* Trace::text(std::string_view text) {
    const std::scoped_lock lock(mutex_);
    const auto known = texts_.find(text);
    if (known != texts_.end()) return &*known;
    return &*texts_.emplace(texts_.size() < kMostTexts ? text : "other").first;
}

void Trace::name_track(TraceTrack track, std::string_view name) {
    const std::scoped_lock lock(mutex_);
    track_names_.at(static_cast<std::size_t>(track)) = name;
}

/// All events, sorted by time, outer ones before inner ones, so that those of a track nest.
std::vector<Trace::Placed> Trace::placed() const {
    std::array<std::vector<Placed>, kTracks> tracks;
    const auto collect = [&](const Frame& frame) {
        for (const Event& event : frame.events) {
            tracks.at(static_cast<std::size_t>(event.track))
                .push_back({&event, frame.args.data() + event.first_arg, event.begin, event.end});
        }
    };
    collect(before_);
    std::ranges::for_each(frames_, collect);

    std::vector<Placed> all;
    for (std::vector<Placed>& track : tracks) {
        // Outer events were added last.
        std::ranges::reverse(track);
        std::ranges::stable_sort(track, [](const Placed& a, const Placed& b) {
            return std::pair(a.begin, -a.end) < std::pair(b.begin, -b.end);
        });
        std::vector<std::int64_t> open;  // ends of the events that hold the current one
        std::int64_t latest = 0;         // begin of the event before
        for (Placed& placed : track) {
            placed.begin = std::max(placed.begin, latest);
            placed.end = std::max(placed.begin, placed.end);
            while (!open.empty()) {
                if (placed.begin < open.back() && placed.end > open.back()) {
                    const bool is_inner = placed.end - open.back() < open.back() - placed.begin;
                    (is_inner ? placed.end : placed.begin) = open.back();
                }
                if (placed.begin < open.back() || (placed.begin == placed.end && placed.end == open.back())) break;
                open.pop_back();
            }
            latest = placed.begin;
            open.push_back(placed.end);
        }
        all.insert(all.end(), track.begin(), track.end());
    }
    std::ranges::stable_sort(all, {}, &Placed::begin);
    return all;
}

void Trace::write(const std::function<void(std::string_view)>& put,
                  std::span<const std::pair<std::string, std::string>> about) const {
    const std::scoped_lock lock(mutex_);
    put("{\"displayTimeUnit\":\"ms\",\"otherData\":{");
    for (const auto& [key, value] : about) put(fmt::format("{}:{},", json_text(key), json_text(value)));
    put(fmt::format("\"frames\":{},\"dropped_events\":{}}},\n\"traceEvents\":[\n", frames_.size(), dropped_));
    put(R"({"ph":"M","pid":1,"tid":1,"name":"process_name","args":{"name":"scorefield"}})");
    for (std::size_t track = 0; track < kTracks; ++track) {
        put(fmt::format(",\n{{\"ph\":\"M\",\"pid\":1,\"tid\":{},\"name\":\"thread_name\",\"args\":{{\"name\":{}}}}}",
                        track + 1, json_text(track_names_.at(track))));
        put(fmt::format(
            ",\n{{\"ph\":\"M\",\"pid\":1,\"tid\":{0},\"name\":\"thread_sort_index\",\"args\":{{\"sort_index\":{0}}}}}",
            track + 1));
    }
    std::string line;
    for (const Placed& placed : placed()) {
        const Event& event = *placed.event;
        const auto track = static_cast<std::size_t>(event.track);
        line.clear();
        fmt::format_to(std::back_inserter(line),
                       ",\n{{\"ph\":\"X\",\"pid\":1,\"tid\":{},\"cat\":\"{}\",\"name\":{},\"ts\":{},\"dur\":{}",
                       track + 1, kCategories.at(track), json_text(event.name), microseconds(placed.begin),
                       microseconds(placed.end - placed.begin));
        for (std::size_t i = 0; i < event.args; ++i) {
            const TraceArg& arg = placed.args[i];
            fmt::format_to(std::back_inserter(line), "{}{}:{}", i == 0 ? ",\"args\":{" : ",", json_text(arg.key),
                           arg.text == nullptr ? json_number(arg.number) : json_text(*arg.text));
        }
        line += event.args > 0 ? "}}" : "}";
        put(line);
    }
    put("\n]}\n");
}

void TraceSpan::end() {
    const Trace::Clock::time_point now = Trace::Clock::now();
    if (operations_ > 0) {
        add({"operations", operations_});
        add({"GFLOP/s",
             operations_ / static_cast<double>(std::max<std::int64_t>(1, nanoseconds_between(begin_, now)))});
    }
    trace_->add(track_, name_, begin_, now, std::span(args_).first(count_));
}

void TraceFrames::begin_frame(const char* phase) {
    const Trace::Clock::time_point now = Trace::Clock::now();
    if (phase_ != nullptr) end_frame(now);
    trace_->begin_frame();
    phase_ = phase;
    frame_begin_ = now;
    phase_begin_ = now;
}

void TraceFrames::change_phase(const char* phase) {
    const Trace::Clock::time_point now = Trace::Clock::now();
    trace_->add(TraceTrack::cpu, phase_, phase_begin_, now);
    phase_ = phase;
    phase_begin_ = now;
}

void TraceFrames::end_frame(Trace::Clock::time_point now) {
    trace_->add(TraceTrack::cpu, phase_, phase_begin_, now);
    trace_->add(TraceTrack::cpu, name_, frame_begin_, now, args_);
    phase_ = nullptr;
    args_.clear();
}

}  // namespace scorefield::base
