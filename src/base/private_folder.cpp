#include "base/private_folder.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

#include "base/atomic_file.hpp"
#include "base/error.hpp"

namespace scorefield::base {
namespace {

namespace fs = std::filesystem;

constexpr mode_t kOthersMayWrite = 022;
constexpr mode_t kOwnersOnly = 0700;

bool is_own(const struct stat& status) {
    return status.st_uid == ::geteuid();
}

bool others_may_write(const struct stat& status) {
    return (status.st_mode & kOthersMayWrite) != 0;
}

std::string system_reason(int error) {
    return error == ELOOP || error == ENOTDIR ? "it is a symbolic link or not a directory" : std::strerror(error);
}

Error unusable(const fs::path& path, const std::string& why) {
    return running_error("cannot write the cache", path.string(), why, "use a directory that you own");
}

/// Not one behind a link.
Descriptor open_no_link(const fs::path& path) {
    return Descriptor(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
}

/// Makes it and those above it for the user alone.
void make_folders(const fs::path& path) {
    if (path.empty() || ::mkdir(path.c_str(), kOwnersOnly) == 0 || errno != ENOENT) return;
    if (path.parent_path() == path) return;
    make_folders(path.parent_path());
    ::mkdir(path.c_str(), kOwnersOnly);
}

/// All bytes from the begin; none where reading fails.
std::optional<std::string> read_all(const Descriptor& file, std::size_t bytes) {
    std::string content(bytes, '\0');
    std::size_t done = 0;
    while (done < bytes) {
        const ssize_t count = ::read(file.get(), content.data() + done, bytes - done);
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return {};
        done += static_cast<std::size_t>(count);
    }
    return content;
}

}  // namespace

PrivateFolder::PrivateFolder(fs::path path) : path_(std::move(path)) {}

std::optional<std::string> PrivateFolder::read(const std::string& name, std::size_t most_bytes,
                                               std::string& note) const {
    const auto distrust = [&](const fs::path& path, const std::string& why) {
        note = path.string() + " " + why;
        return std::nullopt;
    };
    const Descriptor folder = open_no_link(path_);
    if (!folder) return errno == ENOENT ? std::nullopt : distrust(path_, "is not used: " + system_reason(errno));
    struct stat status {};
    if (::fstat(folder.get(), &status) != 0) return distrust(path_, std::strerror(errno));
    if (!is_own(status)) return distrust(path_, "belongs to another user");
    if (others_may_write(status)) return distrust(path_, "is writable by other users");

    const fs::path path = path_ / name;
    // O_NONBLOCK: opening a pipe would wait for its writer.
    const Descriptor file(::openat(folder.get(), name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    if (!file && errno == ENOENT) return {};
    if (!file && errno == ELOOP) return distrust(path, "is a symbolic link");
    if (!file || ::fstat(file.get(), &status) != 0) return distrust(path, std::strerror(errno));
    if (!S_ISREG(status.st_mode)) return distrust(path, "is not a file");
    if (!is_own(status)) return distrust(path, "belongs to another user");
    if (others_may_write(status)) return distrust(path, "is writable by other users");
    const auto bytes = static_cast<std::size_t>(status.st_size);
    if (bytes > most_bytes) return distrust(path, "is too large");
    std::optional<std::string> content = read_all(file, bytes);
    if (!content) return distrust(path, "cannot be read");
    return content;
}

void PrivateFolder::replace(const std::string& name, std::string_view content) const {
    make_folders(path_);
    const Descriptor folder = open_no_link(path_);
    if (!folder) throw unusable(path_, system_reason(errno));
    struct stat status {};
    if (::fstat(folder.get(), &status) != 0) throw unusable(path_, std::strerror(errno));
    if (!is_own(status)) throw unusable(path_, "it belongs to another user");
    if (others_may_write(status) && ::fchmod(folder.get(), kOwnersOnly) != 0) {
        throw unusable(path_, std::strerror(errno));
    }
    const bool there = ::fstatat(folder.get(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0;
    if (there && !S_ISREG(status.st_mode) && !S_ISLNK(status.st_mode)) {
        throw unusable(path_ / name, "it is not a file");
    }
    AtomicFile file(folder, name, path_ / name);
    file.write(content);
    file.commit();
}

}  // namespace scorefield::base
