#include "render/film.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <stdexcept>
#include <vector>

#include "base/error.hpp"

namespace scorefield::render {
namespace {

std::vector<std::string> arguments(const VideoFormat& format, std::uint32_t width, std::uint32_t height, double fps,
                                   const std::filesystem::path& out) {
    std::vector<std::string> words = {"ffmpeg",    "-hide_banner",
                                      "-loglevel", "error",
                                      "-nostdin",  "-y",
                                      "-f",        "rawvideo",
                                      "-pix_fmt",  "rgba",
                                      "-s",        fmt::format("{}x{}", width, height),
                                      "-r",        fmt::format("{:.6f}", fps),
                                      "-i",        "pipe:0"};
    const std::vector<std::string> options = format.options();
    words.insert(words.end(), options.begin(), options.end());
    for (const char* word : {"-fflags", "+bitexact", "-flags:v", "+bitexact", "-map_metadata", "-1"}) {
        words.emplace_back(word);
    }
    // "file:": a name with a colon would be taken for a protocol, one with a dash in front for an option.
    words.push_back("file:" + out.string());
    return words;
}

const VideoFormat& format_of(const std::filesystem::path& path) {
    const VideoFormat* const format = find_video_format(path);
    if (format == nullptr) throw std::invalid_argument("no video format has the ending of " + path.string());
    return *format;
}

/// The last line of a program's messages.
std::string last_line(std::string text) {
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

/// The child leads a group of its own: Ctrl-C is for us, and what it may have started ends with it.
struct Attributes {
    posix_spawnattr_t attributes{};
    Attributes() {
        posix_spawnattr_init(&attributes);
        posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
        posix_spawnattr_setpgroup(&attributes, 0);
    }
    Attributes(const Attributes&) = delete;
    Attributes& operator=(const Attributes&) = delete;
    ~Attributes() { posix_spawnattr_destroy(&attributes); }
};

constexpr int kHeartbeat = 100;  ///< milliseconds between looks at `stop`

}  // namespace

Film::Film(std::filesystem::path path, std::uint32_t width, std::uint32_t height, double fps,
           std::function<bool()> stop)
    : path_(std::move(path)),
      format_(format_of(path_)),
      staged_(path_, base::StagedOutput::Kind::file),
      width_(width),
      height_(height),
      stop_(std::move(stop)) {
    start(fps);
}

Film::~Film() {
    kill();
}

void Film::start(double fps) {
    // A socket rather than a pipe: writing to a program that has ended then fails without raising SIGPIPE.
    int input[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, input) != 0) staged_.fail(errno);
    input_ = base::Descriptor(input[0]);
    const base::Descriptor its_input(input[1]);
    int messages[2];
    if (::pipe2(messages, O_CLOEXEC) != 0) staged_.fail(errno);
    messages_ = base::Descriptor(messages[0]);
    const base::Descriptor its_messages(messages[1]);
    ::fcntl(messages_.get(), F_SETFL, O_NONBLOCK);
    FileActions files;
    posix_spawn_file_actions_adddup2(&files.actions, its_input.get(), STDIN_FILENO);
    posix_spawn_file_actions_addopen(&files.actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_adddup2(&files.actions, its_messages.get(), STDERR_FILENO);
    const Attributes group;

    std::vector<std::string> words = arguments(format_, width_, height_, fps, staged_.temporary());
    std::vector<char*> argv;
    argv.reserve(words.size() + 1);
    for (std::string& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    const int failed = ::posix_spawnp(&process_, "ffmpeg", &files.actions, &group.attributes, argv.data(), environ);
    if (failed == 0) return;
    process_ = -1;
    throw base::running_error("cannot write video", path_.string(),
                              fmt::format("the program ffmpeg does not start ({})", std::strerror(failed)),
                              "install the package ffmpeg, or write frames into a folder");
}

/// Takes what ffmpeg has said, without waiting.
void Film::listen() {
    constexpr std::size_t kMost = 4096;
    std::array<char, kMost> piece{};
    while (messages_) {
        const ssize_t count = ::read(messages_.get(), piece.data(), piece.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0 && errno == EAGAIN) return;
        if (count <= 0) {
            messages_.reset();
            return;
        }
        said_.append(piece.data(), static_cast<std::size_t>(count));
        if (said_.size() > kMost) said_.erase(0, said_.size() - kMost);
    }
}

/// Waits until our end of ffmpeg's input has one of the events or is closed by it, or for some time. Throws where we
/// are to stop.
bool Film::pass_time(short events, int milliseconds) {
    std::array<pollfd, 2> ends = {pollfd{input_.get(), events, 0}, pollfd{messages_.get(), POLLIN, 0}};
    ::poll(ends.data(), ends.size(), milliseconds);
    listen();
    if (stop_ && stop_()) {
        kill();
        staged_.fail("interrupted", "start it again");
    }
    return ends[0].revents != 0;
}

void Film::write(const Picture& picture) {
    if (picture.width != width_ || picture.height != height_) {
        throw std::invalid_argument("a frame's size differs from the film's");
    }
    staged_.require_sound();
    const std::uint8_t* at = picture.rgba.data();
    std::size_t left = picture.rgba.size();
    while (left > 0) {
        if (!pass_time(POLLOUT, kHeartbeat)) continue;
        const ssize_t sent = ::send(input_.get(), at, left, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent < 0 && (errno == EINTR || errno == EAGAIN)) continue;
        if (sent < 0) fail(std::strerror(errno));
        at += sent;
        left -= static_cast<std::size_t>(sent);
    }
    ++frames_;
}

void Film::finish() {
    staged_.require_sound();
    if (const int status = wait_for_end(); status != 0) fail(fmt::format("ffmpeg ended with status {}", status));
    if (!said_.empty()) fail("ffmpeg reported an error");
    const std::string fault = format_.fault(staged_.descriptor().get(), frames_);
    if (!fault.empty()) fail(fmt::format("ffmpeg wrote an invalid {}: {}", format_.name, fault));
    staged_.commit();
}

/// Ends ffmpeg's input, upon which it ends. Returns its status.
int Film::wait_for_end() {
    constexpr int kEnding = 5;  // milliseconds: it has closed its end, and is about to end itself
    ::shutdown(input_.get(), SHUT_WR);
    int status = 0;
    bool closed = false;
    while (::waitpid(process_, &status, WNOHANG) == 0) {
        if (closed) {
            ::poll(nullptr, 0, kEnding);
            pass_time(0, 0);
        } else {
            closed = pass_time(0, kHeartbeat);
        }
    }
    process_ = -1;
    listen();
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

void Film::kill() {
    if (process_ <= 0) return;
    ::kill(-process_, SIGKILL);
    while (::waitpid(process_, nullptr, 0) < 0 && errno == EINTR) {
    }
    process_ = -1;
}

void Film::fail(const std::string& why) {
    if (process_ > 0) wait_for_end();  // it ends by itself without input, and has said why by then
    std::string said = last_line(said_);
    const std::string temporary = "file:" + staged_.temporary().string();
    if (const auto at = said.find(temporary); at != std::string::npos)
        said.replace(at, temporary.size(), path_.string());
    const std::string reason = said.empty() ? why : "ffmpeg: " + said;
    const std::string hint = fmt::format("check the free space and that ffmpeg has the encoder {}", format_.encoder);
    try {
        staged_.fail(reason, hint);
    } catch (const base::Error&) {
        throw base::running_error("cannot write video", path_.string(), reason, hint);
    }
}

}  // namespace scorefield::render
