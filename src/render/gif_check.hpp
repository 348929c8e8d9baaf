#pragma once

#include <cstdint>
#include <string>

namespace scorefield::render {

/// Why the GIF file is not valid with that many frames; empty if it is. It must be whole blocks (GIF89a specification)
/// from the header to the trailer, which ends the file, with that many images. `descriptor` is open to read.
std::string gif_fault(int descriptor, std::uint64_t frames);

}  // namespace scorefield::render
