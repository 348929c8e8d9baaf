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
    /// Passes over the next `count` bytes, which must be there.
    void skip(std::uint64_t count);

  private:
    [[noreturn]] void refuse(const std::string& why) const;

    std::filesystem::path path_;
    std::string kind_;
    std::ifstream stream_;
    std::uint64_t size_ = 0;
};

// The most bytes of each kind of text file that is read whole.
inline constexpr std::uint64_t kMaxSceneBytes = std::uint64_t{1} << 20U;
inline constexpr std::uint64_t kMaxSchedulerBytes = std::uint64_t{1} << 25U;  ///< a million betas
inline constexpr std::uint64_t kMaxMixtureBytes = std::uint64_t{1} << 26U;    ///< 100 000 components in space
inline constexpr std::uint64_t kMaxProgramBytes = std::uint64_t{1} << 29U;    ///< a million ops as they are written

/// The whole content of a text file of that kind ("scene"). Throws base::Error (request) as InputFile, and, before it
/// is read, where it has more than `most` bytes.
std::string read_text(const std::filesystem::path& path, const std::string& kind, std::uint64_t most);

}  // namespace scorefield::data
