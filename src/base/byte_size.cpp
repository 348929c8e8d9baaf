#include "base/byte_size.hpp"

#include <fmt/format.h>

#include <array>
#include <cstddef>

namespace scorefield::base {

std::string byte_size(double bytes) {
    constexpr std::array<const char*, 7> kUnits = {"bytes", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    constexpr double kUnit = 1024;
    constexpr double kMost = 999.5;  // which three figures would show as 1e+03
    std::size_t unit = 0;
    for (; bytes >= kMost && unit + 1 < kUnits.size(); ++unit) bytes /= kUnit;
    if (unit == 0) return bytes == 1 ? "1 byte" : fmt::format("{:.0f} bytes", bytes);
    return fmt::format("{:.3g} {}", bytes, kUnits[unit]);
}

}  // namespace scorefield::base
