// The background jobs, above the status bar: name, progress, and a Cancel button unless they only write a file. The
// buttons stand on the left, so that they keep their places while the numbers change.
#include <fmt/format.h>
#include <imgui.h>

#include <vector>

#include "viewer/controls.hpp"
#include "viewer/element.hpp"

namespace scorefield::viewer {
namespace {

constexpr double kQuick = 0.3;  ///< seconds; faster jobs are not shown

std::string progress_text(const JobProgress& job) {
    const std::string parts = job.parts_done > 0 ? fmt::format("{} parts done, ", job.parts_done) : "";
    return fmt::format("{} ({}{:.0f} s)", job.name, parts, job.seconds);
}

void draw_job(const JobProgress& job) {
    ImGui::PushID(job.name.c_str());
    if (job.cancel) {
        if (ImGui::Button("Cancel")) job.cancel();
        tooltip(job.cancel_help);
        ImGui::SameLine();
    } else {
        ImGui::AlignTextToFramePadding();
    }
    ImGui::TextUnformatted(progress_text(job).c_str());
    ImGui::PopID();
}

class JobList : public Element {
  public:
    JobList() : Element(Place::window, "", Needs::nothing) {}

    /// Escape cancels what changes the picture.
    void update(Context& context) override {
        if (!context.requests.escape || !context.change) return;
        context.requests.cancel_change = true;
        context.requests.escape = false;
    }

    void draw(Context& context) override {
        std::vector<const JobProgress*> shown;
        for (const JobProgress& job : context.jobs) {
            if (job.seconds > kQuick) shown.push_back(&job);
        }
        if (shown.empty()) return;
        const ImVec2 pixels = ImGui::GetIO().DisplayFramebufferScale;
        const std::uint32_t below = context.layout.row + context.layout.timeline + context.layout.about;
        const float bottom = ImGui::GetIO().DisplaySize.y - static_cast<float>(below) / pixels.y;
        const ImGuiStyle& style = ImGui::GetStyle();
        const auto rows = static_cast<float>(shown.size());
        const float height =
            rows * ImGui::GetFrameHeightWithSpacing() - style.ItemSpacing.y + 2 * style.WindowPadding.y;
        ImGui::SetNextWindowPos({static_cast<float>(context.layout.left) / pixels.x, bottom - height});
        ImGui::SetNextWindowSize({0, height});
        ImGui::Begin("jobs", nullptr, kFixedWindow | ImGuiWindowFlags_AlwaysAutoResize);
        for (std::size_t i = 0; i < shown.size(); ++i) draw_job(*shown[i]);
        ImGui::End();
    }
};

}  // namespace

std::unique_ptr<Element> make_job_list(Context& /*context*/) {
    return std::make_unique<JobList>();
}

}  // namespace scorefield::viewer
