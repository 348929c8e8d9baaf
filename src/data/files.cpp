#include "data/files.hpp"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <system_error>

#include "base/error.hpp"

namespace scorefield::data {
namespace {

[[noreturn]] void refuse(const std::filesystem::path& path, const std::string& kind, const std::string& why) {
    throw base::request_error("cannot read " + kind, path.string(), why, "give the path of a readable file");
}

}  // namespace

std::string read_file(const std::filesystem::path& path, const std::string& kind) {
    std::error_code failed;
    const auto status = std::filesystem::status(path, failed);
    if (std::filesystem::is_directory(status)) refuse(path, kind, "it is a folder");
    if (!std::filesystem::exists(status)) refuse(path, kind, "no such file");
    std::ifstream stream(path, std::ios::binary);
    if (!stream) refuse(path, kind, std::strerror(errno));
    std::string bytes;
    char piece[1 << 16];
    while (stream.read(piece, sizeof piece) || stream.gcount() > 0) {
        bytes.append(piece, static_cast<std::size_t>(stream.gcount()));
    }
    if (stream.bad()) refuse(path, kind, std::strerror(errno));
    return bytes;
}

}  // namespace scorefield::data
