#include "base/staged_folder.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "base/error.hpp"

namespace scorefield::base {
namespace {

namespace fs = std::filesystem;

Error folder_failure(const fs::path& folder, const std::string& why) {
    return running_error("cannot write", folder.string(), why,
                         "choose a folder whose parent exists and that you may write to");
}

Descriptor open_to_list(const fs::path& path) {
    return Descriptor(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
}

}  // namespace

StagedFolder::StagedFolder(const fs::path& folder, const std::string& stem) : shown_(folder) {
    std::error_code failed;
    folder_ = fs::absolute(folder, failed).lexically_normal();
    if (failed) throw folder_failure(shown_, failed.message());
    if (!folder_.has_filename()) folder_ = folder_.parent_path();
    const fs::file_status status = fs::status(folder_, failed);
    if (!fs::status_known(status)) throw folder_failure(shown_, failed.message());
    exists_ = fs::is_directory(status);
    if (!exists_ && fs::exists(status)) throw folder_failure(shown_, "it is not a folder");
    if (!exists_) folder_ = replaced_file(folder_);
    // A process that was killed when the folder was new has left its files beside it.
    if (exists_) remove_leftovers(folder_);
    staged_.emplace(exists_ ? folder_ / stem : folder_, StagedOutput::Kind::folder);
}

void StagedFolder::fail(int error) {
    staged_->fail(error);
}

void StagedFolder::write(const std::string& name, const void* bytes, std::size_t count) {
    staged_->require_sound();
    const Descriptor file(::openat(staged_->descriptor().get(), name.c_str(),
                                   O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode_t{0666}));
    if (!file) fail(errno);
    const auto* at = static_cast<const char*>(bytes);
    while (count > 0) {
        const ssize_t written = ::write(file.get(), at, count);
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) fail(errno);
        at += written;
        count -= static_cast<std::size_t>(written);
    }
    if (::fsync(file.get()) != 0 && errno != EINVAL) fail(errno);
    files_.push_back({name, identity_of(file).value_or(FileIdentity())});
}

void StagedFolder::commit(const std::function<bool(std::string_view)>& outdated) {
    staged_->require_sound();
    std::error_code unknown;
    if (!exists_ && !fs::exists(folder_, unknown)) {
        staged_->commit();
        return;
    }
    move_files(outdated);
}

/// Throws where one of the files cannot be put there; gives each the permissions of what it replaces.
void StagedFolder::prepare(const Descriptor& place) {
    constexpr mode_t kAnyMayWrite = 0222;
    constexpr mode_t kPermissions = 0777;
    for (const File& file : files_) {
        struct stat old {};
        if (::fstatat(place.get(), file.name.c_str(), &old, AT_SYMLINK_NOFOLLOW) != 0) continue;
        if (S_ISLNK(old.st_mode)) continue;
        if (!S_ISREG(old.st_mode)) {
            staged_->fail(file.name + " there is not a file", "remove it, or write to another folder");
        }
        if ((old.st_mode & kAnyMayWrite) == 0) {
            staged_->fail(file.name + " there is read-only", "make it writable, or write to another folder");
        }
        if (::faccessat(place.get(), file.name.c_str(), W_OK, AT_EACCESS) != 0) fail(errno);
        // A file system without permissions refuses, which is as good.
        ::fchmodat(staged_->descriptor().get(), file.name.c_str(), old.st_mode & kPermissions, 0);
    }
}

void StagedFolder::move_files(const std::function<bool(std::string_view)>& outdated) {
    const Descriptor place = open_to_list(folder_);
    if (!place) fail(errno);
    prepare(place);
    std::vector<std::string> old;
    std::error_code unreadable;
    for (fs::directory_iterator at(folder_, unreadable), end; !unreadable && at != end; at.increment(unreadable)) {
        const std::string name = at->path().filename().string();
        if (outdated(name)) old.push_back(name);
    }
    for (const File& file : files_) {
        if (identity_at(staged_->descriptor(), file.name) != file.identity) {
            staged_->fail("another process has taken the place of " + file.name, "write the folder again");
        }
        if (::renameat(staged_->descriptor().get(), file.name.c_str(), place.get(), file.name.c_str()) != 0) {
            fail(errno);
        }
    }
    for (const std::string& name : old) {
        if (::unlinkat(place.get(), name.c_str(), 0) != 0 && errno != ENOENT) fail(errno);
    }
    if (::fsync(place.get()) != 0 && errno == EIO) fail(errno);
    remove_leftovers(folder_);
}

}  // namespace scorefield::base
