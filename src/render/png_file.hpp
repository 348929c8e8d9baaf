#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "render/picture.hpp"

namespace scorefield::render {

/// The bytes of a PNG: RGB (alpha is dropped), 8 bits; the same picture gives the same bytes. `path` is where they go,
/// for messages. Throws base::Error (running).
std::vector<std::uint8_t> encode_png(const std::filesystem::path& path, const Picture& picture);

/// Writes a picture as `encode_png` makes it. The file appears whole or not at all.
/// Throws base::Error (running) with the path.
void write_png(const std::filesystem::path& path, const Picture& picture);

}  // namespace scorefield::render
