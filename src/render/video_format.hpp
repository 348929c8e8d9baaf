#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace scorefield::render {

/// A kind of film that the program ffmpeg writes.
struct VideoFormat {
    std::string_view ending;  ///< of the file's name: ".mp4"
    std::string_view name;    ///< "MP4"
    std::string_view needs;   ///< the encoder that ffmpeg must have
    double most_fps = 0;      ///< frames per second that players show
    /// How ffmpeg encodes and stores it. Every number of threads is fixed: the encoder's output depends on it.
    std::vector<std::string> (*options)();
    /// Why the file is not valid with that many frames; empty if it is.
    std::string (*fault)(int descriptor, std::uint64_t frames);
};

/// MP4 (H.264), WebM (VP9), both 4:2:0 and BT.709, and GIF (256 colours of each frame's own).
std::span<const VideoFormat> video_formats();

/// The format of a file of that name, in small or capital letters; null if there is none.
const VideoFormat* find_video_format(const std::filesystem::path& path);

}  // namespace scorefield::render
