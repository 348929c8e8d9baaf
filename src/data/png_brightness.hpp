#pragma once

#include <cstddef>
#include <filesystem>
#include <vector>

namespace scorefield::data {

/// How bright each pixel of a picture is, 0 … 1, (height, width) with the first row at the top.
struct Brightness {
    std::size_t width = 0;
    std::size_t height = 0;
    std::vector<float> values;
    bool is_opacity = false;  ///< the picture is dark ink on a transparent background: values are its alpha
    bool is_empty = false;    ///< every pixel is wholly transparent
    bool leaves_out_dark_parts =
        false;  ///< the picture has dark parts on a transparent background, which get almost no density
};

/// The most pixels that are read: a film's 8K frame.
inline constexpr std::size_t kMaxPixels = std::size_t{7680} * 4320;

/// Reads a PNG file of any kind: 1 to 16 bits, grey, colours or palette, with or without alpha, interlaced or not. The
/// brightness is 0.2126 R + 0.7152 G + 0.0722 B of the numbers as they are stored (grey counts as it is), so twice the
/// number is twice the density: colour spaces and gamma do not matter. Pictures with alpha are composited on black. If
/// all visible pixels are darker than 1/16, alpha is used as the density instead; also if most of them are, weighted by
/// alpha, and the transparent background is at least as large as they are or 16 times as large as the lighter ones.
/// Throws base::Error (request) naming the file: not a PNG file, broken, cut short, or more than kMaxPixels.
Brightness read_brightness(const std::filesystem::path& path);

}  // namespace scorefield::data
