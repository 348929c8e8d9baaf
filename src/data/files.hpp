#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>

namespace scorefield::data {

/// A regular file read from front to back; pipes and devices, which may never end, are refused. Its size is known
/// first, so that the lengths a header claims can be checked before memory is spent on them. `kind` says what was
/// expected ("safetensors"). Throws base::Error (request) naming the file where it cannot be read.
class InputFile {
  public:
    InputFile(std::filesystem::path path, std::string kind);

    std::uint64_t size() const { return size_; }
    /// The next `count` bytes.
    void read(void* bytes, std::size_t count);
    std::string read(std::size_t count);

  private:
    [[noreturn]] void refuse(const std::string& why) const;

    std::filesystem::path path_;
    std::string kind_;
    std::ifstream stream_;
    std::uint64_t size_ = 0;
};

/// The most bytes of a text file that is read whole.
inline constexpr std::uint64_t kMaxTextBytes = std::uint64_t{1} << 28U;

/// The whole content of a text file of that kind ("JSON"). Throws base::Error (request) as InputFile, and where it is
/// larger than kMaxTextBytes.
std::string read_text(const std::filesystem::path& path, const std::string& kind);

}  // namespace scorefield::data
