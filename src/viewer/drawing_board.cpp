#include "viewer/drawing_board.hpp"

#include <imgui.h>

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "render/png_file.hpp"

namespace scorefield::viewer {
namespace {

constexpr int kShades = 6;  ///< of the painting on the screen
constexpr ImU32 kBoard = IM_COL32(10, 11, 15, 232);
constexpr ImU32 kFrame = IM_COL32(112, 148, 204, 255);
constexpr ImU32 kBrush = IM_COL32(214, 219, 228, 255);
constexpr ImU32 kHint = IM_COL32(128, 137, 152, 255);

int shade_of(float cell) {
    return static_cast<int>(std::lround(cell * kShades));
}

ImU32 colour_of(int shade) {
    constexpr ImU32 kOpaque = 255;
    return IM_COL32(250, 189, 76, kOpaque * static_cast<ImU32>(shade) / kShades);
}

}  // namespace

/// The board on the screen, and its cells.
struct DrawingBoard::Place {
    ImVec2 corner;
    float cell = 1;  ///< screen units of a cell

    explicit Place(const Area& area) {
        constexpr float kMargin = 24;
        constexpr auto kColumns = static_cast<float>(session::Painting::kWidth);
        constexpr auto kLines = static_cast<float>(session::Painting::kHeight);
        cell = std::max(0.05F, std::min((area.width - 2 * kMargin) / kColumns, (area.height - 2 * kMargin) / kLines));
        corner = {area.left + (area.width - cell * kColumns) / 2, area.top + (area.height - cell * kLines) / 2};
    }
    ImVec2 at(float column, float row) const { return {corner.x + cell * column, corner.y + cell * row}; }
    std::array<double, 2> of(const ImVec2& screen) const {
        return {static_cast<double>((screen.x - corner.x) / cell), static_cast<double>((screen.y - corner.y) / cell)};
    }
};

void DrawingBoard::update(const Area& area) {
    if (!open) return;
    const Place place(area);
    paint(place);
    draw(place);
}

void DrawingBoard::clear() {
    if (painting_.empty()) return;
    history_.keep(painting_);
    painting_.clear();
}

void DrawingBoard::undo() {
    last_.reset();
    history_.undo(painting_);
}

void DrawingBoard::redo() {
    last_.reset();
    history_.redo(painting_);
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

void DrawingBoard::paint(const Place& place) {
    const ImGuiIO& io = ImGui::GetIO();
    const bool down = io.MouseDown[ImGuiMouseButton_Left] && (last_ || !io.WantCaptureMouse);
    if (!down) {
        last_.reset();
        return;
    }
    const std::array<double, 2> now = place.of(io.MousePos);
    if (!last_) history_.keep(painting_);
    painting_.stroke(last_.value_or(now), now, static_cast<double>(brush), erase);
    last_ = now;
}

/// Cells of one shade that lie side by side are one rectangle.
void DrawingBoard::draw(const Place& place) const {
    ImDrawList* const list = ImGui::GetBackgroundDrawList();
    const ImVec2 end = place.at(session::Painting::kWidth, session::Painting::kHeight);
    list->AddRectFilled(place.corner, end, kBoard, 6);
    for (std::size_t row = 0; row < session::Painting::kHeight; ++row) {
        const float* const cells = painting_.cells().data() + row * session::Painting::kWidth;
        for (std::size_t first = 0, next = 0; first < session::Painting::kWidth; first = next) {
            const int shade = shade_of(cells[first]);
            for (next = first + 1; next < session::Painting::kWidth && shade_of(cells[next]) == shade;) ++next;
            if (shade == 0) continue;
            list->AddRectFilled(place.at(static_cast<float>(first), static_cast<float>(row)),
                                place.at(static_cast<float>(next), static_cast<float>(row + 1)), colour_of(shade));
        }
    }
    list->AddRect(place.corner, end, kFrame, 6);
    if (painting_.empty()) {
        const char* const hint = "Paint a distribution with the mouse";
        const ImVec2 size = ImGui::CalcTextSize(hint);
        list->AddText({(place.corner.x + end.x - size.x) / 2, (place.corner.y + end.y - size.y) / 2}, kHint, hint);
    }
    const ImGuiIO& io = ImGui::GetIO();
    if (!io.WantCaptureMouse) list->AddCircle(io.MousePos, brush * place.cell, kBrush);
}

}  // namespace scorefield::viewer
