#include "base/atomic_file.hpp"

#include <unistd.h>

#include <cerrno>
#include <utility>

namespace scorefield::base {
namespace {

constexpr std::size_t kBufferBytes = std::size_t{1} << 16U;

}  // namespace

AtomicFile::AtomicFile(std::filesystem::path path) : path_(std::move(path)), staged_(path_, StagedOutput::Kind::file) {}

AtomicFile::AtomicFile(const Descriptor& folder, const std::string& name, const std::filesystem::path& shown)
    : path_(shown), staged_(folder, name, shown) {}

void AtomicFile::write(const void* bytes, std::size_t count) {
    staged_.require_sound();
    if (buffer_.size() + count > kBufferBytes) flush();
    const std::string_view text(static_cast<const char*>(bytes), count);
    if (count > kBufferBytes) {
        put(text);
    } else {
        buffer_ += text;
    }
}

void AtomicFile::flush() {
    put(buffer_);
    buffer_.clear();
}

void AtomicFile::put(std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t written = ::write(staged_.descriptor().get(), bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) fail(errno);
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
}

void AtomicFile::seek(std::size_t offset) {
    staged_.require_sound();
    flush();
    if (::lseek(staged_.descriptor().get(), static_cast<off_t>(offset), SEEK_SET) < 0) fail(errno);
}

void AtomicFile::commit() {
    staged_.require_sound();
    flush();
    if (!staged_.committed()) {
        staged_.commit();
    } else if (::fsync(staged_.descriptor().get()) != 0 && errno != EINVAL) {
        fail(errno);
    }
    committed_bytes_ = ::lseek(staged_.descriptor().get(), 0, SEEK_END);
}

void AtomicFile::fail(int error) {
    // What is in place loses the half row. Where that cannot be done either, the row's missing end tells.
    [[maybe_unused]] const int cut =
        staged_.committed() ? ::ftruncate(staged_.descriptor().get(), committed_bytes_) : 0;
    staged_.fail(error);
}

void require_writable(const std::filesystem::path& path) {
    const AtomicFile probe(path);
}

}  // namespace scorefield::base
