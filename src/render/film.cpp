#include "render/film.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <stdexcept>
#include <system_error>
#include <vector>

#include "base/atomic_file.hpp"
#include "base/error.hpp"

namespace scorefield::render {
namespace {

std::vector<std::string> arguments(std::uint32_t width, std::uint32_t height, double fps,
                                   const std::filesystem::path& out) {
    // "file:": a name with a colon would be taken for a protocol, one with a dash in front for an option.
    // A fixed number of threads: the encoder's output depends on it.
    return {"ffmpeg",
            "-hide_banner",
            "-loglevel",
            "error",
            "-nostdin",
            "-y",
            "-f",
            "rawvideo",
            "-pix_fmt",
            "rgba",
            "-s",
            fmt::format("{}x{}", width, height),
            "-r",
            fmt::format("{:.6f}", fps),
            "-i",
            "pipe:0",
            "-vf",
            "pad=ceil(iw/2)*2:ceil(ih/2)*2,scale=out_color_matrix=bt709:out_range=tv",
            "-c:v",
            "libx264",
            "-preset",
            "veryfast",
            "-crf",
            "18",
            "-pix_fmt",
            "yuv420p",
            "-threads",
            "4",
            "-colorspace",
            "bt709",
            "-color_primaries",
            "bt709",
            "-color_trc",
            "bt709",
            "-color_range",
            "tv",
            "-fflags",
            "+bitexact",
            "-flags:v",
            "+bitexact",
            "-map_metadata",
            "-1",
            "-movflags",
            "+faststart",
            "-f",
            "mp4",
            "file:" + out.string()};
}

/// The last line that a program left in its messages.
std::string last_line(std::FILE* messages) {
    std::fflush(messages);
    std::rewind(messages);
    std::string text(4096, '\0');
    text.resize(std::fread(text.data(), 1, text.size(), messages));
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
    const auto start = text.find_last_of('\n');
    return start == std::string::npos ? text : text.substr(start + 1);
}

struct FileActions {
    posix_spawn_file_actions_t actions{};
    FileActions() { posix_spawn_file_actions_init(&actions); }
    FileActions(const FileActions&) = delete;
    FileActions& operator=(const FileActions&) = delete;
    ~FileActions() { posix_spawn_file_actions_destroy(&actions); }
};

}  // namespace

Film::Film(std::filesystem::path path, std::uint32_t width, std::uint32_t height, double fps)
    : path_(std::move(path)),
      target_(base::replaced_file(path_)),
      temporary_(base::temporary_beside(target_)),
      width_(width),
      height_(height) {
    base::require_writable(path_);
    messages_.reset(std::tmpfile());
    if (!messages_) throw base::running_error("cannot write film", path_.string(), std::strerror(errno));
    reserve();
    start(fps);
}

Film::~Film() {
    stop();
}

void Film::reserve() {
    const int descriptor =
        ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode_t{0666});
    if (descriptor < 0) throw base::running_error("cannot write film", path_.string(), std::strerror(errno));
    ::close(descriptor);
}

void Film::start(double fps) {
    // A socket rather than a pipe: writing to a program that has ended then fails without raising SIGPIPE.
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) fail(std::strerror(errno));
    input_ = ends[0];
    FileActions files;
    posix_spawn_file_actions_adddup2(&files.actions, ends[1], STDIN_FILENO);
    posix_spawn_file_actions_addopen(&files.actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_adddup2(&files.actions, ::fileno(messages_.get()), STDERR_FILENO);

    std::vector<std::string> words = arguments(width_, height_, fps, temporary_);
    std::vector<char*> argv;
    argv.reserve(words.size() + 1);
    for (std::string& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    const int failed = ::posix_spawnp(&process_, "ffmpeg", &files.actions, nullptr, argv.data(), environ);
    ::close(ends[1]);
    if (failed == 0) return;
    process_ = -1;
    stop();
    throw base::running_error("cannot write film", path_.string(),
                              fmt::format("the program ffmpeg does not start ({})", std::strerror(failed)),
                              "install the package ffmpeg, or write frames into a folder");
}

void Film::write(const Picture& picture) {
    if (picture.width != width_ || picture.height != height_) {
        throw std::invalid_argument("a frame's size differs from the film's");
    }
    const std::uint8_t* at = picture.rgba.data();
    std::size_t left = picture.rgba.size();
    while (left > 0) {
        const ssize_t sent = ::send(input_, at, left, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) continue;
        if (sent < 0) fail(std::strerror(errno));
        at += sent;
        left -= static_cast<std::size_t>(sent);
    }
}

void Film::finish() {
    ::close(input_);
    input_ = -1;
    if (const int status = wait(); status != 0) fail(fmt::format("ffmpeg ended with status {}", status));
    std::error_code failed;
    std::filesystem::rename(temporary_, target_, failed);
    if (failed) fail(failed.message());
}

int Film::wait() {
    int status = 0;
    while (::waitpid(process_, &status, 0) < 0 && errno == EINTR) {
    }
    process_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

void Film::stop() {
    if (input_ >= 0) ::close(input_);
    input_ = -1;
    if (process_ > 0) {
        ::kill(process_, SIGKILL);
        wait();
    }
    std::error_code ignored;
    std::filesystem::remove(temporary_, ignored);
}

void Film::fail(const std::string& why) {
    if (input_ >= 0) ::close(input_);
    input_ = -1;
    if (process_ > 0) wait();  // it ends by itself without input, and has said why by then
    const std::string said = messages_ ? last_line(messages_.get()) : std::string();
    stop();
    throw base::running_error("cannot write film", path_.string(), said.empty() ? why : "ffmpeg: " + said,
                              "check the free space and that ffmpeg has libx264");
}

}  // namespace scorefield::render
