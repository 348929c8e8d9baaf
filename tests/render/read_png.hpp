#pragma once

#include <gtest/gtest.h>
#include <png.h>

#include <filesystem>

#include "render/picture.hpp"

namespace scorefield::render {

/// A PNG of any kind as RGBA; a failed expectation and an empty picture where it is none.
inline Picture read_png(const std::filesystem::path& path) {
    png_image image{};
    image.version = PNG_IMAGE_VERSION;
    Picture picture;
    if (png_image_begin_read_from_file(&image, path.c_str()) != 0) {
        image.format = PNG_FORMAT_RGBA;
        picture = {image.width, image.height, std::vector<std::uint8_t>(PNG_IMAGE_SIZE(image))};
        if (png_image_finish_read(&image, nullptr, picture.rgba.data(), 0, nullptr) != 0) return picture;
    }
    ADD_FAILURE() << path << ": " << image.message;
    png_image_free(&image);
    return {};
}

}  // namespace scorefield::render
