#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

#include "base/descriptor.hpp"
#include "base/staged_output.hpp"
#include "render/picture.hpp"
#include "render/video_format.hpp"

namespace scorefield::render {

/// A video of the format that the path's ending names, made by the program `ffmpeg` from pictures as they come.
/// `finish` publishes the file (base::StagedOutput) after ffmpeg exits without messages and the check of the format
/// passes: ffmpeg itself reports success on a full disk. Without `finish`, no file is left. Same pictures, same file.
class Film {
  public:
    /// Throws base::Error (running) when ffmpeg is missing (naming the package) or the path cannot be written.
    /// fps > 0; std::invalid_argument if no format has the ending. Waiting for ffmpeg, which may hang, ends when `stop`
    /// holds: with base::Error (running), ffmpeg killed.
    Film(std::filesystem::path path, std::uint32_t width, std::uint32_t height, double fps,
         std::function<bool()> stop = {});
    ~Film();
    Film(const Film&) = delete;
    Film& operator=(const Film&) = delete;

    /// The next frame; std::invalid_argument when its size differs. Throws base::Error (running) with ffmpeg's own
    /// words when it has stopped.
    void write(const Picture& picture);
    /// Waits for ffmpeg and puts the file in place. Throws as `write`. Call once, after at least one frame.
    void finish();

  private:
    void start(double fps);
    int wait_for_end();
    bool pass_time(short events, int milliseconds);
    void listen();
    void kill();
    [[noreturn]] void fail(const std::string& why);

    std::filesystem::path path_;
    const VideoFormat& format_;
    base::StagedOutput staged_;
    std::uint32_t width_;
    std::uint32_t height_;
    std::function<bool()> stop_;
    std::uint64_t frames_ = 0;
    base::Descriptor input_;     ///< our end of ffmpeg's standard input
    base::Descriptor messages_;  ///< our end of its standard error
    std::string said_;           ///< what came from there, its end
    pid_t process_ = -1;         ///< the leader of a group of its own
};

}  // namespace scorefield::render
