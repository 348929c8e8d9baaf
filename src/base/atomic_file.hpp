#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

#include "base/staged_output.hpp"

namespace scorefield::base {

/// A file that appears whole or not at all, by the rules of StagedOutput. What was written after the first commit (rows
/// of a log, say) goes to the file where it stands. Once anything has failed, every later call throws that failure, and
/// the file in place is what the last commit left. Throws base::Error (running) with the path.
class AtomicFile {
  public:
    explicit AtomicFile(std::filesystem::path path);
    /// A file of the user's alone in an open folder, as StagedOutput makes it.
    AtomicFile(const Descriptor& folder, const std::string& name, const std::filesystem::path& shown);

    void write(const void* bytes, std::size_t count);
    void write(std::string_view text) { write(text.data(), text.size()); }
    /// The next write begins at this byte: over what is there, or beyond it (a gap reads as zeros until written).
    void seek(std::size_t offset);
    /// All that was written is on disk, in the file's place.
    void commit();

    const std::filesystem::path& path() const { return path_; }

  private:
    void flush();
    void put(std::string_view bytes);
    [[noreturn]] void fail(int error);

    std::filesystem::path path_;
    StagedOutput staged_;
    std::string buffer_;
    off_t committed_bytes_ = 0;
};

/// Throws the error that writing `path` would meet (folder missing or not writable, path is a folder, a device, a pipe
/// or read-only), before long work is spent on it. Removes what processes that were killed while writing it have left
/// beside it.
void require_writable(const std::filesystem::path& path);

}  // namespace scorefield::base
