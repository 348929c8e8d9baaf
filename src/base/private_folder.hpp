#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/descriptor.hpp"

namespace scorefield::base {

/// A folder for what this user's programs keep for each other, a cache: the user's own, which nobody else may write to
/// (mode 0700). Nothing is taken from a folder or a file that others own or may write to, nor through a link.
class PrivateFolder {
  public:
    explicit PrivateFolder(std::filesystem::path path);

    /// The content of a file of at most `most_bytes`; none where there is no such file or, with a `note` why, where it
    /// cannot be trusted or read. A folder of the user's own that others may write to is not trusted.
    std::optional<std::string> read(const std::string& name, std::size_t most_bytes, std::string& note) const;

    /// Writes the file anew (base::AtomicFile, mode 0600) in place of what is there, a link itself rather than its
    /// target; makes the folder where it is missing and takes others' right to write to it away. Throws base::Error
    /// (running) where the folder is another's or a link, where a pipe or a device has the file's name, or where it
    /// cannot be written.
    void replace(const std::string& name, std::string_view content) const;

  private:
    std::filesystem::path path_;
};

}  // namespace scorefield::base
