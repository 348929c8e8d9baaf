#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/descriptor.hpp"

namespace scorefield::base {

/// A per-user cache directory (mode 0700). Directories and files that other users own or can write, and symbolic links,
/// are not read.
class PrivateFolder {
  public:
    explicit PrivateFolder(std::filesystem::path path);

    /// The content of a file of at most `most_bytes`. None if there is no such file or, with the reason in `note`, if
    /// it cannot be trusted or read.
    std::optional<std::string> read(const std::string& name, std::size_t most_bytes, std::string& note) const;

    /// Atomically replaces the file (base::AtomicFile, mode 0600); a symbolic link is replaced, not followed. Creates
    /// the folder if needed and removes write permission for other users. Throws base::Error (running) if the folder
    /// belongs to another user or is a link, if a pipe or a device has the name of the file, or if it cannot be
    /// written.
    void replace(const std::string& name, std::string_view content) const;

  private:
    std::filesystem::path path_;
};

}  // namespace scorefield::base
