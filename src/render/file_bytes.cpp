#include "render/file_bytes.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace scorefield::render {

FileBytes::FileBytes(int descriptor) : descriptor_(descriptor) {
    struct stat status {};
    if (::fstat(descriptor, &status) == 0) size_ = static_cast<std::uint64_t>(status.st_size);
}

std::optional<std::string> FileBytes::bytes(std::uint64_t at, std::size_t count) const {
    if (at > size_ || count > size_ - at) return {};
    std::string read(count, '\0');
    std::size_t done = 0;
    while (done < count) {
        const ssize_t got = ::pread(descriptor_, read.data() + done, count - done, static_cast<off_t>(at + done));
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return {};
        done += static_cast<std::size_t>(got);
    }
    return read;
}

std::optional<std::uint64_t> FileBytes::big_endian_number(std::uint64_t at, std::size_t count) const {
    const std::optional<std::string> read = bytes(at, count);
    if (!read) return {};
    std::uint64_t value = 0;
    for (const char byte : *read) value = value << 8U | static_cast<unsigned char>(byte);
    return value;
}

}  // namespace scorefield::render
