#include "viewer/drawing_board.hpp"

#include <cmath>
#include <cstdint>
#include <utility>

#include "render/png_file.hpp"

namespace scorefield::viewer {
namespace {

render::Picture picture_of(const std::vector<float>& cells) {
    render::Picture picture{session::Painting::kWidth, session::Painting::kHeight, {}};
    constexpr float kMost = 255;
    constexpr std::uint8_t kOpaque = 255;
    for (const float cell : cells) {
        const auto grey = static_cast<std::uint8_t>(std::lround(cell * kMost));
        picture.rgba.insert(picture.rgba.end(), {grey, grey, grey, kOpaque});
    }
    return picture;
}

}  // namespace

void DrawingBoard::stroke(const std::optional<Cell>& from, const Cell& to) {
    if (!from) history_.keep(painting_);
    painting_.stroke(from.value_or(to), to, static_cast<double>(brush), erase);
}

void DrawingBoard::clear() {
    if (painting_.empty()) return;
    history_.keep(painting_);
    painting_.clear();
}

bool DrawingBoard::save(const std::filesystem::path& path) {
    if (saving()) return false;
    saving_path_ = path;
    save_succeeded_ = false;
    save_.ask("Saving " + path.filename().string(), [path, cells = painting_.cells()](base::Task& /*task*/) {
        render::write_png(path, picture_of(cells));
        return cells;
    });
    return true;
}

std::optional<DrawingBoard::Saved> DrawingBoard::poll() {
    auto outcome = save_.poll();
    if (!outcome) return std::nullopt;
    save_succeeded_ = outcome->result.has_value();
    if (save_succeeded_) saved_ = std::move(*outcome->result);
    return Saved{saving_path_, outcome->error};
}

}  // namespace scorefield::viewer
