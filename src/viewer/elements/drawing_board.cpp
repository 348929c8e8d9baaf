// The drawing board over the picture. The user paints training data on it with the mouse.
#include <imgui.h>

#include <algorithm>
#include <cmath>

#include "viewer/element.hpp"

namespace scorefield::viewer {
namespace {

constexpr int kShades = 6;  ///< number of grey levels on the screen
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

/// Position of the board and of its cells on the screen.
struct Grid {
    ImVec2 corner;
    float cell = 1;  ///< size of a cell in screen units

    /// Places the board in the middle of the picture.
    explicit Grid(const Layout& layout) {
        constexpr float kMargin = 24;
        constexpr auto kColumns = static_cast<float>(session::Painting::kWidth);
        constexpr auto kLines = static_cast<float>(session::Painting::kHeight);
        const ImVec2 pixels = ImGui::GetIO().DisplayFramebufferScale;
        const float left = static_cast<float>(layout.left) / pixels.x;
        const float width = static_cast<float>(layout.picture.width) / pixels.x;
        const float height = static_cast<float>(layout.picture.height) / pixels.y;
        cell = std::max(0.05F, std::min((width - 2 * kMargin) / kColumns, (height - 2 * kMargin) / kLines));
        corner = {left + (width - cell * kColumns) / 2, (height - cell * kLines) / 2};
    }
    ImVec2 at(float column, float row) const { return {corner.x + cell * column, corner.y + cell * row}; }
    DrawingBoard::Cell of(const ImVec2& screen) const {
        return {static_cast<double>((screen.x - corner.x) / cell), static_cast<double>((screen.y - corner.y) / cell)};
    }
};

/// Draws adjacent cells of the same grey level as one rectangle.
void draw_painting(const DrawingBoard& board, const Grid& grid) {
    ImDrawList* const list = ImGui::GetBackgroundDrawList();
    const ImVec2 end = grid.at(session::Painting::kWidth, session::Painting::kHeight);
    list->AddRectFilled(grid.corner, end, kBoard, 6);
    for (std::size_t row = 0; row < session::Painting::kHeight; ++row) {
        const float* const cells = board.painting().cells().data() + row * session::Painting::kWidth;
        for (std::size_t first = 0, next = 0; first < session::Painting::kWidth; first = next) {
            const int shade = shade_of(cells[first]);
            for (next = first + 1; next < session::Painting::kWidth && shade_of(cells[next]) == shade;) ++next;
            if (shade == 0) continue;
            list->AddRectFilled(grid.at(static_cast<float>(first), static_cast<float>(row)),
                                grid.at(static_cast<float>(next), static_cast<float>(row + 1)), colour_of(shade));
        }
    }
    list->AddRect(grid.corner, end, kFrame, 6);
    if (board.painting().empty()) {
        const char* const hint = "Paint a distribution with the mouse";
        const ImVec2 size = ImGui::CalcTextSize(hint);
        list->AddText({(grid.corner.x + end.x - size.x) / 2, (grid.corner.y + end.y - size.y) / 2}, kHint, hint);
    }
    const ImGuiIO& io = ImGui::GetIO();
    if (!io.WantCaptureMouse) list->AddCircle(io.MousePos, board.brush * grid.cell, kBrush);
}

class Board : public Element {
  public:
    void update(Context& context) override {
        DrawingBoard& board = context.board;
        Requests& requests = context.requests;
        if (requests.escape && board.open) {
            board.open = false;
            requests.escape = false;
        }
        if (requests.toggle_board) {
            board.open = !board.open;
            if (board.open) context.next_tab = kTrainTab;
        }
        if (board.open && (requests.undo || requests.redo)) {
            last_.reset();
            requests.undo ? board.undo() : board.redo();
            requests.undo = requests.redo = false;
        }
        if (requests.save_painting) save_painting(context);
        follow_painting(context);
        if (board.saving()) context.jobs.push_back(progress_of(board.save_job()));
    }

    void draw(Context& context) override {
        if (!context.board.open) return;
        const Grid grid(context.layout);
        paint(context.board, grid);
        draw_painting(context.board, grid);
    }

  private:
    void paint(DrawingBoard& board, const Grid& grid) {
        const ImGuiIO& io = ImGui::GetIO();
        const bool down = io.MouseDown[ImGuiMouseButton_Left] && (last_ || !io.WantCaptureMouse);
        if (!down) {
            last_.reset();
            return;
        }
        const DrawingBoard::Cell now = grid.of(io.MousePos);
        board.stroke(last_, now);
        last_ = now;
    }

    std::optional<DrawingBoard::Cell> last_;  ///< end of the current stroke so far
};

}  // namespace

std::unique_ptr<Element> make_drawing_board(Context& /*context*/) {
    return std::make_unique<Board>();
}

}  // namespace scorefield::viewer
