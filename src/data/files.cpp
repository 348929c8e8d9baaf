#include "data/files.hpp"

#include <fmt/core.h>

#include <cerrno>
#include <cstring>
#include <system_error>

#include "base/error.hpp"

namespace scorefield::data {

InputFile::InputFile(std::filesystem::path path, std::string kind) : path_(std::move(path)), kind_(std::move(kind)) {
    std::error_code failed;
    const auto status = std::filesystem::status(path_, failed);
    if (status.type() == std::filesystem::file_type::not_found) refuse("no such file");
    if (failed) refuse(failed.message());
    if (std::filesystem::is_directory(status)) refuse("it is a folder");
    // Before it is opened: that alone waits where a pipe has no writer.
    if (!std::filesystem::is_regular_file(status)) refuse("it is a pipe or a device, not a file");
    stream_.open(path_, std::ios::binary);
    if (!stream_) refuse(std::strerror(errno));
    size_ = std::filesystem::file_size(path_, failed);
    if (failed) refuse(failed.message());
}

void InputFile::read(void* bytes, std::size_t count) {
    stream_.read(static_cast<char*>(bytes), static_cast<std::streamsize>(count));
    if (stream_.bad()) refuse(std::strerror(errno));
    if (!stream_) refuse("it ends early");
}

std::string InputFile::read(std::size_t count) {
    std::string bytes(count, '\0');
    read(bytes.data(), count);
    return bytes;
}

void InputFile::skip(std::uint64_t count) {
    stream_.seekg(static_cast<std::streamoff>(count), std::ios::cur);
    if (!stream_) refuse(std::strerror(errno));
}

void InputFile::refuse(const std::string& why) const {
    throw base::request_error("cannot read " + kind_, path_.string(), why, "give the path of a readable file");
}

std::string read_text(const std::filesystem::path& path, const std::string& kind, std::uint64_t most) {
    InputFile file(path, kind);
    if (file.size() > most) {
        throw base::request_error("invalid " + kind + " file", path.string(),
                                  fmt::format("{} bytes are more than the {} that are read", file.size(), most),
                                  "give a smaller file");
    }
    return file.read(file.size());
}

}  // namespace scorefield::data
