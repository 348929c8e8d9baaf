#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace scorefield::render {

/// A video format that ffmpeg writes.
struct VideoFormat {
    std::string_view ending;   ///< file name extension: ".mp4"
    std::string_view name;     ///< "MP4"
    std::string_view encoder;  ///< the ffmpeg encoder it requires
    double max_fps = 0;        ///< the highest frame rate that players show
    /// ffmpeg's options. Numbers of threads are fixed: the encoder's output depends on them.
    std::vector<std::string> (*options)();
    /// Why the file is not valid with that many frames; empty if it is.
    std::string (*fault)(int descriptor, std::uint64_t frames);
};

/// MP4 (H.264), WebM (VP9), both 4:2:0 and BT.709, and GIF (a palette of 256 colours per frame).
std::span<const VideoFormat> video_formats();

/// The format of a file of that name, in small or capital letters; null if there is none.
const VideoFormat* find_video_format(const std::filesystem::path& path);

}  // namespace scorefield::render
