#include "render/png_file.hpp"

#include <png.h>

#include <algorithm>
#include <cstring>
#include <stdexcept>
#include <string>

#include "base/atomic_file.hpp"
#include "base/error.hpp"

namespace scorefield::render {
namespace {

struct ImageCloser {
    png_image& image;
    ~ImageCloser() { png_image_free(&image); }
};

bool is_opaque(const Picture& picture) {
    for (std::size_t i = 3; i < picture.rgba.size(); i += 4) {
        if (picture.rgba[i] != 255) return false;
    }
    return true;
}

std::vector<std::uint8_t> without_alpha(const Picture& picture) {
    std::vector<std::uint8_t> rgb(picture.rgba.size() / 4 * 3);
    for (std::size_t i = 0; i < rgb.size() / 3; ++i) {
        std::memcpy(rgb.data() + 3 * i, picture.rgba.data() + 4 * i, 3);
    }
    return rgb;
}

/// PNG has colours that are not multiplied by alpha.
std::vector<std::uint8_t> not_premultiplied(const Picture& picture) {
    std::vector<std::uint8_t> rgba = picture.rgba;
    for (std::size_t i = 0; i < rgba.size(); i += 4) {
        const unsigned alpha = rgba[i + 3];
        if (alpha == 0 || alpha == 255) continue;
        for (std::size_t c = 0; c < 3; ++c) {
            rgba[i + c] = static_cast<std::uint8_t>(std::min(255U, (rgba[i + c] * 255U + alpha / 2) / alpha));
        }
    }
    return rgba;
}

}  // namespace

std::vector<std::uint8_t> encode_png(const std::filesystem::path& path, const Picture& picture,
                                     std::span<const data::PngText> texts) {
    if (picture.width == 0 || picture.rgba.size() != std::size_t{picture.width} * picture.height * 4) {
        throw std::invalid_argument("a picture's size and its bytes differ");
    }
    png_image image{};
    image.version = PNG_IMAGE_VERSION;
    image.width = picture.width;
    image.height = picture.height;
    const bool opaque = is_opaque(picture);
    image.format = opaque ? PNG_FORMAT_RGB : PNG_FORMAT_RGBA;
    image.flags = PNG_IMAGE_FLAG_FAST;
    const ImageCloser closer{image};
    const std::vector<std::uint8_t> pixels = opaque ? without_alpha(picture) : not_premultiplied(picture);
    png_alloc_size_t bytes = PNG_IMAGE_PNG_SIZE_MAX(image);
    std::vector<std::uint8_t> file(bytes);
    if (png_image_write_to_memory(&image, file.data(), &bytes, 0, pixels.data(), 0, nullptr) == 0) {
        throw base::running_error("cannot write picture", path.string(), image.message,
                                  "free some memory, or choose a smaller picture");
    }
    file.resize(bytes);
    return texts.empty() ? file : data::with_texts(file, texts);
}

void write_png(const std::filesystem::path& path, const Picture& picture, std::span<const data::PngText> texts) {
    base::AtomicFile file(path);
    const std::vector<std::uint8_t> bytes = encode_png(path, picture, texts);
    file.write(bytes.data(), bytes.size());
    file.commit();
}

}  // namespace scorefield::render
