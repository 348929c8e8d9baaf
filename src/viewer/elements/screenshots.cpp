// Saves screenshots as PNG files (`scorefield_0000.png`, …) in the working folder, one at a time: of the picture, drawn
// again in a larger size if that is chosen, or of the whole window; and the dialog with these choices. Background jobs
// make room, draw and write; no frame waits for them.
#include <fmt/format.h>
#include <imgui.h>

#include <charconv>
#include <filesystem>
#include <memory>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "base/background_job.hpp"
#include "render/capture.hpp"
#include "render/png_file.hpp"
#include "session/still.hpp"
#include "settings/picture_text.hpp"
#include "viewer/controls.hpp"
#include "viewer/element.hpp"
#include "viewer/free_path.hpp"
#include "viewer/pane_sizes.hpp"

namespace scorefield::viewer {
namespace {

namespace fs = std::filesystem;

using Texts = std::vector<data::PngText>;

/// Writes the picture and returns its path.
std::string write(const render::Picture& picture, const Texts& texts) {
    const fs::path path = free_path("scorefield", ".png");
    render::write_png(path, picture, texts);
    std::error_code unknown;
    return fs::absolute(path, unknown).string();
}

/// What shows through the picture is shown over black there.
render::Picture without_transparency(render::Picture picture) {
    for (std::size_t i = 3; i < picture.rgba.size(); i += 4) picture.rgba[i] = 255;
    return picture;
}

std::uint32_t chosen_scale(const settings::Settings& settings) {
    std::uint32_t scale = 1;
    const std::string& text = settings.screenshot_scale;
    std::from_chars(text.data(), text.data() + text.size(), scale);
    return scale;
}

/// All panes at one moment.
struct Stills {
    std::vector<session::Still> panes;
    std::vector<VkRect2D> places;
    VkExtent2D extent{};

    render::Picture draw(std::uint32_t scale, base::Task& task) {
        std::vector<render::Picture> pictures;
        for (session::Still& pane : panes) {
            task.step();
            pictures.push_back(pane.draw(scale));
        }
        if (pictures.size() == 1) return std::move(pictures.front());
        return session::join_pictures(pictures, places, extent, scale, panes.front().look().background);
    }
};

class Screenshots : public Element {
  public:
    explicit Screenshots(gpu::Device& device) : device_(device), capture_(device, 1) {}

    void update(Context& context) override {
        serve_dialog(context);
        if (context.requests.screenshot) begin(context);
        if (auto outcome = written_.poll()) {
            context.messages.add(outcome->result ? Message{MessageKind::info, "saved " + *outcome->result}
                                                 : Message{MessageKind::error, outcome->error});
        } else if (!written_.wanted() && !capture_.empty() && device_.completed(submission_)) {
            write_capture();
        } else if (!written_.wanted() && stills_ && stills_recorded_ && have_arrived()) {
            write_stills();
        }
        follow_room(context);
        if (written_.wanted()) context.jobs.push_back(progress_of(written_));
    }

    void draw(Context& context) override {
        if (open_) draw_dialog(context);
    }

    void record(gpu::Recorder& recorder, const Context& context) override {
        recorded_ = false;
        if (wanted_ == Wanted::stills && stills_ && !stills_recorded_) record_stills(recorder, context);
        const bool is_picture = wanted_ == Wanted::picture;
        const bool is_window = wanted_ == Wanted::window && context.window_image != nullptr;
        if (capture_.full() || (!is_picture && !is_window)) return;
        // What the window shows is the last frame: the dialog may still be in it.
        if (is_window && frames_to_wait_ > 0) {
            --frames_to_wait_;
            return;
        }
        capture_.record(recorder, is_picture ? context.panes.picture(*context.scene) : *context.window_image);
        of_window_ = is_window;
        recorded_ = true;
        wanted_ = Wanted::nothing;
    }

    void submitted(gpu::Submission submission) override {
        if (recorded_) {
            capture_.submitted(submission);
            submission_ = submission;
            recorded_ = false;
        }
        if (!stills_ || !stills_just_recorded_) return;
        for (session::Still& pane : stills_->panes) pane.submitted(submission);
        stills_just_recorded_ = false;
        stills_recorded_ = true;
    }

    void finish() override {
        written_.wait();
        written_.poll();
        if (!capture_.empty()) {
            write_capture();
        } else if (stills_ && stills_recorded_) {
            write_stills();
        }
        written_.wait();
    }

  private:
    enum class Wanted : std::uint8_t { nothing, picture, window, stills };

    void serve_dialog(Context& context) {
        Requests& requests = context.requests;
        if (requests.toggle_screenshots) open_ = !open_;
        if (requests.escape && open_) {
            open_ = false;
            requests.escape = false;
        }
    }

    /// Begins with what the settings choose; a screenshot that is not recorded yet is replaced.
    void begin(Context& context) {
        constexpr int kFramesOfDialog = 2;
        open_ = false;
        scale_ = chosen_scale(context.settings);
        texts_ = settings::picture_texts(settings_to_share(context));
        if (context.settings.screenshot == settings::kScreenshots[1]) {
            wanted_ = Wanted::window;
            frames_to_wait_ = kFramesOfDialog;
        } else {
            wanted_ = scale_ == 1 ? Wanted::picture : Wanted::stills;
        }
    }

    bool has_room_for(const std::vector<PaneSize>& sizes) const {
        if (!stills_ || stills_->panes.size() != sizes.size()) return false;
        for (std::size_t i = 0; i < sizes.size(); ++i) {
            if (!stills_->panes[i].has_room_for(sizes[i].count, sizes[i].dim)) return false;
        }
        return true;
    }

    /// Makes room for the particles of a larger picture, which the next frame then copies.
    void follow_room(Context& context) {
        if (auto outcome = room_.poll()) {
            if (outcome->result) {
                stills_ = std::move(*outcome->result);
            } else {
                context.messages.add({MessageKind::error, outcome->error});
                wanted_ = Wanted::nothing;
            }
        }
        if (wanted_ != Wanted::stills || stills_recorded_ || room_.wanted()) return;
        const std::vector<PaneSize> sizes = pane_sizes(context);
        if (has_room_for(sizes)) return;
        stills_.reset();
        room_.ask("Making room for a screenshot", [&device = device_, sizes](base::Task& /*task*/) {
            auto stills = std::make_shared<Stills>();
            for (const auto& [count, dim] : sizes) stills->panes.emplace_back(device, count, dim);
            return stills;
        });
    }

    void record_stills(gpu::Recorder& recorder, const Context& context) {
        if (!has_room_for(pane_sizes(context)) || !context.panes.fits(*context.scene)) return;
        if (!all_panes_show_particles(context)) return;
        for (std::size_t i = 0; i < stills_->panes.size(); ++i) {
            context.scene_of(i).record_still(recorder, stills_->panes[i]);
        }
        stills_->places = context.panes.places();
        stills_->extent = context.panes.extent(*context.scene);
        stills_just_recorded_ = true;
        wanted_ = Wanted::nothing;
    }

    bool have_arrived() const {
        for (const session::Still& pane : stills_->panes) {
            if (!pane.arrived()) return false;
        }
        return true;
    }

    void write_capture() {
        written_.ask("Saving a screenshot",
                     [picture = capture_.take(), texts = texts_, of_window = of_window_](base::Task& /*task*/) {
                         return write(of_window ? without_transparency(picture) : picture, texts);
                     });
    }

    void write_stills() {
        stills_recorded_ = false;
        written_.ask(fmt::format("Drawing a screenshot, {} times as large", scale_),
                     [stills = std::exchange(stills_, nullptr), texts = texts_, scale = scale_](base::Task& task) {
                         return write(stills->draw(scale, task), texts);
                     });
    }

    void draw_dialog(Context& context) {
        constexpr float kWidth = 24;  // of the text size
        const ImVec2 size = ImGui::GetIO().DisplaySize;
        const ImVec2 pixels = ImGui::GetIO().DisplayFramebufferScale;
        const Layout& layout = context.layout;
        const float middle =
            (static_cast<float>(layout.left) + 0.5F * static_cast<float>(layout.picture.width)) / pixels.x;
        ImGui::SetNextWindowPos({middle, size.y / 3}, ImGuiCond_Appearing, {0.5F, 0.5F});
        ImGui::SetNextWindowSize({kWidth * ImGui::GetFontSize(), 0});
        const bool shown = ImGui::Begin("Screenshot", &open_,
                                        ImGuiWindowFlags_NoCollapse | ImGuiWindowFlags_NoResize |
                                            ImGuiWindowFlags_NoSavedSettings | ImGuiWindowFlags_NoFocusOnAppearing);
        if (shown) draw_choices(context);
        ImGui::End();
    }

    static void draw_choices(Context& context) {
        settings::Settings& settings = context.settings;
        control(settings, "ui.screenshot", "what");
        const bool of_window = settings.screenshot == settings::kScreenshots[1];
        const std::uint32_t scale = of_window ? 1 : chosen_scale(settings);
        if (!of_window) control(settings, "ui.screenshot_scale", "times as large");
        control(settings, "look.background", "background");
        VkExtent2D extent = context.panes.extent(*context.scene);
        if (of_window && context.window_image != nullptr) extent = context.window_image->extent();
        ImGui::TextDisabled("%u × %u pixels, in the working folder", extent.width * scale, extent.height * scale);
        if (button("Save", share_of_row(1), "Save it; S alone does the same again  (S)")) {
            context.requests.screenshot = true;
        }
    }

    gpu::Device& device_;
    render::Capture capture_;
    Wanted wanted_ = Wanted::nothing;  ///< save the next frame that can be captured
    Texts texts_;                      ///< of the wanted screenshot
    std::uint32_t scale_ = 1;
    int frames_to_wait_ = 0;
    bool recorded_ = false;   ///< the current recording contains the capture
    bool of_window_ = false;  ///< the capture is of the window
    gpu::Submission submission_;
    std::shared_ptr<Stills> stills_;     ///< room for the next larger picture; null: none
    bool stills_just_recorded_ = false;  ///< the current recording copies to them
    bool stills_recorded_ = false;
    bool open_ = false;  ///< the dialog
    base::BackgroundJob<std::shared_ptr<Stills>> room_;
    base::BackgroundJob<std::string> written_;
};

}  // namespace

std::unique_ptr<Element> make_screenshots(Context& context) {
    return std::make_unique<Screenshots>(context.device);
}

}  // namespace scorefield::viewer
