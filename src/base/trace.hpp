#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace scorefield::base {

/// The tracks of a trace: what is on one of them nests or follows each other.
enum class TraceTrack : std::uint8_t {
    cpu,   ///< the thread of the command
    gpu,   ///< the queue of the device
    host,  ///< the host's evaluations
};

/// An entry of an event's `args`: a number, or a text of Trace::text.
struct TraceArg {
    TraceArg() = default;
    template <class Number>
    requires std::is_arithmetic_v<Number> TraceArg(const char* name, Number value)
        : key(name), number(static_cast<double>(value)) {}
    TraceArg(const char* name, const std::string* value) : key(name), text(value) {}

    const char* key = "";  ///< a literal
    double number = 0;
    const std::string* text = nullptr;
};

/// Times of what a program does, as complete events of a Chrome or Perfetto trace. Keeps the events before the first
/// frame and those of the last frames; memory is bounded and is kept from frame to frame. Usable from several threads.
/// Those who write events hold a pointer to it: null means that nothing is recorded.
class Trace {
  public:
    using Clock = std::chrono::steady_clock;

    /// The most events that are kept. If the last frames have more, fewer frames are kept.
    static constexpr std::size_t kMostEvents = 400'000;

    /// Keeps the last `frames` (≥ 1) frames. Times are counted from now on.
    explicit Trace(std::size_t frames, std::size_t most_events = kMostEvents);

    /// What is added from now on belongs to another frame. The oldest one is dropped if there are too many.
    void begin_frame();
    /// Adds an event. `name`: a literal, or a `text()`. What lies within an event is added before it.
    void add(TraceTrack track, const char* name, Clock::time_point begin, Clock::time_point end,
             std::span<const TraceArg> args = {});
    /// A copy of the text that lives as long as the trace. After kMostTexts different ones it is always "other".
    const std::string* text(std::string_view text);
    /// The name of a track for readers.
    void name_track(TraceTrack track, std::string_view name);

    /// Hands out the trace in pieces: a JSON object with the list `traceEvents`, sorted by time. Events of a track
    /// nest: where two overlap by the inaccuracy of a clock, one of them is shortened. `about` are texts for
    /// `otherData`.
    void write(const std::function<void(std::string_view)>& put,
               std::span<const std::pair<std::string, std::string>> about = {}) const;

  private:
    static constexpr std::size_t kMostTexts = 1000;
    static constexpr std::size_t kTracks = 3;

    struct Event {
        const char* name = "";
        std::int64_t begin = 0;  ///< nanoseconds since the start
        std::int64_t end = 0;
        std::uint32_t first_arg = 0;
        std::uint16_t args = 0;
        TraceTrack track = TraceTrack::cpu;
    };
    struct Frame {
        std::vector<Event> events;
        std::vector<TraceArg> args;
    };
    struct Placed;

    std::vector<Placed> placed() const;

    mutable std::mutex mutex_;
    Clock::time_point start_ = Clock::now();
    std::size_t most_frames_;
    std::size_t most_events_;
    Frame before_;               ///< what came before the first frame
    std::deque<Frame> frames_;   ///< the oldest first
    std::size_t events_ = 0;     ///< in all of them
    std::uint64_t dropped_ = 0;  ///< events of the current frame for which there was no room
    std::set<std::string, std::less<>> texts_;
    std::array<std::string, kTracks> track_names_;
};

/// An event from its construction to its destruction. Does nothing without a trace.
class TraceSpan {
  public:
    TraceSpan(Trace* trace, const char* name, TraceTrack track = TraceTrack::cpu)
        : trace_(trace), name_(name), track_(track) {
        if (trace_ != nullptr) begin_ = Trace::Clock::now();
    }
    ~TraceSpan() {
        if (trace_ != nullptr) end();
    }
    TraceSpan(const TraceSpan&) = delete;
    TraceSpan& operator=(const TraceSpan&) = delete;

    /// At most kMostArgs of them are kept.
    void add(const TraceArg& arg) {
        if (trace_ != nullptr && count_ < kMostArgs) args_[count_++] = arg;
    }
    /// Adds `operations`, and GFLOP/s when the event ends.
    void add_operations(double operations) { operations_ += operations; }

  private:
    static constexpr std::size_t kMostArgs = 8;

    void end();

    Trace* trace_;
    const char* name_;
    TraceTrack track_;
    Trace::Clock::time_point begin_;
    std::array<TraceArg, kMostArgs> args_;
    std::size_t count_ = 0;
    double operations_ = 0;
};

/// Frames of the CPU's track, each one divided into phases that follow each other without a gap. Does nothing without
/// a trace.
class TraceFrames {
  public:
    TraceFrames(Trace* trace, const char* name) : trace_(trace), name_(name) {}
    ~TraceFrames() { end(); }
    TraceFrames(const TraceFrames&) = delete;
    TraceFrames& operator=(const TraceFrames&) = delete;

    /// Ends the frame before, and begins another with its first phase.
    void begin(const char* phase) {
        if (trace_ != nullptr) begin_frame(phase);
    }
    /// Ends the phase, and begins another. Nothing outside a frame.
    void next(const char* phase) {
        if (phase_ != nullptr) change_phase(phase);
    }
    /// What is to be said of the current frame.
    void describe(std::span<const TraceArg> args) {
        if (phase_ != nullptr) args_.assign(args.begin(), args.end());
    }
    void end() {
        if (phase_ != nullptr) end_frame(Trace::Clock::now());
    }
    Trace* trace() const { return trace_; }

  private:
    void begin_frame(const char* phase);
    void change_phase(const char* phase);
    void end_frame(Trace::Clock::time_point now);

    Trace* trace_;
    const char* name_;
    const char* phase_ = nullptr;  ///< null: outside a frame
    Trace::Clock::time_point frame_begin_;
    Trace::Clock::time_point phase_begin_;
    std::vector<TraceArg> args_;
};

}  // namespace scorefield::base
