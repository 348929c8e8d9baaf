#include "render/video_format.hpp"

#include <algorithm>
#include <array>

#include "base/names.hpp"
#include "render/gif_check.hpp"
#include "render/mp4_check.hpp"
#include "render/webm_check.hpp"

namespace scorefield::render {
namespace {

/// 4:2:0 has half the columns and rows of colour: an odd size is padded by one black column or row.
std::vector<std::string> with_bt709(std::vector<std::string> encoder) {
    std::vector<std::string> options = {"-vf",
                                        "pad=ceil(iw/2)*2:ceil(ih/2)*2,scale=out_color_matrix=bt709:out_range=tv"};
    options.insert(options.end(), encoder.begin(), encoder.end());
    for (const char* option : {"-pix_fmt", "yuv420p", "-threads", "4", "-colorspace", "bt709", "-color_primaries",
                               "bt709", "-color_trc", "bt709", "-color_range", "tv"}) {
        options.emplace_back(option);
    }
    return options;
}

std::vector<std::string> mp4_options() {
    std::vector<std::string> options = with_bt709({"-c:v", "libx264", "-preset", "veryfast", "-crf", "18"});
    for (const char* option : {"-movflags", "+faststart", "-f", "mp4"}) options.emplace_back(option);
    return options;
}

std::vector<std::string> webm_options() {
    std::vector<std::string> options = with_bt709(
        {"-c:v", "libvpx-vp9", "-crf", "24", "-b:v", "0", "-deadline", "realtime", "-cpu-used", "6", "-row-mt", "1"});
    for (const char* option : {"-f", "webm"}) options.emplace_back(option);
    return options;
}

/// A palette for each frame: one for all would have to wait for the last frame, with all of them in memory.
std::vector<std::string> gif_options() {
    const std::string filter =
        "split[colours][frames];[colours]palettegen=stats_mode=single[palette];"
        "[frames][palette]paletteuse=new=1:dither=bayer:bayer_scale=4";
    return {"-filter_complex", filter, "-c:v", "gif", "-threads", "1", "-loop", "0", "-f", "gif"};
}

constexpr double kAnyRate = 1e9;
constexpr double kGifRate = 50;  // delays are whole 1/100 s, and most players slow a delay of 1/100 s down to 1/10 s

constexpr std::array<VideoFormat, 3> kFormats = {{{".mp4", "MP4", "libx264", kAnyRate, mp4_options, mp4_fault},
                                                  {".webm", "WebM", "libvpx-vp9", kAnyRate, webm_options, webm_fault},
                                                  {".gif", "GIF", "gif", kGifRate, gif_options, gif_fault}}};

}  // namespace

std::span<const VideoFormat> video_formats() {
    return kFormats;
}

const VideoFormat* find_video_format(const std::filesystem::path& path) {
    const std::string ending = base::lower_case(path.extension().string());
    const auto* const found = std::ranges::find(kFormats, ending, &VideoFormat::ending);
    return found == kFormats.end() ? nullptr : found;
}

}  // namespace scorefield::render
