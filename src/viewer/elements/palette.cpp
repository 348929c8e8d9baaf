// The command palette: a search over everything that keys do and over all settings, by keyboard alone. Enter runs a
// command or switches a setting on or off; other settings then list their values or take a typed one.
#include <fmt/format.h>
#include <imgui.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "base/text.hpp"
#include "viewer/command_search.hpp"
#include "viewer/controls.hpp"
#include "viewer/element.hpp"
#include "viewer/keys.hpp"
#include "viewer/set_setting.hpp"
#include "viewer/setting_change.hpp"

#define GLFW_INCLUDE_NONE
#include <GLFW/glfw3.h>

namespace scorefield::viewer {
namespace {

constexpr float kWidth = 40;     ///< sizes are in lines of text
constexpr float kListRows = 12;  ///< rows of the list
constexpr float kHelpRows = 5;
constexpr float kTop = 4;  ///< space above

/// One line of the list: what Enter does.
struct Row {
    const KeyCommand* command = nullptr;
    const settings::Setting* setting = nullptr;  ///< of the first list, or whose value this is
    std::optional<std::string> value = {};       ///< to be given to the setting; none: its default
    std::string title = {};
    std::string hint = {};  ///< at the right: key or current value
};

const settings::Settings& settings_with(const Context& context, const settings::Setting& setting) {
    return is_of_training(setting) ? context.training.plan : context.settings;
}

std::string current_value(const Context& context, const settings::Setting& setting) {
    const std::string value = settings::value_text(settings_with(context, setting), setting);
    return value.empty() ? base::with_flags(settings::default_text(setting)) : value;
}

bool is_switch(const settings::Setting& setting) {
    settings::Settings some;
    return std::holds_alternative<bool*>(setting.slot(some));
}

/// The text at the left and, dimmed, the hint at the right, as far as there is room.
void write_row(const Row& row, const ImVec2& corner) {
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const float right = ImGui::GetWindowPos().x + ImGui::GetWindowContentRegionMax().x - ImGui::GetFontSize() / 2;
    const float middle = corner.x + 0.62F * (right - corner.x);
    const float width = ImGui::CalcTextSize(row.hint.c_str()).x;
    const float left = std::max(right - width, middle);
    const float bottom = corner.y + ImGui::GetTextLineHeight();
    list.PushClipRect(corner, {left - ImGui::GetFontSize() / 2, bottom}, true);
    list.AddText(corner, ImGui::GetColorU32(ImGuiCol_Text), row.title.c_str());
    list.PopClipRect();
    list.PushClipRect({left, corner.y}, {right, bottom}, true);
    list.AddText({left, corner.y}, ImGui::GetColorU32(ImGuiCol_TextDisabled), row.hint.c_str());
    list.PopClipRect();
}

class Palette : public Element {
  public:
    Palette() : Element(Place::window) {}

    void update(Context& context) override {
        if (!context.requests.toggle_palette) return;
        open_ ? close(context) : open(context);
    }

    void draw(Context& context) override {
        if (!open_) return;
        if (context.question) {
            close(context);
            return;
        }
        const float line = ImGui::GetTextLineHeightWithSpacing();
        const ImVec2 size = ImGui::GetIO().DisplaySize;
        const float width = std::min(kWidth * ImGui::GetFontSize(), size.x - 2 * ImGui::GetFontSize());
        const float room = size.y - ImGui::GetFrameHeightWithSpacing() - 2 * ImGui::GetStyle().WindowPadding.y;
        const float list_height = std::clamp(room - (kHelpRows + 1) * line, line, kListRows * line);
        ImGui::SetNextWindowPos({size.x / 2, std::min(kTop * line, size.y / 8)}, ImGuiCond_Always, {0.5F, 0});
        ImGui::SetNextWindowSize({width, 0});
        if (appears_) ImGui::SetNextWindowFocus();
        ImGui::PushStyleColor(ImGuiCol_WindowBg, ImGui::GetStyleColorVec4(ImGuiCol_PopupBg));
        ImGui::PushStyleVar(ImGuiStyleVar_WindowBorderSize, 1);
        ImGui::Begin("palette", nullptr,
                     ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoMove | ImGuiWindowFlags_NoSavedSettings);
        draw_field();
        read_keys_of(context);
        if (open_) draw_list(context, list_height);
        if (open_) draw_help(kHelpRows * line);
        const bool focused = ImGui::IsWindowFocused(ImGuiFocusedFlags_RootAndChildWindows);
        ImGui::End();
        ImGui::PopStyleVar();
        ImGui::PopStyleColor();
        // A click elsewhere closes it.
        if (open_ && !appears_ && !focused) close(context);
        appears_ = false;
    }

  private:
    void open(Context& context) {
        open_ = appears_ = context.types_command = true;
        edited_ = nullptr;
        all_.clear();
        for (const KeyCommand& command : key_commands()) {
            if (!command.is_gesture())
                all_.push_back({.command = &command, .title = command.action, .hint = command.key});
        }
        for (const settings::Setting& setting : settings::setting_table()) {
            if (!setting.taken_by(settings::Command::view)) continue;
            all_.push_back(
                {.setting = &setting, .title = std::string(setting.name), .hint = current_value(context, setting)});
        }
        begin_to_type();
    }

    void close(Context& context) { open_ = context.types_command = false; }

    void begin_to_type() {
        typed_.fill(0);
        early_.clear();
        selected_ = 0;
        searched_.reset();
        is_typing_ = false;
        ++field_;
    }

    /// The text field, which keeps the keyboard as long as the palette is open.
    void draw_field() {
        ImGuiIO& io = ImGui::GetIO();
        if (!is_typing_) {
            // Dear ImGui drops what is typed until the frame in which a field gets the keyboard.
            for (const ImWchar character : io.InputQueueCharacters) {
                if (character >= ' ' && character < 0x7F) early_ += static_cast<char>(character);
            }
            io.InputQueueCharacters.resize(0);
            if (!io.MouseDown[ImGuiMouseButton_Left]) ImGui::SetKeyboardFocusHere();
        }
        ImGui::SetNextItemWidth(-1);
        const std::string hint = edited_ != nullptr
                                     ? fmt::format("{}: type to search or to give a value", edited_->name)
                                     : "Type to search commands and settings";
        ImGui::PushID(field_);
        ImGui::InputTextWithHint(edited_ != nullptr ? "##value" : "##search", hint.c_str(), typed_.data(),
                                 typed_.size(), ImGuiInputTextFlags_CallbackAlways, take_early, &early_);
        is_typing_ = ImGui::IsItemActive();
        ImGui::PopID();
    }

    static int take_early(ImGuiInputTextCallbackData* data) {
        std::string& early = *static_cast<std::string*>(data->UserData);
        if (!early.empty()) data->InsertChars(data->BufTextLen, early.c_str());
        early.clear();
        return 0;
    }

    void read_keys_of(Context& context) {
        search_rows(context);
        const auto last = static_cast<int>(rows_.size()) - 1;
        for (const KeyPress& press : context.keys) {
            const bool is_enter = press.key == GLFW_KEY_ENTER || press.key == GLFW_KEY_KP_ENTER;
            const int before = selected_;
            if (press.key == GLFW_KEY_DOWN) selected_ = std::min(selected_ + 1, std::max(0, last));
            if (press.key == GLFW_KEY_UP) selected_ = std::max(selected_ - 1, 0);
            scrolls_ = scrolls_ || selected_ != before;
            if (press.key == GLFW_KEY_ESCAPE) {
                leave(context);
                return;
            }
            if (press.key == GLFW_KEY_P && press.control) {
                close(context);
                return;
            }
            if (is_enter && selected_ <= last) {
                choose(context, Row(rows_[static_cast<std::size_t>(selected_)]));
                return;
            }
        }
    }

    /// From the values back to the search, from there out.
    void leave(Context& context) {
        if (edited_ == nullptr) {
            close(context);
            return;
        }
        edited_ = nullptr;
        begin_to_type();
        search_rows(context);
    }

    void choose(Context& context, const Row& row) {
        if (row.command != nullptr) {
            close(context);
            row.command->run(context.settings, context.requests);
            return;
        }
        const settings::Setting& setting = *row.setting;
        if (edited_ != nullptr) {
            if (set_setting(context, setting, row.value)) close(context);
        } else if (is_of_start(setting)) {
            context.messages.add(
                {MessageKind::info, base::with_flags(fmt::format("`{}` can be given only at the start", setting.name))},
                "field");
            close(context);
        } else if (is_switch(setting)) {
            const bool is_on = settings::value_text(settings_with(context, setting), setting) == "on";
            if (set_setting(context, setting, is_on ? "off" : "on")) close(context);
        } else {
            edited_ = &setting;
            begin_to_type();
            search_rows(context);
        }
    }

    /// The rows that suit what is typed.
    void search_rows(const Context& context) {
        const std::string typed = typed_.data() + early_;
        if (searched_ == typed) return;
        searched_ = typed;
        selected_ = 0;
        scrolls_ = true;
        std::vector<Row> rows = edited_ != nullptr ? rows_of_values(context, typed) : all_;
        const bool filters = edited_ == nullptr || !values_to_choose(*edited_).empty();
        if (!filters) {
            rows_ = std::move(rows);
            return;
        }
        std::vector<SearchEntry> entries;
        entries.reserve(rows.size());
        for (const Row& row : rows) {
            if (edited_ != nullptr) {
                entries.push_back({row.title, ""});
            } else {
                entries.push_back(
                    {row.title, row.hint + " " + std::string(row.setting != nullptr ? row.setting->help : "")});
            }
        }
        rows_.clear();
        for (const std::size_t number : search(entries, typed)) rows_.push_back(std::move(rows[number]));
    }

    /// The values of the setting that is edited: those to choose from, or the typed one; then the default.
    std::vector<Row> rows_of_values(const Context& context, const std::string& typed) const {
        const settings::Setting& setting = *edited_;
        const std::string current = settings::value_text(settings_with(context, setting), setting);
        std::vector<Row> rows;
        for (const std::string_view value : values_to_choose(setting)) {
            rows.push_back({.setting = &setting, .value = std::string(value), .title = std::string(value)});
            if (value == current) rows.back().hint = "current value";
        }
        if (rows.empty() && !typed.empty()) {
            rows.push_back({.setting = &setting, .value = typed, .title = fmt::format("{} {}", setting.name, typed)});
        }
        const std::string by_default = base::with_flags(settings::default_text(setting));
        rows.push_back({.setting = &setting, .title = "Reset", .hint = by_default});
        return rows;
    }

    void draw_list(Context& context, float height) {
        const float rows = static_cast<float>(rows_.size()) * ImGui::GetTextLineHeightWithSpacing();
        ImGui::PushStyleColor(ImGuiCol_Header, ImGui::GetStyleColorVec4(ImGuiCol_HeaderActive));
        ImGui::BeginChild("rows", {0, edited_ != nullptr ? std::min(rows, height) : height});
        std::optional<Row> chosen;
        for (std::size_t i = 0; i < rows_.size(); ++i) {
            const bool is_selected = static_cast<int>(i) == selected_;
            const std::string id = "##row" + std::to_string(i);
            const ImVec2 corner = ImGui::GetCursorScreenPos();
            if (ImGui::Selectable(id.c_str(), is_selected)) chosen = rows_[i];
            write_row(rows_[i], {corner.x + ImGui::GetFontSize() / 2, corner.y});
            if (is_selected && scrolls_) ImGui::SetScrollHereY();
        }
        scrolls_ = false;
        if (rows_.empty()) ImGui::TextDisabled("No match");
        ImGui::EndChild();
        ImGui::PopStyleColor();
        if (chosen) choose(context, *chosen);
    }

    /// What the selected row is about.
    void draw_help(float height) const {
        ImGui::Separator();
        ImGui::BeginChild("help", {0, height});
        const auto number = static_cast<std::size_t>(selected_);
        const settings::Setting* const setting = number < rows_.size() ? rows_[number].setting : edited_;
        ImGui::PushStyleColor(ImGuiCol_Text, ImGui::GetStyleColorVec4(ImGuiCol_TextDisabled));
        const std::string help = setting != nullptr ? base::with_flags(help_text(*setting))
                                                    : "↑ ↓ select, Enter runs the command, Esc closes.";
        ImGui::TextWrapped("%s", help.c_str());
        ImGui::PopStyleColor();
        ImGui::EndChild();
    }

    static constexpr std::size_t kMostText = 512;
    std::array<char, kMostText> typed_{};
    std::string early_;                          ///< typed before the field was ready
    std::optional<std::string> searched_;        ///< the text that rows_ suit; none: not searched yet
    std::vector<Row> all_;                       ///< all commands and settings, as they were when it was opened
    std::vector<Row> rows_;                      ///< those that suit the text, or the values of `edited_`
    const settings::Setting* edited_ = nullptr;  ///< whose values are listed; null: the search
    int selected_ = 0;
    int field_ = 0;  ///< number of the text field: a new one does not keep the text of the one before
    bool open_ = false;
    bool appears_ = false;  ///< with the next frame
    bool is_typing_ = false;
    bool scrolls_ = false;  ///< to the selected row
};

}  // namespace

std::unique_ptr<Element> make_palette(Context& /*context*/) {
    return std::make_unique<Palette>();
}

}  // namespace scorefield::viewer
