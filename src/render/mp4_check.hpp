#pragma once

#include <cstdint>
#include <string>

namespace scorefield::render {

/// Why the MP4 file is not valid with that many frames; empty if it is. The file must consist of whole boxes (ISO/IEC
/// 14496-12), the first of them `ftyp`, with one `moov` whose only track has that many samples, whose chunks begin
/// within the file's `mdat`, where all samples have room. `descriptor` is open to read.
std::string mp4_fault(int descriptor, std::uint64_t frames);

}  // namespace scorefield::render
