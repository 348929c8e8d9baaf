// What a frame of the interface changes. Dear ImGui runs without a window; triangles are painted on the host.
#include "viewer/damage.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <random>
#include <string>

namespace scorefield::viewer {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr int kWidth = 240;
constexpr int kHeight = 180;
constexpr PixelRect kWindow = {0, 0, kWidth, kHeight};

class DamageTest : public testing::Test {
  protected:
    DamageTest() {
        ImGui::CreateContext();
        ImGuiIO& io = ImGui::GetIO();
        io.IniFilename = nullptr;
        io.Fonts->Build();
    }
    ~DamageTest() override { ImGui::DestroyContext(); }

    template <class Declare>
    static ImDrawData& frame(const Declare& declare, float pixels = 1) {
        ImGuiIO& io = ImGui::GetIO();
        io.DisplaySize = {kWidth / pixels, kHeight / pixels};
        io.DisplayFramebufferScale = {pixels, pixels};
        ImGui::NewFrame();
        declare();
        ImGui::Render();
        return *ImGui::GetDrawData();
    }

    /// A window of 80 by 60 units with a text.
    static void window(const char* name, float x, float y, const std::string& text) {
        ImGui::SetNextWindowPos({x, y});
        ImGui::SetNextWindowSize({80, 60});
        ImGui::Begin(name, nullptr, ImGuiWindowFlags_NoDecoration);
        ImGui::TextUnformatted(text.c_str());
        ImGui::End();
    }
};

TEST_F(DamageTest, IsWhereTheInterfaceHasChanged) {
    Damage damage;
    const auto update = [&](const std::string& left, const std::string& right, const PixelRect& under = {}) {
        const auto declare = [&] {
            window("left", 10, 10, left);
            window("right", 140, 100, right);
        };
        frame(declare);  // windows settle
        return damage.update(frame(declare), kWindow, under);
    };
    EXPECT_THAT(update("one", "two"), ElementsAre(kWindow)) << "nothing is drawn yet";
    EXPECT_THAT(update("one", "two"), IsEmpty());

    const std::vector<PixelRect> parts = update("one", "2wo");
    ASSERT_EQ(parts.size(), 1U);
    EXPECT_EQ(parts[0].within({140, 100, 220, 160}), parts[0]);
    EXPECT_LT(parts[0].right - parts[0].left, 30);

    EXPECT_EQ(update("once more", "more").size(), 2U);
    EXPECT_THAT(update("once more", "more", {200, 0, 400, 20}), ElementsAre(PixelRect{200, 0, kWidth, 20}));
    damage.forget();
    EXPECT_THAT(update("once more", "more"), ElementsAre(kWindow));
    EXPECT_EQ(damage.update(frame([] {}), kWindow, {}), std::vector{kWindow}) << "a list less";
}

TEST_F(DamageTest, PartsThatOneCommandReachesIntoAreOne) {
    Damage damage;
    const auto declare = [] { window("only", 20, 20, "text"); };
    frame(declare);
    damage.update(frame(declare), kWindow, {});
    damage.update(frame(declare), kWindow, {});
    const auto changed = [] { window("only", 20, 20, "next"); };
    const std::vector<PixelRect>& parts = damage.update(frame(changed), kWindow, {20, 70, 40, 90});
    ASSERT_EQ(parts.size(), 1U) << "the window's ground reaches into the text and into what is under it";
    EXPECT_EQ(parts[0].within({20, 20, 40, 90}).bottom, 90);
}

TEST(PixelRects, LieBesideAHole) {
    EXPECT_THAT(beside({0, 0, 10, 10}, {20, 20, 30, 30}), ElementsAre(PixelRect{0, 0, 10, 10}));
    EXPECT_THAT(beside({0, 0, 10, 10}, {-5, -5, 30, 30}), IsEmpty());
    EXPECT_THAT(beside({0, 0, 10, 10}, {3, 0, 30, 30}), ElementsAre(PixelRect{0, 0, 3, 10}));
    int area = 0;
    for (const PixelRect& part : beside({0, 0, 10, 10}, {2, 3, 5, 7})) {
        EXPECT_FALSE(part.meets({2, 3, 5, 7}));
        area += (part.right - part.left) * (part.bottom - part.top);
    }
    EXPECT_EQ(area, 100 - 3 * 4);
}

/// A window as the device draws it: each pixel remembers what was put on it, in order.
class Canvas {
  public:
    void clear(const PixelRect& part, std::uint64_t ground) {
        for (int y = part.top; y < part.bottom; ++y) {
            for (int x = part.left; x < part.right; ++x) at(x, y) = ground;
        }
    }

    void draw(const ImDrawData& data) {
        for (int i = 0; i < data.CmdListsCount; ++i) {
            for (const ImDrawCmd& command : data.CmdLists[i]->CmdBuffer) draw(data, *data.CmdLists[i], command);
        }
    }

    bool operator==(const Canvas&) const = default;

  private:
    std::uint64_t& at(int x, int y) {
        return pixels_[static_cast<std::size_t>(y) * kWidth + static_cast<std::size_t>(x)];
    }

    /// The scissor is that of imgui_impl_vulkan.
    void draw(const ImDrawData& data, const ImDrawList& list, const ImDrawCmd& command) {
        const ImVec2 scale = data.FramebufferScale;
        const float left = std::max(0.0f, command.ClipRect.x * scale.x);
        const float top = std::max(0.0f, command.ClipRect.y * scale.y);
        const float right = std::min<float>(kWidth, command.ClipRect.z * scale.x);
        const float bottom = std::min<float>(kHeight, command.ClipRect.w * scale.y);
        if (right <= left || bottom <= top) return;
        const PixelRect scissor = {int(left), int(top), int(left) + int(right - left), int(top) + int(bottom - top)};
        for (unsigned e = 0; e < command.ElemCount; e += 3) {
            const auto corner = [&](unsigned i) {
                return list.VtxBuffer[int(command.VtxOffset + list.IdxBuffer[int(command.IdxOffset + e + i)])];
            };
            const ImDrawVert a = corner(0), b = corner(1), c = corner(2);
            const auto side = [&](const ImDrawVert& p, const ImDrawVert& q, float x, float y) {
                return (q.pos.x - p.pos.x) * (y - p.pos.y) - (q.pos.y - p.pos.y) * (x - p.pos.x);
            };
            for (int y = scissor.top; y < scissor.bottom; ++y) {
                for (int x = scissor.left; x < scissor.right; ++x) {
                    const float px = (float(x) + 0.5f) / scale.x, py = (float(y) + 0.5f) / scale.y;
                    const float s = side(a, b, px, py), t = side(b, c, px, py), u = side(c, a, px, py);
                    if (!((s >= 0 && t >= 0 && u >= 0) || (s <= 0 && t <= 0 && u <= 0))) continue;
                    const auto texture = std::uint64_t(1e6f * (a.uv.x + 3 * b.uv.y + 7 * c.uv.x));
                    at(x, y) = at(x, y) * 0x9E37'79B9'7F4A'7C15U + a.col + (texture << 32);
                }
            }
        }
    }

    std::vector<std::uint64_t> pixels_ = std::vector<std::uint64_t>(std::size_t{kWidth} * kHeight, 0);
};

/// Windows of changing places, texts, widgets and order, one over the other, and tooltips: drawing what has changed
/// gives what drawing everything gives.
TEST_F(DamageTest, DrawingThePartsIsDrawingAll) {
    for (const float pixels : {1.0f, 1.25f, 1.5f, 1.75f, 2.0f}) {
        std::mt19937 random(static_cast<unsigned>(8 * pixels));
        const auto draw = [&](unsigned most) { return random() % most; };
        Damage damage;
        Canvas kept;
        std::array<std::string, 3> texts = {"a", "b", "c"};
        std::array<ImVec2, 3> places = {ImVec2{5, 5}, ImVec2{40, 30}, ImVec2{20, 70}};
        bool ticked = false;
        float value = 0.3f;
        std::uint64_t ground = 1;
        int small = 0;
        for (int number = 0; number < 60; ++number) {
            if (draw(3) == 0) texts[draw(3)] = std::string(draw(9), static_cast<char>('a' + draw(26)));
            if (draw(9) == 0) places[draw(3)] = {float(draw(90)), float(draw(80))};
            if (draw(4) == 0) value = float(draw(100)) / 100;
            if (draw(5) == 0) ticked = !ticked;
            if (draw(4) == 0) ImGui::GetIO().MousePos = {float(draw(120)), float(draw(90))};
            const bool under_changes = draw(4) == 0;
            if (under_changes) ground = random();
            const PixelRect under = {90, 20, 200, 120};
            ImDrawData& data = frame(
                [&] {
                    for (std::size_t i = 0; i < 3; ++i)
                        window(i == 0 ? "x" : i == 1 ? "y" : "z", places[i].x, places[i].y, texts[i]);
                    ImGui::Begin("x");
                    ImGui::Checkbox("tick", &ticked);
                    ImGui::SliderFloat("slide", &value, 0, 1);
                    if (ImGui::IsItemHovered()) ImGui::SetTooltip("help %f", double{value});
                    ImGui::End();
                    if (draw(12) == 0) ImGui::SetWindowFocus("y");
                },
                pixels);
            Canvas whole;
            whole.clear(kWindow, 7);
            whole.clear(under, ground);
            whole.draw(data);

            const std::vector<PixelRect> parts = damage.update(data, kWindow, under_changes ? under : PixelRect{});
            for (const PixelRect& part : parts) {
                EXPECT_EQ(part.within(kWindow), part);
                kept.clear(part, 7);
                kept.clear(part.within(under), ground);
            }
            restrict_to(data, parts);
            kept.draw(data);
            ASSERT_TRUE(kept == whole) << "frame " << number << " at " << pixels;
            small += parts != std::vector{kWindow} ? 1 : 0;
        }
        EXPECT_GT(small, 30) << "hardly anything was spared";
    }
}

}  // namespace
}  // namespace scorefield::viewer
