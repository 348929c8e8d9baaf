#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <vector>

#include "data/png_text.hpp"
#include "render/picture.hpp"

namespace scorefield::render {

/// The bytes of a PNG, 8 bits: RGB where the picture is opaque, else RGBA, not premultiplied; the same picture gives
/// the same bytes. `path` is where they go, for messages. `texts`: what else it says. Throws base::Error (running).
std::vector<std::uint8_t> encode_png(const std::filesystem::path& path, const Picture& picture,
                                     std::span<const data::PngText> texts = {});

/// Writes a picture as `encode_png` makes it. The file appears whole or not at all.
/// Throws base::Error (running) with the path.
void write_png(const std::filesystem::path& path, const Picture& picture, std::span<const data::PngText> texts = {});

}  // namespace scorefield::render
