#pragma once

#include <cstddef>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace scorefield::base {

/// A file that appears whole or not at all: written beside its place under a temporary name, renamed by `commit`.
/// Without `commit` (an exception, say) the temporary file is removed. A symbolic link stays and its target is
/// replaced; folders, devices and pipes are refused. Throws base::Error (running) with the path.
class AtomicFile {
  public:
    explicit AtomicFile(std::filesystem::path path);
    ~AtomicFile();
    AtomicFile(const AtomicFile&) = delete;
    AtomicFile& operator=(const AtomicFile&) = delete;

    void write(const void* bytes, std::size_t count);
    void write(std::string_view text) { write(text.data(), text.size()); }
    /// The next write begins at this byte: over what is there, or beyond it (a gap reads as zeros until written).
    void seek(std::size_t offset);
    /// Flushes, synchronises and renames. Call once.
    void commit();

    const std::filesystem::path& path() const { return path_; }

  private:
    struct Close {
        void operator()(std::FILE* file) const { std::fclose(file); }
    };
    void remove_temporary() const;

    std::filesystem::path path_;
    std::filesystem::path target_;  ///< `path_` with links followed
    std::filesystem::path temporary_;
    std::unique_ptr<std::FILE, Close> file_;
};

/// Throws the error that writing `path` would meet (folder missing or not writable, path is a folder, a device or a
/// pipe), before long work is spent on it. Removes what processes that were killed while writing it have left beside
/// it.
void require_writable(const std::filesystem::path& path);

/// The file that writing `path` replaces: symbolic links followed, whether it exists or not. Throws base::Error
/// (running) where that is a folder, a device or a pipe, or cannot be looked at.
std::filesystem::path replaced_file(const std::filesystem::path& path);

/// The name beside `path` under which it is being written by this process.
std::filesystem::path temporary_beside(const std::filesystem::path& path);

}  // namespace scorefield::base
