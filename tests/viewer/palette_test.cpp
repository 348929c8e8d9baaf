// The command palette, used by keyboard alone. ImGui runs without a window.
#include <gmock/gmock.h>
#include <imgui.h>

#include <string>
#include <vector>

#include "tests/gpu/gpu_fixture.hpp"
#include "tests/settings/other_value.hpp"
#include "viewer/element.hpp"
#include "viewer/keys.hpp"
#include "viewer/setting_change.hpp"
#include "viewer/undo.hpp"

#define GLFW_INCLUDE_NONE
#include <GLFW/glfw3.h>

namespace scorefield::viewer {

std::unique_ptr<Element> make_palette(Context& context);

namespace {

using settings::Setting;
using settings::Settings;
using testing::HasSubstr;

class PaletteTest : public gpu::GpuTest {
  protected:
    PaletteTest() {
        ImGui::CreateContext();
        ImGuiIO& io = ImGui::GetIO();
        io.IniFilename = nullptr;
        io.DisplaySize = {800, 600};
        io.DisplayFramebufferScale = {1, 1};
        io.Fonts->Build();
    }
    ~PaletteTest() override { ImGui::DestroyContext(); }

    void frame() {
        palette->update(context);
        context.requests.toggle_palette = false;
        ImGui::NewFrame();
        palette->draw(context);
        ImGui::EndFrame();
        context.keys.clear();
    }
    void press(int key, bool control = false) {
        context.keys = {{.key = key, .control = control}};
        frame();
    }
    void type(const std::string& text) {
        ImGui::GetIO().AddInputCharactersUTF8(text.c_str());
        for (int i = 0; i < 4; ++i) frame();  // until the field has the keyboard
    }
    void open() {
        context.requests = {};
        context.requests.toggle_palette = true;
        frame();
    }
    /// Chooses the setting by its name, and gives it the value if the palette asks for one.
    void set(const Setting& setting, const std::string& value) {
        open();
        type(std::string(setting.name));
        press(GLFW_KEY_ENTER);
        if (!context.types_command) return;
        type(value);
        press(GLFW_KEY_ENTER);
        EXPECT_FALSE(context.types_command) << setting.name << " " << value;
    }
    const Settings& settings_with(const Setting& setting) const {
        return is_of_training(setting) ? context.training.plan : context.settings;
    }
    std::string last_message() const { return context.messages.at(context.messages.count() - 1).text; }

    Context context = {
        .device = device(), .settings = {}, .scene = nullptr, .notes = {}, .training = Training(device(), Settings())};
    std::unique_ptr<Element> palette = make_palette(context);
};

bool same_values(const Settings& a, const Settings& b) {
    bool same = true;
    for (const Setting& each : settings::setting_table()) same = same && settings::same_value(a, b, each);
    return same;
}

TEST_F(PaletteTest, SetsEverySettingOfTheViewerWhichUndoTakesBack) {
    int changed = 0;
    for (const Setting& setting : settings::setting_table()) {
        if (!setting.taken_by(settings::Command::view)) continue;
        context.settings = {};
        context.training.plan = {};
        context.history = {};
        Settings other;
        ASSERT_TRUE(settings::give_other_value(other, setting)) << setting.name;
        const std::string value = setting.name == "device" ? "host" : settings::value_text(other, setting);
        context.history.note(context.settings, context.training.plan);
        set(setting, value);
        if (is_of_start(setting)) {
            EXPECT_THAT(last_message(), HasSubstr("--" + std::string(setting.name)));
            EXPECT_TRUE(same_values(context.settings, {})) << setting.name;
            continue;
        }
        if (setting.name == "target" || setting.name == "scene") {
            EXPECT_EQ(setting.name == "target" ? context.requests.target : context.requests.open_scene->string(),
                      value);
            continue;
        }
        EXPECT_EQ(settings::value_text(settings_with(setting), setting), value) << setting.name;
        const bool is_of_run = setting.group == "Sampler" || setting.group == "Particles";
        EXPECT_EQ(context.requests.run_changed, is_of_run) << setting.name;
        context.history.note(context.settings, context.training.plan);
        context.requests = {};
        context.requests.undo = true;
        serve_undo(context);
        EXPECT_TRUE(same_values(context.settings, {}) && same_values(context.training.plan, {})) << setting.name;
        EXPECT_EQ(context.requests.run_changed, is_of_run) << setting.name;
        context.requests = {};
        context.requests.redo = true;
        serve_undo(context);
        EXPECT_EQ(settings::value_text(settings_with(setting), setting), value) << setting.name;
        ++changed;
    }
    EXPECT_GT(changed, 80);
}

TEST_F(PaletteTest, RunsWhatKeysDo) {
    for (const KeyCommand& command : key_commands()) {
        if (command.is_gesture()) continue;
        open();
        type(command.action);
        context.requests = {};
        press(GLFW_KEY_ENTER);
        EXPECT_FALSE(context.types_command) << command.action;
        EXPECT_TRUE(command.request == nullptr || context.requests.*command.request) << command.action;
    }
}

TEST_F(PaletteTest, SelectsWithTheArrowsAndLeavesWithEscape) {
    const Setting& map = *settings::find_setting("look.map");
    open();
    type("look.map");
    press(GLFW_KEY_ENTER);
    press(GLFW_KEY_DOWN);
    press(GLFW_KEY_DOWN);
    press(GLFW_KEY_UP);
    press(GLFW_KEY_ENTER);
    EXPECT_EQ(settings::value_text(context.settings, map), render::kColourMapNames[1]);
    open();
    type("look.map");
    press(GLFW_KEY_ENTER);
    press(GLFW_KEY_ESCAPE);
    EXPECT_TRUE(context.types_command) << "from the values to the search";
    press(GLFW_KEY_ESCAPE);
    EXPECT_FALSE(context.types_command);
    open();
    press(GLFW_KEY_P, true);
    EXPECT_FALSE(context.types_command) << "the key that opens it closes it";
}

TEST_F(PaletteTest, StaysWithAValueThatIsRefused) {
    open();
    type("steps");
    press(GLFW_KEY_ENTER);
    type("-5");
    press(GLFW_KEY_ENTER);
    EXPECT_THAT(last_message(), HasSubstr("is below 1"));
    EXPECT_TRUE(context.types_command);
    EXPECT_EQ(context.settings.steps, Settings().steps);
}

TEST_F(PaletteTest, ReplacesAProgramByTheSettingsThatItReplaces) {
    context.settings.program = "three_states";
    context.settings.timesteps = "5,3";
    set(*settings::find_setting("sampler"), "ddpm");
    EXPECT_EQ(context.settings.program, "");
    EXPECT_EQ(context.settings.timesteps, "5,3");
    set(*settings::find_setting("steps"), "20");
    EXPECT_EQ(context.settings.timesteps, "");
}

}  // namespace
}  // namespace scorefield::viewer
