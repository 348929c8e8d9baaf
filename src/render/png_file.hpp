#pragma once

#include <filesystem>

#include "render/picture.hpp"

namespace scorefield::render {

/// Writes RGB (alpha is dropped), 8 bits; the same picture gives the same bytes. The file appears whole or not at all.
/// Throws base::Error (running) with the path.
void write_png(const std::filesystem::path& path, const Picture& picture);

}  // namespace scorefield::render
