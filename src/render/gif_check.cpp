#include "render/gif_check.hpp"

#include <fmt/format.h>

#include <optional>

#include "render/file_bytes.hpp"

namespace scorefield::render {
namespace {

constexpr const char* kIncomplete = "incomplete file";

/// The bytes of a colour table that the packed field announces.
std::uint64_t table_bytes(std::uint64_t packed) {
    return (packed & 0x80U) == 0 ? 0 : std::uint64_t{3} << ((packed & 7U) + 1);
}

/// The place after sub-blocks, the last of which is empty; none if the file ends before.
std::optional<std::uint64_t> after_sub_blocks(const FileBytes& file, std::uint64_t at) {
    while (const std::optional<std::uint64_t> length = file.big_endian_number(at, 1)) {
        at += 1 + *length;
        if (*length == 0) return at;
    }
    return {};
}

}  // namespace

std::string gif_fault(int descriptor, std::uint64_t frames) {
    constexpr std::uint64_t kExtension = 0x21;
    constexpr std::uint64_t kImage = 0x2c;
    constexpr std::uint64_t kTrailer = 0x3b;
    const FileBytes file(descriptor);
    if (file.bytes(0, 6) != "GIF89a") return "no GIF89a header";
    const std::optional<std::uint64_t> screen = file.big_endian_number(10, 1);
    if (!screen) return kIncomplete;
    std::uint64_t at = 13 + table_bytes(*screen);
    std::uint64_t images = 0;
    for (;;) {
        const std::optional<std::uint64_t> block = file.big_endian_number(at, 1);
        if (!block) return kIncomplete;
        if (*block == kTrailer) break;
        if (*block == kImage) {
            const std::optional<std::uint64_t> packed = file.big_endian_number(at + 9, 1);
            if (!packed) return kIncomplete;
            at += 10 + table_bytes(*packed) + 1;  // image descriptor, colour table, LZW code size
            ++images;
        } else if (*block == kExtension) {
            at += 2;  // introducer and label
        } else {
            return fmt::format("unknown block {:#04x}", *block);
        }
        const std::optional<std::uint64_t> next = after_sub_blocks(file, at);
        if (!next) return kIncomplete;
        at = *next;
    }
    if (at + 1 != file.size()) return "bytes after the trailer";
    return images == frames ? std::string() : fmt::format("{} frames instead of {}", images, frames);
}

}  // namespace scorefield::render
