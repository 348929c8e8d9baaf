#pragma once

#include <cstdint>

#include "settings/settings.hpp"

namespace scorefield::cli {

/// Frames of a film or of a folder.
inline constexpr std::uint64_t kMaxFrames = 1'000'000;
/// Pixels of all tiles of a contact sheet.
inline constexpr std::uint64_t kMaxSheetPixels = std::uint64_t{1} << 27U;
/// Tiles of a contact sheet, about: the moments that it shows and the data.
inline constexpr std::uint64_t kSheetTiles = 12;

/// How many frames a whole run of so many steps takes at --fps, --steps-per-second and --hold. Throws base::Error
/// (request) naming the flag and the slowest pace that fits where they are more than kMaxFrames.
std::uint64_t frame_count(const settings::Settings& settings, int steps);

/// Throws base::Error (request) naming the flags and the largest width that fits where the tiles of a contact sheet
/// have more than kMaxSheetPixels together.
void require_sheet_size(const settings::Settings& settings);

}  // namespace scorefield::cli
