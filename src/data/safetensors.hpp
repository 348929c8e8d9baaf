#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>

#include "data/tensors.hpp"

namespace scorefield::data {

/// A safetensors file: 8-byte little-endian header length, JSON header, tensor bytes.
struct SafetensorsFile {
    TensorMap tensors;
    std::map<std::string, std::string> metadata;  ///< without the checksum
    bool verified = false;                        ///< read: the file has a checksum, and it is right
};

/// Metadata key of the checksum: 16 hexadecimal digits, 64-bit FNV-1a over all other metadata (key, value) and all
/// tensors (name, shape, bytes) in the order of their names.
inline constexpr const char* kChecksumKey = "scorefield.checksum";

/// Reads float32 tensors and string metadata. Every length, offset, shape and type is checked before use: gaps,
/// overlaps, other types, values that are not finite and a wrong checksum (where the file has one) are refused with
/// base::Error (request) naming the file and the place.
SafetensorsFile read_safetensors(const std::filesystem::path& path);

/// Writes tensors and metadata with their checksum; tensors stand in the order of their names. Throws base::Error
/// (running) where the place cannot be written, (request) for a name or metadata that is not UTF-8.
void write_safetensors(const std::filesystem::path& path, const SafetensorsFile& file);

/// What metadata, JSON, can hold.
bool is_utf8(std::string_view text);

/// The checksum as written into metadata.
std::string checksum(const SafetensorsFile& file);

}  // namespace scorefield::data
