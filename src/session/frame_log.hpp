#pragma once

#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/atomic_file.hpp"
#include "gpu/recorder.hpp"

namespace scorefield::session {

/// The passes of a frame, as their times are shown and logged.
inline constexpr std::array<std::string_view, 7> kPasses = {"training", "network",    "sampler", "splat",
                                                            "tone map", "annotation", "UI"};

/// GPU milliseconds of each pass.
using PassTimes = std::array<double, kPasses.size()>;

/// Sums a recording's scopes by pass; painting the ground counts as tone map, copying panes side by side as
/// annotation.
PassTimes pass_times(std::span<const gpu::Timing> timings);

/// The GPU milliseconds of the pass with that name.
double time_of(const PassTimes& times, std::string_view pass);
double total(const PassTimes& times);

struct FrameRecord {
    std::uint64_t frame = 0;
    double frame_ms = 0;  ///< from the frame's begin to that of the next, without the next one's rest
    double rest_ms = 0;   ///< before the frame: nothing was to be drawn
    double cpu_ms = 0;    ///< from the frame's begin to its submission, without waiting
    PassTimes gpu_ms{};
    std::uint32_t particles = 0;
    int step = 0;
    int steps = 0;
    std::string sampler;  ///< empty: no scene is shown yet, and what follows is unknown too
    std::string target;   ///< empty: a learned model
    std::string process;
    std::string prediction;
};

/// --frame-log: a CSV file of one row per frame, there at `commit`; nothing where none is wanted.
class FrameLog {
  public:
    explicit FrameLog(const std::string& path);
    void add(const FrameRecord& record);
    void commit();

  private:
    std::optional<base::AtomicFile> file_;
};

}  // namespace scorefield::session
