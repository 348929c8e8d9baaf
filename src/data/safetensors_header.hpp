#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace scorefield::data {

/// How a safetensors file stores numbers, of those types that are read.
enum class TensorType : std::uint8_t { float32, float16, bfloat16 };

/// What the header says of a tensor: its type and shape and where its bytes stand after the header.
struct TensorEntry {
    TensorType type = TensorType::float32;
    std::vector<std::size_t> shape;
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
};

struct SafetensorsHeader {
    std::map<std::string, TensorEntry> tensors;
    std::map<std::string, std::string> metadata;
};

/// The longest header that is read: that of many thousand tensors.
inline constexpr std::uint64_t kMaxHeaderBytes = std::uint64_t{1} << 24U;

/// Reads the JSON header of a file with `available` bytes after it. Every length, offset, shape and type is checked:
/// gaps, overlaps, names that come twice and types other than F32, F16 and BF16 are refused with base::Error (request)
/// naming the file and the place.
SafetensorsHeader parse_safetensors_header(const std::filesystem::path& path, std::string_view text,
                                           std::uint64_t available);

/// Throws base::Error (request) naming the file and the place within it.
[[noreturn]] void refuse_safetensors(const std::filesystem::path& path, const std::string& place,
                                     const std::string& why);

/// Bytes of a stored number.
std::size_t bytes_of(TensorType type);

}  // namespace scorefield::data
