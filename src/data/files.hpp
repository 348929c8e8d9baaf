#pragma once

#include <filesystem>
#include <string>

namespace scorefield::data {

/// All bytes of a file. Throws base::Error (request) naming the file if it cannot be read; `kind` says what was
/// expected ("safetensors").
std::string read_file(const std::filesystem::path& path, const std::string& kind);

}  // namespace scorefield::data
