#pragma once

#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>
#include <string>

#include "render/look.hpp"
#include "render/picture.hpp"

namespace scorefield::render {

inline Picture random_picture(std::uint32_t width, std::uint32_t height, unsigned seed) {
    std::mt19937 random(seed);
    Picture picture{width, height, std::vector<std::uint8_t>(std::size_t{width} * height * 4)};
    for (std::size_t i = 0; i < picture.rgba.size(); ++i) {
        picture.rgba[i] = i % 4 == 3 ? std::uint8_t{255} : static_cast<std::uint8_t>(random() & 0xFFu);
    }
    return picture;
}

/// Draws the particles only.
inline Look plain() {
    Look look;
    look.axes = false;
    look.overlay = false;
    return look;
}

inline std::string content(const std::filesystem::path& path) {
    std::ostringstream text;
    text << std::ifstream(path, std::ios::binary).rdbuf();
    return text.str();
}

inline std::size_t entries(const std::filesystem::path& folder) {
    return static_cast<std::size_t>(
        std::distance(std::filesystem::directory_iterator(folder), std::filesystem::directory_iterator()));
}

}  // namespace scorefield::render
