#pragma once

#include <cstdint>
#include <span>

namespace scorefield::render {

/// DejaVu Sans as a TrueType file, embedded in the binary.
std::span<const std::uint8_t> font_bytes();

}  // namespace scorefield::render
