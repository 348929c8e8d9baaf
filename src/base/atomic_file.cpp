#include "base/atomic_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstring>
#include <system_error>
#include <vector>

#include "base/error.hpp"

namespace scorefield::base {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(const fs::path& path, const std::string& why) {
    throw running_error("cannot write", path.string(), why, "choose a folder that exists and that you may write to");
}

/// The end of a chain of links, which need not exist.
fs::path follow_links(const fs::path& path) {
    constexpr int kMostLinks = 40;  // as Linux: more are taken for a circle
    fs::path at = path;
    std::error_code error;
    for (int i = 0; i < kMostLinks && fs::is_symlink(fs::symlink_status(at, error)); ++i) {
        const fs::path next = fs::read_symlink(at, error);
        if (error) fail(path, error.message());
        at = at.parent_path() / next;
    }
    return at;
}

/// A file of this name made anew: what another process has put there, a link say, is not written to.
std::FILE* create(const fs::path& path) {
    constexpr mode_t kMode = 0666;  // less the process's mask
    const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, kMode);
    if (descriptor < 0) return nullptr;
    std::FILE* file = ::fdopen(descriptor, "wb");
    if (file == nullptr) ::close(descriptor);
    return file;
}

/// The name of a temporary file beside `path` up to the number of its process.
std::string temporary_prefix(const fs::path& path) {
    return "." + path.stem().string() + ".part-";
}

/// The process that writes `path` under the name `temporary`; 0: it is no such name.
pid_t writer_of(const fs::path& path, std::string_view temporary) {
    const std::string prefix = temporary_prefix(path);
    const std::string extension = path.extension().string();
    if (temporary.size() < prefix.size() + extension.size() || !temporary.starts_with(prefix) ||
        !temporary.ends_with(extension)) {
        return 0;
    }
    const std::string_view digits =
        temporary.substr(prefix.size(), temporary.size() - prefix.size() - extension.size());
    pid_t process = 0;
    const auto [stop, error] = std::from_chars(digits.data(), digits.data() + digits.size(), process);
    return error == std::errc() && stop == digits.data() + digits.size() ? std::max(process, 0) : 0;
}

bool is_alive(pid_t process) {
    return ::kill(process, 0) == 0 || errno != ESRCH;
}

/// Removes the temporary files beside `path` whose processes are no more.
void remove_leftovers(const fs::path& path) {
    std::error_code unreadable;
    const fs::path folder = path.has_parent_path() ? path.parent_path() : ".";
    std::vector<fs::path> leftovers;
    for (fs::directory_iterator at(folder, unreadable), end; !unreadable && at != end; at.increment(unreadable)) {
        const pid_t writer = writer_of(path, at->path().filename().string());
        if (writer != 0 && !is_alive(writer)) leftovers.push_back(at->path());
    }
    std::error_code ignored;
    for (const fs::path& leftover : leftovers) fs::remove(leftover, ignored);
}

}  // namespace

fs::path temporary_beside(const fs::path& path) {
    fs::path temporary = path;
    // The extension stays last: other programs choose a format by it.
    temporary.replace_filename(temporary_prefix(path) + std::to_string(::getpid()) + path.extension().string());
    return temporary;
}

fs::path replaced_file(const fs::path& path) {
    std::error_code error;
    const fs::file_status status = fs::status(path, error);
    if (!fs::status_known(status)) fail(path, error.message());
    if (fs::is_directory(status)) fail(path, "it is a folder");
    if (fs::exists(status) && !fs::is_regular_file(status)) {
        throw running_error("cannot write", path.string(), "it is a device or a pipe", "name a file");
    }
    return follow_links(path);
}

AtomicFile::AtomicFile(fs::path path)
    : path_(std::move(path)), target_(replaced_file(path_)), temporary_(temporary_beside(target_)) {
    std::error_code ignored;
    fs::remove(temporary_, ignored);  // left by a process that died and had this one's number
    file_.reset(create(temporary_));
    if (!file_) fail(path_, std::strerror(errno));
}

AtomicFile::~AtomicFile() {
    if (!file_) return;
    file_.reset();
    remove_temporary();
}

void AtomicFile::write(const void* bytes, std::size_t count) {
    if (count > 0 && std::fwrite(bytes, 1, count, file_.get()) != count) fail(path_, std::strerror(errno));
}

void AtomicFile::seek(std::size_t offset) {
    if (::fseeko(file_.get(), static_cast<off_t>(offset), SEEK_SET) != 0) fail(path_, std::strerror(errno));
}

void AtomicFile::commit() {
    // On disk before it takes the place of an older, good file.
    if (std::fflush(file_.get()) != 0 || ::fsync(::fileno(file_.get())) != 0) fail(path_, std::strerror(errno));
    if (std::fclose(file_.release()) != 0) {
        const std::string why = std::strerror(errno);
        remove_temporary();
        fail(path_, why);
    }
    std::error_code renamed;
    fs::rename(temporary_, target_, renamed);
    if (renamed) {
        remove_temporary();
        fail(path_, renamed.message());
    }
}

void AtomicFile::remove_temporary() const {
    std::error_code ignored;
    fs::remove(temporary_, ignored);
}

void require_writable(const fs::path& path) {
    const AtomicFile probe(path);
    remove_leftovers(replaced_file(path));
}

}  // namespace scorefield::base
