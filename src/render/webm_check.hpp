#pragma once

#include <cstdint>
#include <string>

namespace scorefield::render {

/// Why the WebM file is not valid with that many frames; empty if it is. It must be an EBML header (RFC 8794) of type
/// webm and one Segment of whole elements that ends with the file, whose Clusters hold that many blocks.
/// `descriptor` is open to read.
std::string webm_fault(int descriptor, std::uint64_t frames);

}  // namespace scorefield::render
