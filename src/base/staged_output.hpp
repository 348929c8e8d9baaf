#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>

#include "base/descriptor.hpp"

namespace scorefield::base {

/// Which file a descriptor or a name leads to, whatever it is called.
struct FileIdentity {
    dev_t device = 0;
    ino_t number = 0;

    bool operator==(const FileIdentity&) const = default;
};

/// The identity of what the descriptor is open on; none where it cannot be asked.
std::optional<FileIdentity> identity_of(const Descriptor& descriptor);
/// The identity of what has this name in the folder, links not followed; none where there is nothing.
std::optional<FileIdentity> identity_at(const Descriptor& folder, const std::string& name);

/// Atomic output, shared by all writers. Creates a temporary file or folder next to the destination; `commit` renames
/// it into place. Without `commit` the destination is unchanged and the temporary is removed.
/// - A symbolic link stays and its target is replaced. Folders, devices, pipes and read-only files are refused; a file
///   that is replaced leaves its permissions (and, where the system allows, its owner) to the new one.
/// - While this lives it holds a lock on the temporary. Temporaries without a lock were left by killed processes; the
///   next output to the same destination removes them, at its start and when it is committed.
/// - After `fail` it can never be committed.
/// - Renames and removes only what this has created, never what another process has put under its name.
/// Throws base::Error (running) with the path.
class StagedOutput {
  public:
    enum class Kind { file, folder };

    StagedOutput(const std::filesystem::path& path, Kind kind);
    /// A file `name` of the user's alone in an open folder, `shown` in messages: mode 0600 whatever it replaces, a link
    /// itself.
    StagedOutput(const Descriptor& folder, const std::string& name, const std::filesystem::path& shown);
    ~StagedOutput();
    StagedOutput(const StagedOutput&) = delete;
    StagedOutput& operator=(const StagedOutput&) = delete;

    /// The temporary's path, for programs that open it by name. They must keep the file that is there.
    const std::filesystem::path& temporary() const { return temporary_path_; }
    /// The temporary's descriptor, and after `commit` that of what is in place: a file open to read and write, or a
    /// folder.
    const Descriptor& descriptor() const { return descriptor_; }
    bool committed() const { return committed_; }

    /// Removes the temporary and throws `why`, now and on every later use. What is committed already stays.
    [[noreturn]] void fail(const std::string& why, const std::string& hint);
    /// The same for the reason that is in `errno`'s terms.
    [[noreturn]] void fail(int error);
    /// Throws what `fail` threw, if it did.
    void require_sound() const;
    /// Synchronises it, gives it the permissions of what it replaces, renames it and synchronises the folder. Call
    /// once.
    void commit();

  private:
    void create(mode_t mode);
    bool claim();
    void remove_temporary();
    void keep_permissions();

    std::filesystem::path shown_;
    Kind kind_;
    bool heeds_old_ = true;  ///< permissions of what is replaced
    std::filesystem::path folder_path_;
    Descriptor folder_;
    std::string name_;  ///< of the place, in the folder
    std::string temporary_;
    std::filesystem::path temporary_path_;
    Descriptor descriptor_;
    std::string failure_;  ///< empty: none
    bool committed_ = false;
};

/// Removes the temporaries beside `path`, links not followed, that no living process holds.
void remove_leftovers(const std::filesystem::path& path);

/// The file that writing `path` replaces: symbolic links followed, whether it exists or not. Throws base::Error
/// (running) where that is a folder, a device or a pipe, or cannot be looked at.
std::filesystem::path replaced_file(const std::filesystem::path& path);

}  // namespace scorefield::base
