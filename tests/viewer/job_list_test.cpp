// The list of background jobs, used with the mouse. ImGui runs without a window.
#include <imgui.h>

#include <string>
#include <vector>

#include "tests/gpu/gpu_fixture.hpp"
#include "viewer/element.hpp"

namespace scorefield::viewer {

std::unique_ptr<Element> make_job_list(Context& context);

namespace {

class JobListTest : public gpu::GpuTest {
  protected:
    static constexpr float kHeight = 600;

    JobListTest() {
        ImGui::CreateContext();
        ImGuiIO& io = ImGui::GetIO();
        io.IniFilename = nullptr;
        io.DisplaySize = {800, kHeight};
        io.DisplayFramebufferScale = {1, 1};
        io.Fonts->Build();
    }
    ~JobListTest() override { ImGui::DestroyContext(); }

    JobProgress job(const std::string& name, double seconds) {
        return {.name = name, .parts_done = 0, .seconds = seconds, .cancel_help = "", .cancel = [this, name] {
                    cancelled.push_back(name);
                }};
    }
    void frame() {
        ImGui::NewFrame();
        list->draw(context);
        ImGui::EndFrame();
    }
    /// Clicks at the begin of a row of the list, which has `rows` of them.
    void click(int row, int rows) {
        frame();
        frame();  // the window has its size
        const ImGuiStyle& style = ImGui::GetStyle();
        const float above = static_cast<float>(rows - row) * ImGui::GetFrameHeightWithSpacing() - style.ItemSpacing.y;
        ImGuiIO& io = ImGui::GetIO();
        io.MousePos = {style.WindowPadding.x + 5,
                       kHeight - style.WindowPadding.y - above + ImGui::GetFrameHeight() / 2};
        frame();
        io.MouseDown[0] = true;
        frame();
        io.MouseDown[0] = false;
        frame();
    }

    Context context = {.device = device(),
                       .settings = {},
                       .scene = nullptr,
                       .notes = {},
                       .training = Training(device(), settings::Settings())};
    std::unique_ptr<Element> list = make_job_list(context);
    std::vector<std::string> cancelled;
};

TEST_F(JobListTest, CancelsTheJobWhoseButtonIsClicked) {
    context.jobs = {job("compiling", 1), job("preparing", 2)};
    click(1, 2);
    EXPECT_EQ(cancelled, std::vector<std::string>{"preparing"});
    click(0, 2);
    EXPECT_EQ(cancelled, (std::vector<std::string>{"preparing", "compiling"}));
}

TEST_F(JobListTest, ShowsNoQuickJobsAndNoButtonForJobsThatCannotBeCancelled) {
    JobProgress saving = job("saving", 5);
    saving.cancel = nullptr;
    context.jobs = {job("quick", 0.1), saving, job("floor", 3)};
    click(0, 2);
    EXPECT_TRUE(cancelled.empty());
    click(1, 2);
    EXPECT_EQ(cancelled, std::vector<std::string>{"floor"});
}

TEST_F(JobListTest, TakesEscapeOnlyForWhatChangesThePicture) {
    context.jobs = {job("floor", 3)};
    context.requests.escape = true;
    list->update(context);
    EXPECT_TRUE(context.requests.escape);
    EXPECT_FALSE(context.requests.cancel_change);
    context.change = job("compiling", 1);
    list->update(context);
    EXPECT_FALSE(context.requests.escape);
    EXPECT_TRUE(context.requests.cancel_change);
}

}  // namespace
}  // namespace scorefield::viewer
