#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "data/safetensors_header.hpp"
#include "data/tensors.hpp"

namespace scorefield::data {

/// A safetensors file: 8-byte little-endian header length, JSON header, tensor bytes.
struct SafetensorsFile {
    TensorMap tensors;
    std::map<std::string, std::string> metadata;  ///< without the checksum
    bool verified = false;                        ///< read: the file has a checksum, and it is right
    bool half = false;                            ///< read: some numbers were stored in 16 bits
};

/// Metadata key of the checksum: 16 hexadecimal digits, 64-bit FNV-1a over all other metadata (key, value) and all
/// tensors (name, shape, bytes as they are stored) in the order of their names.
inline constexpr const char* kChecksumKey = "scorefield.checksum";

/// Sees the header before any tensor is read, and throws where the file is not what is wanted.
using CheckHeader = std::function<void(const SafetensorsHeader&)>;

/// Reads float32 tensors, those of float16 and bfloat16 as float32, and string metadata. The header is checked first
/// (safetensors_header.hpp), then by `check`; only then memory is taken for the tensors. Values that are not finite and
/// a wrong checksum are refused with base::Error (request) naming the file and the place. Other programs that halve the
/// precision keep the checksum of the float32 values: where numbers are stored in 16 bits, a checksum that does not
/// match leaves the file unverified.
SafetensorsFile read_safetensors(const std::filesystem::path& path, const CheckHeader& check = {});

/// Writes tensors and metadata with their checksum; tensors stand in the order of their names. Throws base::Error
/// (running) where the place cannot be written or a value is not finite, (request) for a name or metadata that is not
/// UTF-8.
void write_safetensors(const std::filesystem::path& path, const SafetensorsFile& file);

/// What metadata, JSON, can hold.
bool is_utf8(std::string_view text);

/// The checksum as written into metadata, of float32 tensors.
std::string checksum(const SafetensorsFile& file);

}  // namespace scorefield::data
