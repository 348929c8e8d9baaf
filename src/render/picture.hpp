#pragma once

#include <cstdint>
#include <vector>

namespace scorefield::render {

/// Pixels in rows from the top, four bytes each: red, green, blue (sRGB, multiplied by alpha), alpha.
struct Picture {
    std::uint32_t width = 0;
    std::uint32_t height = 0;
    std::vector<std::uint8_t> rgba;

    bool operator==(const Picture&) const = default;
};

}  // namespace scorefield::render
