#include "base/atomic_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>

#include "base/error.hpp"

namespace scorefield::base {

std::filesystem::path temporary_beside(const std::filesystem::path& path) {
    std::filesystem::path temporary = path;
    // The extension stays last: other programs choose a format by it.
    temporary.replace_filename("." + path.stem().string() + ".part-" + std::to_string(::getpid()) +
                               path.extension().string());
    return temporary;
}

AtomicFile::AtomicFile(std::filesystem::path path) : path_(std::move(path)), temporary_(temporary_beside(path_)) {
    if (std::filesystem::is_directory(path_)) fail("it is a folder");
    stream_.open(temporary_, std::ios::binary | std::ios::trunc);
    if (!stream_) fail(std::strerror(errno));
}

AtomicFile::~AtomicFile() {
    if (!stream_.is_open()) return;
    stream_.close();
    std::error_code ignored;
    std::filesystem::remove(temporary_, ignored);
}

void AtomicFile::write(const void* bytes, std::size_t count) {
    stream_.write(static_cast<const char*>(bytes), static_cast<std::streamsize>(count));
    if (!stream_) fail(std::strerror(errno));
}

void AtomicFile::rewrite(std::size_t offset, std::string_view text) {
    const auto end = stream_.tellp();
    stream_.seekp(static_cast<std::streamoff>(offset));
    write(text);
    stream_.seekp(end);
}

void AtomicFile::commit() {
    stream_.flush();
    if (!stream_) fail(std::strerror(errno));
    stream_.close();
    // On disk before it takes the place of an older, good file.
    if (const int descriptor = ::open(temporary_.c_str(), O_RDONLY | O_CLOEXEC); descriptor >= 0) {
        ::fsync(descriptor);
        ::close(descriptor);
    }
    std::error_code renamed;
    std::filesystem::rename(temporary_, path_, renamed);
    if (renamed) {
        std::error_code ignored;
        std::filesystem::remove(temporary_, ignored);
        fail(renamed.message());
    }
}

void AtomicFile::fail(const std::string& why) const {
    throw running_error("cannot write", path_.string(), why, "choose a folder that exists and that you may write to");
}

void require_writable(const std::filesystem::path& path) {
    AtomicFile probe(path);
}

}  // namespace scorefield::base
