#include "base/staged_output.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <string_view>
#include <system_error>
#include <vector>

#include "base/error.hpp"
#include "base/fnv.hpp"

namespace scorefield::base {
namespace {

namespace fs = std::filesystem;

constexpr mode_t kPermissions = 0777;
constexpr mode_t kAnyMayWrite = 0222;
constexpr std::size_t kRandomDigits = 16;

constexpr const char* kChooseFolder = "choose a folder that exists and that you may write to";

Error failure(const fs::path& path, const std::string& why, const std::string& hint = kChooseFolder) {
    return running_error("cannot write", path.string(), why, hint);
}

Error failure(const fs::path& path, int error) {
    if (error == ENOSPC || error == EDQUOT || error == EFBIG) {
        return failure(path, std::strerror(error), "free some space, or write elsewhere");
    }
    return failure(path, std::strerror(error));
}

/// The end of a chain of links, which need not exist.
fs::path follow_links(const fs::path& path) {
    constexpr int kMostLinks = 40;  // as Linux: more are taken for a circle
    fs::path at = path;
    std::error_code error;
    for (int i = 0; i < kMostLinks && fs::is_symlink(fs::symlink_status(at, error)); ++i) {
        const fs::path next = fs::read_symlink(at, error);
        if (error) throw failure(path, error.message());
        at = at.parent_path() / next;
    }
    return at;
}

/// Digits that no other process has.
std::string random_digits() {
    std::uint64_t bits = 0;
    if (::getrandom(&bits, sizeof bits, GRND_NONBLOCK) != ssize_t{sizeof bits}) {
        timespec now{};
        ::clock_gettime(CLOCK_REALTIME, &now);
        Fnv fnv;
        fnv.number(static_cast<std::uint64_t>(now.tv_sec));
        fnv.number(static_cast<std::uint64_t>(now.tv_nsec));
        fnv.number(static_cast<std::uint64_t>(::getpid()));
        bits = fnv.hash();
    }
    return fmt::format("{:0{}x}", bits, kRandomDigits);
}

/// The names of temporaries of `name`. The extension stays last: other programs choose a format by it.
struct TemporaryNames {
    std::string prefix;
    std::string extension;

    explicit TemporaryNames(const fs::path& name)
        : prefix("." + name.stem().string() + ".part-"), extension(name.extension().string()) {}

    std::string next() const { return prefix + random_digits() + extension; }

    bool hold(std::string_view name) const {
        if (name.size() != prefix.size() + kRandomDigits + extension.size()) return false;
        const std::string_view digits = name.substr(prefix.size(), kRandomDigits);
        return name.starts_with(prefix) && name.ends_with(extension) &&
               digits.find_first_not_of("0123456789abcdef") == std::string_view::npos;
    }
};

/// Whether the lock is now ours. A file system without locks has none to give.
bool lock(const Descriptor& descriptor) {
    return ::flock(descriptor.get(), LOCK_EX | LOCK_NB) == 0;
}

/// Open on what has this name in the folder, if that is a file or a folder.
Descriptor open_leftover(const Descriptor& folder, const std::string& name) {
    constexpr int kFlags = O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
    Descriptor found(::openat(folder.get(), name.c_str(), O_RDWR | kFlags));
    if (!found) found = Descriptor(::openat(folder.get(), name.c_str(), O_RDONLY | O_DIRECTORY | kFlags));
    struct stat status {};
    const bool known = found && ::fstat(found.get(), &status) == 0;
    return known && (S_ISREG(status.st_mode) || S_ISDIR(status.st_mode)) ? std::move(found) : Descriptor();
}

void remove_entry(const Descriptor& folder, const fs::path& folder_path, const std::string& name) {
    if (::unlinkat(folder.get(), name.c_str(), 0) == 0) return;
    std::error_code ignored;
    fs::remove_all(folder_path / name, ignored);
}

/// Removes those temporaries of `name` that no living process holds.
void remove_leftovers(const Descriptor& folder, const fs::path& folder_path, const std::string& name) {
    const TemporaryNames names(name);
    std::vector<std::string> candidates;
    std::error_code unreadable;
    for (fs::directory_iterator at(folder_path, unreadable), end; !unreadable && at != end; at.increment(unreadable)) {
        const std::string candidate = at->path().filename().string();
        if (names.hold(candidate)) candidates.push_back(candidate);
    }
    for (const std::string& candidate : candidates) {
        const Descriptor leftover = open_leftover(folder, candidate);
        if (!leftover || !lock(leftover)) continue;
        if (identity_at(folder, candidate) == identity_of(leftover)) remove_entry(folder, folder_path, candidate);
    }
}

Descriptor open_folder(const fs::path& path) {
    Descriptor folder(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (folder || errno != EACCES) return folder;
    return Descriptor(::open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));  // one may write to it, not list it
}

/// What has this name in the folder, links not followed.
std::optional<struct stat> status_at(const Descriptor& folder, const std::string& name) {
    struct stat status {};
    if (::fstatat(folder.get(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) return {};
    return status;
}

/// Throws if an existing file is read-only, also when running as root.
void require_replaceable(const fs::path& shown, const Descriptor& folder, const std::string& name) {
    const std::optional<struct stat> old = status_at(folder, name);
    if (!old || !S_ISREG(old->st_mode)) return;
    const bool read_only = (old->st_mode & kAnyMayWrite) == 0;
    if (!read_only && ::faccessat(folder.get(), name.c_str(), W_OK, AT_EACCESS) == 0) return;
    const std::string why = read_only ? "the file there is read-only" : std::strerror(errno);
    throw failure(shown, why, "make that file writable, or write to another");
}

}  // namespace

std::optional<FileIdentity> identity_of(const Descriptor& descriptor) {
    struct stat status {};
    if (::fstat(descriptor.get(), &status) != 0) return {};
    return FileIdentity{status.st_dev, status.st_ino};
}

std::optional<FileIdentity> identity_at(const Descriptor& folder, const std::string& name) {
    const std::optional<struct stat> status = status_at(folder, name);
    if (!status) return {};
    return FileIdentity{status->st_dev, status->st_ino};
}

fs::path replaced_file(const fs::path& path) {
    std::error_code error;
    const fs::file_status status = fs::status(path, error);
    if (!fs::status_known(status)) throw failure(path, error.message());
    if (fs::is_directory(status)) throw failure(path, "it is a folder", "name a file");
    if (fs::exists(status) && !fs::is_regular_file(status)) {
        throw failure(path, "it is a device or a pipe", "name a file");
    }
    return follow_links(path);
}

void remove_leftovers(const fs::path& path) {
    const fs::path folder_path = path.has_parent_path() ? path.parent_path() : ".";
    if (const Descriptor folder = open_folder(folder_path)) {
        remove_leftovers(folder, folder_path, path.filename().string());
    }
}

StagedOutput::StagedOutput(const fs::path& path, Kind kind) : shown_(path), kind_(kind) {
    const fs::path place = kind == Kind::file ? replaced_file(path) : follow_links(path);
    name_ = place.filename().string();
    if (name_.empty() || name_ == "." || name_ == "..") throw failure(shown_, "the path has no file name", "add one");
    std::error_code unknown;
    // As it is now: the process may go to another folder.
    folder_path_ = place.has_parent_path() ? fs::absolute(place.parent_path(), unknown) : fs::current_path(unknown);
    if (unknown) folder_path_ = ".";
    folder_ = open_folder(folder_path_);
    if (!folder_) throw failure(shown_, errno);
    require_replaceable(shown_, folder_, name_);
    create(kind == Kind::folder ? 0777 : status_at(folder_, name_) ? 0600 : 0666);
}

StagedOutput::StagedOutput(const Descriptor& folder, const std::string& name, const fs::path& shown)
    : shown_(shown),
      kind_(Kind::file),
      folder_path_(shown.parent_path()),
      folder_(::fcntl(folder.get(), F_DUPFD_CLOEXEC, 0)),
      name_(name) {
    if (!folder_) throw failure(shown_, errno);
    heeds_old_ = false;
    create(0600);
}

StagedOutput::~StagedOutput() {
    remove_temporary();
}

void StagedOutput::create(mode_t mode) {
    constexpr int kTries = 100;
    remove_leftovers(folder_, folder_path_, name_);
    const TemporaryNames names(name_);
    for (int i = 0; i < kTries; ++i) {
        temporary_ = names.next();
        temporary_path_ = folder_path_ / temporary_;
        int flags = O_NOFOLLOW | O_CLOEXEC;
        if (kind_ == Kind::file) {
            flags |= O_RDWR | O_CREAT | O_EXCL;
        } else if (::mkdirat(folder_.get(), temporary_.c_str(), mode) == 0) {
            flags |= O_RDONLY | O_DIRECTORY;
        } else if (errno == EEXIST) {
            continue;
        } else {
            throw failure(shown_, errno);
        }
        descriptor_ = Descriptor(::openat(folder_.get(), temporary_.c_str(), flags, mode));
        if (descriptor_ && claim()) return;
        if (!descriptor_ && errno != EEXIST) throw failure(shown_, errno);
    }
    throw failure(shown_, "no temporary name is free", "try again");
}

/// Takes the lock. Whether the temporary is still there and ours: before, another process may have removed it as one
/// left by a killed process.
bool StagedOutput::claim() {
    if (!lock(descriptor_) && errno == EWOULDBLOCK) {
        remove_temporary();
        return false;
    }
    return identity_at(folder_, temporary_) == identity_of(descriptor_);
}

void StagedOutput::remove_temporary() {
    if (committed_ || !descriptor_) return;
    if (identity_at(folder_, temporary_) == identity_of(descriptor_)) remove_entry(folder_, folder_path_, temporary_);
    descriptor_.reset();
}

void StagedOutput::fail(const std::string& why, const std::string& hint) {
    failure_ = why;
    remove_temporary();
    throw failure(shown_, why, hint);
}

void StagedOutput::fail(int error) {
    failure_ = std::strerror(error);
    remove_temporary();
    throw failure(shown_, error);
}

void StagedOutput::require_sound() const {
    if (!failure_.empty()) throw failure(shown_, failure_, "write the file again");
}

/// Takes over those of a file that is replaced. Where its group cannot be kept, that group's permissions are those of
/// all others.
void StagedOutput::keep_permissions() {
    const std::optional<struct stat> old = status_at(folder_, name_);
    struct stat own {};
    if (!old || !S_ISREG(old->st_mode) || ::fstat(descriptor_.get(), &own) != 0) return;
    mode_t mode = old->st_mode & kPermissions;
    const bool same = own.st_uid == old->st_uid && own.st_gid == old->st_gid;
    const bool given = same || ::fchown(descriptor_.get(), old->st_uid, old->st_gid) == 0 ||
                       ::fchown(descriptor_.get(), own.st_uid, old->st_gid) == 0;
    if (!given) mode &= ~mode_t{070} | ((mode & 07) << 3U);
    // A file system without permissions refuses, which is as good.
    if (::fchmod(descriptor_.get(), mode) != 0 && errno != EPERM && errno != ENOTSUP) fail(errno);
}

void StagedOutput::commit() {
    require_sound();
    try {
        if (heeds_old_) require_replaceable(shown_, folder_, name_);
    } catch (const Error&) {
        failure_ = "it was refused";
        remove_temporary();
        throw;
    }
    if (heeds_old_ && kind_ == Kind::file) keep_permissions();
    // On disk before it takes the place of an older, good file.
    if (::fsync(descriptor_.get()) != 0 && errno != EINVAL) fail(errno);
    if (identity_at(folder_, temporary_) != identity_of(descriptor_)) {
        fail("another process has taken its temporary name", "write the file again");
    }
    if (::renameat(folder_.get(), temporary_.c_str(), folder_.get(), name_.c_str()) != 0) fail(errno);
    committed_ = true;
    // Killed writers may have held their locks at the start: a process takes its time to die.
    remove_leftovers(folder_, folder_path_, name_);
    // A folder that cannot be listed cannot be synchronised either, and some file systems need not be told.
    if (::fsync(folder_.get()) != 0 && errno == EIO) fail(errno);
}

}  // namespace scorefield::base
