#include "cli/frame_count.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "base/error.hpp"
#include "session/playback.hpp"

namespace scorefield::cli {

std::uint64_t frame_count(const settings::Settings& settings, int steps) {
    const double seconds =
        session::playing_time(steps, {settings.steps_per_second, settings.hold, false, settings.forward});
    const double frames = std::ceil(seconds * settings.fps - 1e-6);
    if (frames <= static_cast<double>(kMaxFrames)) return static_cast<std::uint64_t>(std::max(frames, 1.0));
    // The holds last a step or --hold, so this many seconds are left for all steps.
    const int passes = settings.forward ? 2 : 1;
    const double left = static_cast<double>(kMaxFrames) / settings.fps - (passes + 1) * settings.hold;
    throw base::request_error(
        "too many frames", "--steps-per-second",
        fmt::format("{} steps at {:g} steps/s and {} frames/s are {:.3g} frames, more than {}", steps,
                    settings.steps_per_second, settings.fps, frames, kMaxFrames),
        fmt::format("give {:.3g} or more, fewer --steps or a lower --fps", passes * (steps + 1) / left * 1.01));
}

void require_sheet_size(const settings::Settings& settings) {
    const std::uint64_t pixels = kSheetTiles * settings.width * settings.height;
    if (pixels <= kMaxSheetPixels) return;
    const double scale = std::sqrt(static_cast<double>(kMaxSheetPixels) / static_cast<double>(pixels));
    throw base::request_error("contact sheet too large", "--width and --height",
                              fmt::format("about {} tiles of {} x {} are {} pixels, more than {}", kSheetTiles,
                                          settings.width, settings.height, pixels, kMaxSheetPixels),
                              fmt::format("give {:.0f} x {:.0f} or smaller", std::floor(settings.width * scale),
                                          std::floor(settings.height * scale)));
}

}  // namespace scorefield::cli
