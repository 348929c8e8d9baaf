#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace scorefield::data {

enum class PlyFormat { ascii, little_endian, big_endian };

enum class PlyType { int8, uint8, int16, uint16, int32, uint32, int64, uint64, float16, float32, float64 };

std::size_t bytes_of(PlyType type);

struct PlyProperty {
    std::string name;
    PlyType type = PlyType::float32;
    std::optional<PlyType> length = {};  ///< lists only: the type of the length, which must be whole
};

struct PlyElement {
    std::string name;
    std::uint64_t count = 0;
    std::vector<PlyProperty> properties;  ///< those without any take no bytes, whatever their count
};

struct PlyHeader {
    PlyFormat format = PlyFormat::ascii;
    std::vector<PlyElement> elements;
    std::size_t bytes = 0;                  ///< of the header, up to the first element
    std::size_t dimensions = 3;             ///< what a comment says (kPlyDimensions), 1 … 3
    std::vector<std::string> remarks = {};  ///< what the parser had to decide, a clause each
};

/// Most programs require x, y and z, so 1D and 2D points are padded with zeros. The comment `scorefield dimensions 2`
/// tells read_ply to drop the padding.
inline constexpr std::string_view kPlyDimensions = "scorefield dimensions";

/// Refuses the file with base::Error (request); `place` may be empty.
[[noreturn]] void refuse_ply(const std::filesystem::path& path, const std::string& place, const std::string& why,
                             const std::string& hint = "write it again as PLY with vertices x, y and z");

/// Whether two names are the same but for capital letters.
bool same_ply_name(std::string_view a, std::string_view b);

/// Reads the header of a file's `text`, as it is found: a byte-order mark; lines that end in LF, CR LF or CR, each as
/// it likes; comments and obj_info anywhere; keywords and types in capital letters, types of other names (uint64_t,
/// unsigned char); names with spaces; format versions 1 and 1.1 to 1.9, read as 1.0 with a remark. Names may come
/// twice. The header ends with one line end, that of end_header: a CR and a LF there are one where the lines before end
/// so. Throws as refuse_ply.
PlyHeader parse_ply_header(const std::filesystem::path& path, std::string_view text);

}  // namespace scorefield::data
