#pragma once

#include <sys/types.h>

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>

#include "render/picture.hpp"

namespace scorefield::render {

/// An MP4 (H.264, 4:2:0, crf 18, BT.709) made by the program `ffmpeg` from pictures as they come. Written beside and
/// renamed by `finish`; without it nothing is left. Links, devices and pipes in its place are treated as
/// base::AtomicFile does. Same pictures, same file. An odd width or height is padded by one
/// black column or row, which 4:2:0 needs.
class Film {
  public:
    /// Throws base::Error (running) when ffmpeg is missing (naming the package) or the path cannot be written.
    /// fps > 0.
    Film(std::filesystem::path path, std::uint32_t width, std::uint32_t height, double fps);
    ~Film();
    Film(const Film&) = delete;
    Film& operator=(const Film&) = delete;

    /// The next frame; std::invalid_argument when its size differs. Throws base::Error (running) with ffmpeg's own
    /// words when it has stopped.
    void write(const Picture& picture);
    /// Waits for ffmpeg and puts the file in place. Throws as `write`. Call once, after at least one frame.
    void finish();

  private:
    struct Close {
        void operator()(std::FILE* file) const { std::fclose(file); }
    };

    /// Makes the temporary file, new, for ffmpeg to write to: not what another process has put there, a link say.
    void reserve();
    void start(double fps);
    void stop();
    int wait();
    [[noreturn]] void fail(const std::string& why);

    std::filesystem::path path_;
    std::filesystem::path target_;  ///< `path_` with links followed
    std::filesystem::path temporary_;
    std::uint32_t width_;
    std::uint32_t height_;
    std::unique_ptr<std::FILE, Close> messages_;  ///< ffmpeg's standard error
    int input_ = -1;                              ///< our end of ffmpeg's standard input
    pid_t process_ = -1;
};

}  // namespace scorefield::render
