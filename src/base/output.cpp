#include "base/output.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string>

#include "base/error.hpp"
#include "base/text.hpp"

namespace scorefield::base {
namespace {

/// Writes all bytes; 0, or the errno of the write that failed.
int write_all(int descriptor, std::string_view text) {
    while (!text.empty()) {
        const ssize_t written = ::write(descriptor, text.data(), text.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return errno;
        text.remove_prefix(static_cast<std::size_t>(written));
    }
    return 0;
}

void write_line(const std::string& line) {
    constexpr std::size_t kMost = 2000;  // characters: those of the longest error
    write_all(STDERR_FILENO, base::shortened(with_flags(line), kMost) + "\n");
}

}  // namespace

void print(std::string_view text) {
    const int error = write_all(STDOUT_FILENO, base::printable_lines(text));
    if (error == 0 || error == EPIPE) return;
    throw base::running_error("cannot write", "standard output", std::strerror(error), "send it elsewhere");
}

std::string json_line(const nlohmann::ordered_json& json) {
    return json.dump(-1, ' ', true, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

void note(const std::string& text) {
    write_line("scorefield: note: " + text);
}

void note_error(const std::string& text) {
    write_line("scorefield: error: " + text);
}

}  // namespace scorefield::base
