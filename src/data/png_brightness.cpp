#include "data/png_brightness.hpp"

#include <fmt/core.h>
#include <png.h>

#include <array>
#include <csetjmp>
#include <cstdint>
#include <cstring>
#include <string>

#include "base/error.hpp"
#include "data/files.hpp"

namespace scorefield::data {
namespace {

/// The most bytes of a file: eight bytes for each pixel, the most that PNG has, and something for the rest.
constexpr std::uint64_t kMaxPngBytes = 8 * kMaxPixels + (std::uint64_t{1} << 26U);
constexpr double kFull = 65535;

[[noreturn]] void refuse(const std::filesystem::path& path, const std::string& why,
                         const std::string& hint = "write it again as PNG") {
    throw base::request_error("cannot read PNG", path.string(), why, hint);
}

/// What libpng reads from, and the first thing that it did not like.
struct Source {
    const std::string& bytes;
    std::size_t reached = 0;
    std::array<char, 128> message = {};
};

void read_bytes(png_structp png, png_bytep out, std::size_t count) {
    Source& source = *static_cast<Source*>(png_get_io_ptr(png));
    if (count > source.bytes.size() - source.reached) png_error(png, "it ends early");
    std::memcpy(out, source.bytes.data() + source.reached, count);
    source.reached += count;
}

[[noreturn]] void on_error(png_structp png, png_const_charp message) {
    Source& source = *static_cast<Source*>(png_get_error_ptr(png));
    std::strncpy(source.message.data(), message, source.message.size() - 1);
    png_longjmp(png, 1);
}

void on_warning(png_structp /*png*/, png_const_charp /*message*/) {}

/// libpng's reader. Each step runs between setjmp and libpng's longjmp, so it creates nothing that needs a destructor.
class Reader {
  public:
    explicit Reader(const std::filesystem::path& path, Source& source)
        : path_(path),
          source_(source),
          png_(png_create_read_struct(PNG_LIBPNG_VER_STRING, &source, on_error, on_warning)),
          info_(png_ == nullptr ? nullptr : png_create_info_struct(png_)) {
        if (info_ == nullptr) {
            throw base::running_error("cannot read PNG", path.string(), "libpng does not start",
                                      "free some memory, or install the libpng that Scorefield was built with");
        }
        png_set_read_fn(png_, &source, read_bytes);
        png_set_user_limits(png_, PNG_UINT_31_MAX, PNG_UINT_31_MAX);  // the number of pixels is limited, not each side
    }
    ~Reader() { png_destroy_read_struct(&png_, &info_, nullptr); }
    Reader(const Reader&) = delete;
    Reader& operator=(const Reader&) = delete;

    /// `step` up to libpng's first complaint, which is refused.
    template <typename Step>
    void run(const Step& step) {
        if (setjmp(png_jmpbuf(png_)) == 0) {  // NOLINT(cert-err52-cpp): libpng's way
            step(png_, info_);
        } else {
            refuse(path_, source_.message.data());
        }
    }

  private:
    const std::filesystem::path& path_;
    Source& source_;
    png_structp png_;
    png_infop info_;
};

struct PngShape {
    std::size_t width = 0;
    std::size_t height = 0;
    std::size_t channels = 0;  ///< grey; grey and alpha; colours; colours and alpha
    int passes = 1;            ///< of an interlaced file
};

/// The size alone: libpng takes memory for a row only when it prepares for the pixels.
void read_size(png_structp png, png_infop info, PngShape& shape) {
    png_read_info(png, info);
    shape.width = png_get_image_width(png, info);
    shape.height = png_get_image_height(png, info);
}

/// Up to the pixels, which will come as 16 bits in the machine's order.
void prepare_pixels(png_structp png, png_infop info, PngShape& shape) {
    png_set_expand(png);
    png_set_expand_16(png);
    png_set_swap(png);
    shape.passes = png_set_interlace_handling(png);
    png_read_update_info(png, info);
    shape.channels = png_get_channels(png, info);
}

double luminance(const std::uint16_t* pixel, std::size_t channels) {
    const double grey = channels < 3 ? pixel[0] : 0.2126 * pixel[0] + 0.7152 * pixel[1] + 0.0722 * pixel[2];
    return grey / kFull;
}

double alpha_of(const std::uint16_t* pixel, std::size_t channels) {
    return channels % 2 == 0 ? pixel[channels - 1] / kFull : 1;
}

/// How much of a picture is ink, by its alpha, and how much is background. All in pixels.
struct Ink {
    double dark = 0;           ///< alpha of pixels darker than kDark
    double light = 0;          ///< alpha of the others
    double background = 0;     ///< number of pixels with alpha < 1/16
    bool translucent = false;  ///< some pixel is not opaque

    /// True if all ink is dark, or if most is dark and the transparent background is at least as large as the dark ink
    /// or 16 times the light ink. A black opaque picture with light marks that is transparent only at its border does
    /// not count.
    bool is_drawn_in_dark() const {
        constexpr double kFarLarger = 16;
        if (light == 0) return translucent && dark > 0;
        return light < dark && background > 0 && (background >= dark || background >= kFarLarger * light);
    }
    /// A drawing of several colours on a transparent background, a quarter of it or more dark.
    bool has_dark_parts() const { return background >= dark && 3 * dark >= light && dark > 0; }
};

/// Measures the ink of a picture with `channels` values per pixel.
Ink measure_ink(const std::vector<std::uint16_t>& pixels, std::size_t channels) {
    constexpr double kDark = 1.0 / 16;
    constexpr double kTransparent = 1.0 / 16;
    Ink ink;
    for (std::size_t i = 0; i < pixels.size(); i += channels) {
        const double alpha = alpha_of(pixels.data() + i, channels);
        ink.translucent = ink.translucent || alpha < 1;
        if (alpha < kTransparent) ink.background += 1;
        (luminance(pixels.data() + i, channels) < kDark ? ink.dark : ink.light) += alpha;
    }
    return ink;
}

std::string read_whole(const std::filesystem::path& path) {
    InputFile file(path, "PNG");
    if (file.size() > kMaxPngBytes) {
        refuse(path, fmt::format("{} bytes are more than the {} that are read", file.size(), kMaxPngBytes));
    }
    return file.read(file.size());
}

}  // namespace

Brightness read_brightness(const std::filesystem::path& path) {
    const std::string bytes = read_whole(path);
    Source source = {bytes};
    Reader reader(path, source);
    PngShape shape;
    reader.run([&shape](png_structp png, png_infop info) { read_size(png, info, shape); });
    if (shape.width > kMaxPixels / shape.height) {
        refuse(path,
               fmt::format("{} x {} pixels are more than the {} that are read", shape.width, shape.height, kMaxPixels),
               "scale the picture down");
    }
    reader.run([&shape](png_structp png, png_infop info) { prepare_pixels(png, info, shape); });
    const std::size_t row = shape.width * shape.channels;
    std::vector<std::uint16_t> pixels(row * shape.height);
    reader.run([&](png_structp png, png_infop /*info*/) {
        for (int pass = 0; pass < shape.passes; ++pass) {
            for (std::size_t y = 0; y < shape.height; ++y) {
                png_read_row(png, reinterpret_cast<png_bytep>(pixels.data() + y * row), nullptr);
            }
        }
        png_read_end(png, nullptr);
    });
    const Ink ink = measure_ink(pixels, shape.channels);
    Brightness picture = {shape.width,
                          shape.height,
                          std::vector<float>(shape.width * shape.height),
                          ink.is_drawn_in_dark(),
                          ink.dark + ink.light == 0,
                          !ink.is_drawn_in_dark() && ink.has_dark_parts()};
    for (std::size_t i = 0; i < picture.values.size(); ++i) {
        const std::uint16_t* const pixel = pixels.data() + i * shape.channels;
        const double brightness = picture.is_opacity ? 1 : luminance(pixel, shape.channels);
        picture.values[i] = static_cast<float>(brightness * alpha_of(pixel, shape.channels));
    }
    return picture;
}

}  // namespace scorefield::data
