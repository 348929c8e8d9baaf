// The dialog about unsaved work, answered by keys. ImGui runs without a window.
#include <imgui.h>

#include "tests/gpu/gpu_fixture.hpp"
#include "viewer/element.hpp"

#define GLFW_INCLUDE_NONE
#include <GLFW/glfw3.h>

namespace scorefield::viewer {

std::unique_ptr<Element> make_unsaved_dialog(Context& context);

namespace {

class UnsavedDialogTest : public gpu::GpuTest {
  protected:
    UnsavedDialogTest() {
        ImGui::CreateContext();
        ImGuiIO& io = ImGui::GetIO();
        io.IniFilename = nullptr;
        io.DisplaySize = {800, 600};
        io.Fonts->Build();
    }
    ~UnsavedDialogTest() override { ImGui::DestroyContext(); }

    /// Makes an unsaved painting.
    void paint() { context.board.stroke(std::nullopt, {100, 100}); }
    void ask(std::string name) {
        unless_unsaved(context, true, [this, name = std::move(name)] { went_on.push_back(name); });
    }
    /// Runs the frame in which the key is pressed, then the update that handles the answer.
    void press(int key) {
        context.keys = {{key}};
        ImGui::NewFrame();
        dialog->draw(context);
        ImGui::EndFrame();
        dialog->update(context);
    }

    const base::ScratchFolder folder;
    Context context = {.device = device(),
                       .settings = {},
                       .scene = nullptr,
                       .notes = {},
                       .training = Training(device(), settings::Settings())};
    std::unique_ptr<Element> dialog = make_unsaved_dialog(context);
    std::vector<std::string> went_on;
};

TEST_F(UnsavedDialogTest, IsNotAskedWhereEverythingIsSaved) {
    ask("close");
    EXPECT_EQ(went_on, std::vector<std::string>{"close"});
    paint();
    ASSERT_TRUE(context.board.save(folder / "painting.png"));
    EXPECT_FALSE(context.board.save(folder / "other.png"));
    while (context.board.saving()) context.board.poll();
    ask("again");
    EXPECT_EQ(went_on.size(), 2U);
    EXPECT_FALSE(context.question);
}

TEST_F(UnsavedDialogTest, GoesOnOnceAfterDiscardAndNeverAfterCancel) {
    paint();
    ask("first");
    press(GLFW_KEY_SPACE);
    EXPECT_TRUE(went_on.empty());
    EXPECT_TRUE(context.question);
    press(GLFW_KEY_ESCAPE);
    EXPECT_FALSE(context.question);
    ask("second");
    press(GLFW_KEY_D);
    EXPECT_EQ(went_on, std::vector<std::string>{"second"});
    press(GLFW_KEY_D);
    EXPECT_EQ(went_on.size(), 1U);
}

// The end of the earlier save must not answer the later question.
TEST_F(UnsavedDialogTest, WaitsForItsOwnAnswerWhileAnEarlierOneIsBeingSaved) {
    paint();
    ask("earlier");
    context.question->stage = UnsavedQuestion::Stage::written;
    ask("later");
    dialog->update(context);
    EXPECT_TRUE(went_on.empty());
    ASSERT_TRUE(context.question);
    press(GLFW_KEY_D);
    EXPECT_EQ(went_on, std::vector<std::string>{"later"});
}

TEST_F(UnsavedDialogTest, GoesOnWhenThePaintingHasBeenWrittenBesideTheFrames) {
    const std::filesystem::path before = std::filesystem::current_path();
    std::filesystem::current_path(folder.path());
    paint();
    ask("close");
    press(GLFW_KEY_ENTER);
    EXPECT_TRUE(context.board.saving());
    EXPECT_TRUE(went_on.empty());
    while (context.board.saving()) follow_painting(context);
    dialog->update(context);
    EXPECT_EQ(went_on, std::vector<std::string>{"close"});
    EXPECT_FALSE(context.board.unsaved());
    EXPECT_TRUE(std::filesystem::exists(folder / "painting_0000.png"));
    std::filesystem::current_path(before);
}

TEST_F(UnsavedDialogTest, LosesNothingWhereThePaintingCouldNotBeWritten) {
    const std::filesystem::path before = std::filesystem::current_path();
    const std::filesystem::path gone = folder / "gone";
    std::filesystem::create_directory(gone);
    std::filesystem::current_path(gone);
    std::filesystem::remove(gone);
    paint();
    ask("close");
    press(GLFW_KEY_ENTER);
    while (context.board.saving()) follow_painting(context);
    dialog->update(context);
    EXPECT_TRUE(went_on.empty());
    EXPECT_FALSE(context.question);
    EXPECT_TRUE(context.board.unsaved());
    EXPECT_EQ(context.messages.at(0).kind, MessageKind::error);
    std::filesystem::current_path(before);
}

TEST_F(UnsavedDialogTest, LosesNothingWhereTheModelCouldNotBeWritten) {
    paint();
    ask("close");
    context.question->stage = UnsavedQuestion::Stage::written;  // although no save has succeeded
    dialog->update(context);
    EXPECT_TRUE(went_on.empty());
    EXPECT_FALSE(context.question);
}

}  // namespace
}  // namespace scorefield::viewer
