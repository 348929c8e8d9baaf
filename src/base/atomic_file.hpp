#pragma once

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

namespace scorefield::base {

/// A file that appears whole or not at all: written beside its place under a temporary name, renamed by `commit`.
/// Without `commit` (an exception, say) the temporary file is removed. Throws base::Error (running) with the path.
class AtomicFile {
  public:
    explicit AtomicFile(std::filesystem::path path);
    ~AtomicFile();
    AtomicFile(const AtomicFile&) = delete;
    AtomicFile& operator=(const AtomicFile&) = delete;

    void write(const void* bytes, std::size_t count);
    void write(std::string_view text) { write(text.data(), text.size()); }
    /// Overwrites bytes already written, for headers whose content is known last.
    void rewrite(std::size_t offset, std::string_view text);
    /// Flushes, synchronises and renames. Call once.
    void commit();

    const std::filesystem::path& path() const { return path_; }

  private:
    [[noreturn]] void fail(const std::string& why) const;

    std::filesystem::path path_;
    std::filesystem::path temporary_;
    std::ofstream stream_;
};

/// Throws the error that writing `path` would meet (folder missing or not writable, path is a folder), before long
/// work is spent on it.
void require_writable(const std::filesystem::path& path);

/// The name beside `path` under which it is being written by this process.
std::filesystem::path temporary_beside(const std::filesystem::path& path);

}  // namespace scorefield::base
