#include "viewer/drawing_board.hpp"

#include <cmath>
#include <cstdint>

#include "render/png_file.hpp"

namespace scorefield::viewer {

void DrawingBoard::stroke(const std::optional<Cell>& from, const Cell& to) {
    if (!from) history_.keep(painting_);
    painting_.stroke(from.value_or(to), to, static_cast<double>(brush), erase);
}

void DrawingBoard::clear() {
    if (painting_.empty()) return;
    history_.keep(painting_);
    painting_.clear();
}

void DrawingBoard::save(const std::filesystem::path& path) {
    render::Picture picture{session::Painting::kWidth, session::Painting::kHeight, {}};
    constexpr float kMost = 255;
    constexpr std::uint8_t kOpaque = 255;
    for (const float cell : painting_.cells()) {
        const auto grey = static_cast<std::uint8_t>(std::lround(cell * kMost));
        picture.rgba.insert(picture.rgba.end(), {grey, grey, grey, kOpaque});
    }
    render::write_png(path, picture);
    saved_ = painting_.cells();
}

}  // namespace scorefield::viewer
