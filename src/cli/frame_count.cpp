#include "cli/frame_count.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "base/error.hpp"

namespace scorefield::cli {

std::uint64_t frame_count(const settings::Settings& settings, int steps) {
    const double step = 1 / settings.steps_per_second;
    const double seconds = 2 * std::max(settings.hold, step) + (steps - 1) * step;
    const double frames = std::ceil(seconds * settings.fps - 1e-6);
    if (frames <= static_cast<double>(kMaxFrames)) return static_cast<std::uint64_t>(std::max(frames, 1.0));
    // Both holds last a step or --hold, so this many seconds are left for all steps.
    const double left = static_cast<double>(kMaxFrames) / settings.fps - 2 * settings.hold;
    throw base::request_error(
        "too many frames", "--steps-per-second",
        fmt::format("{} steps at {:g} steps/s and {} frames/s are {:.3g} frames, more than {}", steps,
                    settings.steps_per_second, settings.fps, frames, kMaxFrames),
        fmt::format("give {:.3g} or more, fewer --steps or a lower --fps", (steps + 1) / left * 1.01));
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
