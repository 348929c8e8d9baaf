#include "viewer/loss_curve.hpp"

#include <imgui.h>

#include <algorithm>
#include <cmath>

#include "base/short_number.hpp"
#include "viewer/controls.hpp"

namespace scorefield::viewer {
namespace {

constexpr ImU32 kCurve = IM_COL32(86, 180, 233, 255);
constexpr ImU32 kFloor = IM_COL32(230, 159, 0, 255);

/// From losses to heights on the screen.
struct Scale {
    bool logarithmic = true;
    double low = 0;
    double high = 1;
    float top = 0;
    float bottom = 0;

    double place(double loss) const { return logarithmic ? std::log(loss) : loss; }
    float height(double loss) const {
        const double share = (place(loss) - low) / (high - low);
        return bottom - static_cast<float>(std::clamp(share, 0.0, 1.0)) * (bottom - top);
    }
};

Scale scale_of(const std::vector<session::LossHistory::Point>& points, const session::LossFloor& floor, float top,
               float bottom) {
    constexpr double kMargin = 0.08;
    Scale scale;
    scale.top = top;
    scale.bottom = bottom;
    scale.logarithmic =
        std::ranges::all_of(points, [](const session::LossHistory::Point& point) { return point.loss > 0; });
    const auto lower = [](const session::LossHistory::Point& a, const session::LossHistory::Point& b) {
        return a.loss < b.loss;
    };
    const auto [least, most] = std::ranges::minmax(points, lower);
    const bool floor_seen = floor.value && (!scale.logarithmic || *floor.value > 0);
    scale.low = scale.place(floor_seen ? std::min(least.loss, *floor.value) : least.loss);
    scale.high = scale.place(most.loss);
    constexpr double kLeastSpan = 1e-3;
    const double margin = kMargin * std::max(scale.high - scale.low, kLeastSpan);
    scale.low -= margin;
    scale.high += margin;
    return scale;
}

void draw_floor(ImDrawList* list, float height, float left, float right) {
    constexpr float kDash = 5;
    for (float x = left; x < right; x += 2 * kDash)
        list->AddLine({x, height}, {std::min(x + kDash, right), height}, kFloor);
}

}  // namespace

void draw_loss_curve(const session::LossHistory& losses, const session::LossFloor& floor) {
    const ImVec2 corner = ImGui::GetCursorScreenPos();
    const ImVec2 size = {ImGui::GetContentRegionAvail().x, ImGui::GetFontSize() * 6};
    ImGui::InvisibleButton("losses", size);
    tooltip("Running mean of the batch loss over steps. " + floor.reason);
    ImDrawList* const list = ImGui::GetWindowDrawList();
    const ImVec2 end = {corner.x + size.x, corner.y + size.y};
    list->AddRectFilled(corner, end, ImGui::GetColorU32(ImGuiCol_FrameBg), 4);
    const std::vector<session::LossHistory::Point>& points = losses.points();
    if (points.size() < 2) return;
    const Scale scale = scale_of(points, floor, corner.y, end.y);
    const auto last = static_cast<float>(points.back().step);
    std::vector<ImVec2> line;
    line.reserve(points.size());
    for (const session::LossHistory::Point& point : points) {
        line.emplace_back(corner.x + size.x * static_cast<float>(point.step) / last, scale.height(point.loss));
    }
    const auto write = [&](const std::string& text, ImU32 colour, float row) {
        const float width = ImGui::CalcTextSize(text.c_str()).x;
        list->AddText({end.x - width - 5, corner.y + 3 + row * ImGui::GetTextLineHeight()}, colour, text.c_str());
    };
    if (floor.value && (!scale.logarithmic || *floor.value > 0)) {
        draw_floor(list, scale.height(*floor.value), corner.x, end.x);
        write("floor " + base::short_number(*floor.value, 4), kFloor, 1);
    }
    list->AddPolyline(line.data(), static_cast<int>(line.size()), kCurve, ImDrawFlags_None, 1.8F);
    write("loss " + base::short_number(*losses.loss(), 4), kCurve, 0);
}

}  // namespace scorefield::viewer
