// The scenes that come with Scorefield: title and description of the one that is shown, over the picture or below it,
// and a list of all. PgUp and PgDn go from one to the next.
#include <fmt/format.h>
#include <imgui.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <utility>

#include "base/background_job.hpp"
#include "settings/picture_text.hpp"
#include "viewer/controls.hpp"
#include "viewer/element.hpp"
#include "viewer/scene_list.hpp"
#include "viewer/screen_colour.hpp"

namespace scorefield::viewer {
namespace {

// Lengths in screen units at the usual text size.
constexpr float kCardWidth = 400;
constexpr float kListWidth = 640;
constexpr float kListHeight = 460;

class Scenes : public Element {
  public:
    Scenes() {
        list_.ask("Scenes", [](base::Task& task) { return scenes_in(shipped_scenes(), [&task] { task.step(); }); });
    }

    void update(Context& context) override {
        if (auto outcome = list_.poll()) scenes_ = std::move(outcome->result).value_or(std::vector<ListedScene>());
        Requests& requests = context.requests;
        follow_picture(context);
        if (requests.toggle_scenes) open_ = !open_;
        if (requests.escape && open_) {
            open_ = false;
            requests.escape = false;
        }
        if (const auto shown = number_of_shown(context); shown && !context.change) opened_ = shown;
        if (requests.turn_scene == 0 || scenes_.empty()) return;
        const auto count = static_cast<std::ptrdiff_t>(scenes_.size());
        const std::ptrdiff_t next = requests.turn_scene + opened_.value_or(requests.turn_scene > 0 ? -1 : count);
        if (next < 0 || next >= count) {
            context.messages.add({MessageKind::info, next < 0 ? "This is the first scene" : "This is the last scene"},
                                 "scenes");
            return;
        }
        opened_ = next;
        requests.open_scene = scenes_[static_cast<std::size_t>(next)].path;
    }

    void draw(Context& context) override {
        draw_about(context);
        if (open_) draw_list(context);
    }

  private:
    /// A picture that was dropped is opened as the scene that it carries; without one, it is data to train on.
    void follow_picture(Context& context) {
        Requests& requests = context.requests;
        if (requests.dropped_picture) {
            dropped_ = std::move(*requests.dropped_picture);
            picture_.ask("Reading a picture", [path = dropped_](base::Task&) { return settings::carries_scene(path); });
        }
        const auto outcome = picture_.poll();
        if (!outcome) return;
        if (!outcome->result) {
            context.messages.add({MessageKind::error, outcome->error}, "run");
        } else {
            (*outcome->result ? requests.open_scene : requests.train_file) = dropped_;
        }
    }

    /// Index of the scene whose title is shown; none if it is not in the list.
    std::optional<std::ptrdiff_t> number_of_shown(const Context& context) const {
        const auto found = std::ranges::find(scenes_, context.settings.title, &ListedScene::title);
        if (context.settings.title.empty() || found == scenes_.end()) return std::nullopt;
        return found - scenes_.begin();
    }

    /// Title and description: beside the axis over the picture or, in presenter mode, in a row of their own.
    void draw_about(Context& context) {
        if (!context.shows_about()) return;
        context.hidden_title.clear();
        const ImVec2 pixels = ImGui::GetIO().DisplayFramebufferScale;
        const Layout& layout = context.layout;
        const float left = static_cast<float>(layout.left) / pixels.x;
        const float width = static_cast<float>(layout.picture.width) / pixels.x;
        const float height = static_cast<float>(layout.picture.height) / pixels.y;
        const float scale = context.look().text_scale();
        const Theme& theme = *context.look().theme;
        if (layout.about > 0) {
            ImGui::SetNextWindowPos({left, height});
            ImGui::SetNextWindowSize({width, static_cast<float>(layout.about) / pixels.y});
            ImGui::PushStyleColor(ImGuiCol_WindowBg, screen_colour(theme.surface));
            ImGui::Begin("about", nullptr, kFixedWindow | ImGuiWindowFlags_NoBringToFrontOnFocus);
        } else {
            const float across = std::min(kCardWidth * scale, width - 160);
            if (across < kCardWidth / 2) return;
            // Above the axis and a row of keys, beside the axis' numbers.
            ImGui::SetNextWindowPos({left + 58, height - 76}, ImGuiCond_Always, {0, 1});
            ImGui::SetNextWindowSize({across, 0});
            constexpr std::uint32_t kGround = 0xE6;  // the picture shines through
            ImGui::PushStyleColor(ImGuiCol_WindowBg, screen_colour(theme.surface, kGround));
            ImGui::Begin("scene", nullptr, kFixedWindow | ImGuiWindowFlags_AlwaysAutoResize);
        }
        draw_about_text(context, theme);
        ImGui::End();
        ImGui::PopStyleColor();
    }

    void draw_about_text(Context& context, const Theme& theme) {
        const settings::Settings& settings = context.settings;
        ImGui::SetWindowFontScale(1.15F);
        ImGui::TextWrapped("%s", settings.title.c_str());
        ImGui::SetWindowFontScale(1);
        const bool in_a_row = context.layout.about > 0;
        if (in_a_row) draw_place(context, true);
        ImGui::PushStyleColor(ImGuiCol_Text, screen_colour(theme.secondary));
        if (!settings.about.empty()) ImGui::TextWrapped("%s", settings.about.c_str());
        ImGui::PopStyleColor();
        if (!in_a_row) draw_place(context, false);
    }

    /// The place among the scenes, and a button that hides title and description; `same_line`: beside what was drawn.
    void draw_place(Context& context, bool same_line) {
        constexpr const char* kHide = "Hide";
        const ImGuiStyle& style = ImGui::GetStyle();
        const float right = ImGui::GetWindowContentRegionMax().x;
        const float button = ImGui::CalcTextSize(kHide).x + 2 * style.FramePadding.x;
        if (same_line) ImGui::SameLine();
        if (const auto number = number_of_shown(context)) {
            const std::string place = fmt::format("{} of {}   PgUp PgDn", *number + 1, scenes_.size());
            if (same_line) {
                ImGui::SetCursorPosX(right - button - style.ItemSpacing.x - ImGui::CalcTextSize(place.c_str()).x);
            }
            ImGui::TextDisabled("%s", place.c_str());
            ImGui::SameLine();
        }
        ImGui::SetCursorPosX(right - button);
        if (ImGui::SmallButton(kHide)) context.hidden_title = context.settings.title;
        tooltip("Hide title and description until another scene is opened");
    }

    void draw_list(Context& context) {
        const ImVec2 size = ImGui::GetIO().DisplaySize;
        ImGui::SetNextWindowPos({size.x / 2, size.y / 2}, ImGuiCond_Always, {0.5F, 0.5F});
        const float scale = context.look().text_scale();
        ImGui::SetNextWindowSize(
            {std::min(kListWidth * scale, size.x - 20), std::min(kListHeight * scale, size.y - 20)});
        if (ImGui::Begin("Scenes", &open_,
                         ImGuiWindowFlags_NoCollapse | ImGuiWindowFlags_NoMove | ImGuiWindowFlags_NoResize |
                             ImGuiWindowFlags_NoSavedSettings)) {
            if (scenes_.empty()) ImGui::TextDisabled("No scenes were found beside the default model.");
            const std::optional<std::ptrdiff_t> shown = number_of_shown(context);
            for (std::size_t i = 0; i < scenes_.size(); ++i) draw_row(context, i, shown);
        }
        ImGui::End();
    }

    void draw_row(Context& context, std::size_t i, std::optional<std::ptrdiff_t> shown) {
        const ListedScene& scene = scenes_[i];
        const bool is_shown = shown && static_cast<std::size_t>(*shown) == i;
        const float line = ImGui::GetTextLineHeightWithSpacing();
        const std::string id = "##scene" + std::to_string(i);
        const ImVec2 corner = ImGui::GetCursorPos();
        if (ImGui::Selectable(id.c_str(), is_shown, ImGuiSelectableFlags_None, {0, 2 * line})) {
            opened_ = static_cast<std::ptrdiff_t>(i);
            context.requests.open_scene = scene.path;
            open_ = false;
        }
        if (!scene.about.empty()) tooltip(scene.about);
        const ImVec2 after = ImGui::GetCursorPos();
        ImGui::SetCursorPos({corner.x + 6, corner.y + 2});
        ImGui::Text("%2zu   %s", i + 1, scene.title.c_str());
        ImGui::SetCursorPos({corner.x + 6 + ImGui::CalcTextSize("00   ").x, corner.y + 2 + line});
        const std::string first = scene.about.substr(0, scene.about.find(". "));
        ImGui::TextDisabled("%s", first.c_str());
        ImGui::SetCursorPos(after);
    }

    base::BackgroundJob<std::vector<ListedScene>> list_;
    base::BackgroundJob<bool> picture_;
    std::filesystem::path dropped_;  ///< that picture_ reads
    std::vector<ListedScene> scenes_;
    std::optional<std::ptrdiff_t> opened_;  ///< the last one, also once its settings have been changed
    bool open_ = false;                     ///< the list
};

}  // namespace

std::unique_ptr<Element> make_scenes(Context& /*context*/) {
    return std::make_unique<Scenes>();
}

}  // namespace scorefield::viewer
