#include "app/viewer/viewer.hpp"

#include <fmt/format.h>
#include <imgui.h>

#include <algorithm>
#include <cmath>

#include "app/gpu_device.hpp"
#include "app/output.hpp"
#include "base/error.hpp"
#include "render/png_file.hpp"

namespace scorefield::app {
namespace {

namespace fs = std::filesystem;

constexpr float kPanelWidth = 330;      ///< screen units
constexpr float kLeastPicture = 160;    ///< a narrower window hides the panel
constexpr double kStepBudget_ms = 30;   ///< of one frame
constexpr int kMostSteps = 64;          ///< of one frame
constexpr double kLongestFrame = 0.25;  ///< seconds; after longer pauses time does not jump
constexpr double kMinimisedWait = 0.1;  ///< seconds between looks at the desktop
constexpr double kWheelZoom = 1.15;

std::vector<fs::path> models_beside(const fs::path& model) {
    std::vector<fs::path> models;
    std::error_code unreadable;
    const fs::path folder = model.has_parent_path() ? model.parent_path() : fs::path(".");
    for (const fs::directory_entry& entry : fs::directory_iterator(folder, unreadable)) {
        if (entry.path().extension() == ".safetensors") models.push_back(entry.path());
    }
    std::ranges::sort(models);
    return models;
}

/// `scorefield_0000.png` or the first after it that is free.
fs::path screenshot_path() {
    for (int number = 0;; ++number) {
        fs::path path = fmt::format("scorefield_{:04}.png", number);
        if (!fs::exists(path)) return path;
    }
}

double seconds_between(std::chrono::steady_clock::time_point a, std::chrono::steady_clock::time_point b) {
    return std::chrono::duration<double>(b - a).count();
}

}  // namespace

Viewer::Viewer(const Settings& settings)
    : settings_(settings),
      window_(settings.width, settings.height, "Scorefield"),
      device_(device_request(settings, window_.instance_extensions())),
      scene_(std::make_unique<Scene>(device_, settings, layout(window_.framebuffer()).picture)),
      swapchain_(device_, window_.make_surface(device_.instance()), window_.framebuffer().width,
                 window_.framebuffer().height),
      interface_(window_, device_, swapchain_),
      panel_(models_beside(scene_->model().path), device_),
      log_(settings.frame_log),
      capture_(device_, 1),
      slots_{Slot{{device_, "frame, even"}, {}, 0}, Slot{{device_, "frame, odd"}, {}, 0}} {}

Viewer::~Viewer() {
    device_.wait_idle();
}

void Viewer::run() {
    last_frame_ = Clock::now();
    while (!window_.closed()) {
        const VkExtent2D size = window_.framebuffer();
        swapchain_.resize(size.width, size.height);
        if (window_.minimised() || size.width == 0 || size.height == 0) {
            window_.poll(kMinimisedWait);
            continue;
        }
        window_.poll();
        Slot& slot = slots_[frames_ % slots_.size()];
        finish(slot);
        const std::optional<gpu::Swapchain::Frame> target = swapchain_.acquire();
        if (target) frame(slot, *target);
    }
    for (std::size_t i = 0; i < slots_.size(); ++i) finish(slots_[(frames_ + i) % slots_.size()]);
    log_.commit();
}

Viewer::Layout Viewer::layout(VkExtent2D window) const {
    const float scale = window_.scale();
    Layout now;
    if (panel_open_ && static_cast<float>(window.width) >= scale * (kPanelWidth + kLeastPicture)) {
        now.panel = static_cast<std::uint32_t>(std::round(scale * kPanelWidth));
    }
    now.picture = {std::max(1U, window.width - now.panel), std::max(1U, window.height)};
    return now;
}

/// Waits until the slot's frame is drawn (what paces the loop) and takes its times.
void Viewer::finish(Slot& slot) {
    if (!slot.record) return;
    device_.wait(slot.recorder.submission());
    slot.record->gpu_ms = pass_times(slot.recorder.timings());
    graph_.add(slot.record->gpu_ms, slot.record->cpu_ms, 1e3 * frame_seconds_);
    graph_.note_steps(slot.record->gpu_ms, slot.steps);
    log_.add(*slot.record);
    slot.record.reset();
}

void Viewer::frame(Slot& slot, const gpu::Swapchain::Frame& target) {
    const Clock::time_point start = Clock::now();
    frame_seconds_ = seconds_between(last_frame_, start);
    last_frame_ = start;

    advance();
    const VkExtent2D window = target.image.extent();
    const Layout before = layout(window);
    const Requests requests = declare_interface(before, window);
    serve(requests);
    const Layout now = layout(window);
    if (now.picture.width != scene_->extent().width || now.picture.height != scene_->extent().height) {
        scene_->resize(now.picture);
        if (!camera_moved_) scene_->fit_camera();
    }
    save_screenshot();

    const int shown_before = scene_->player().moment().state;
    slot.recorder.begin();
    scene_->record(slot.recorder, settings_);
    const bool captured = screenshot_wanted_ && capture_.empty();
    if (captured) capture_.record(slot.recorder, scene_->picture());
    {
        const auto scope = slot.recorder.scope("UI");
        show_picture(slot.recorder, target, now.panel);
        interface_.record(slot.recorder, target);
        slot.recorder.prepare_present(target.image);
    }
    const gpu::Submission submission = device_.submit(slot.recorder, target.sync);
    if (captured) {
        capture_.submitted(submission);
        screenshot_wanted_ = false;
        screenshot_frame_ = frames_;
    }
    const Player& player = scene_->player();
    slot.record = FrameRecord{frames_,
                              1e3 * seconds_between(start, Clock::now()),
                              {},
                              player.count(),
                              player.moment().state,
                              player.program().steps,
                              player.program().sampler};
    slot.steps = std::max(0, player.moment().state - shown_before);
    swapchain_.present(target);
    ++frames_;
}

Requests Viewer::declare_interface(const Layout& now, VkExtent2D window) {
    Requests requests;
    interface_.begin_frame();
    read_keys(window_.take_keys(), settings_, requests, help_open_, panel_open_);
    if (now.panel > 0) {
        const ImVec2 pixels = ImGui::GetIO().DisplayFramebufferScale;
        panel_.draw(static_cast<float>(now.panel) / pixels.x, static_cast<float>(window.height) / pixels.y, settings_,
                    *scene_, graph_, requests);
    }
    panel_.draw_help(help_open_);
    move_camera(now);
    interface_.end_frame();
    return requests;
}

/// The picture under the mouse: wheel zooms at the pointer, dragging moves.
void Viewer::move_camera(const Layout& now) {
    const ImGuiIO& io = ImGui::GetIO();
    if (io.WantCaptureMouse) return;
    const double x = static_cast<double>(io.MousePos.x * io.DisplayFramebufferScale.x) - now.panel;
    const double y = static_cast<double>(io.MousePos.y * io.DisplayFramebufferScale.y);
    if (io.MouseWheel != 0) {
        scene_->camera.zoom_at(now.picture, {x, y}, std::pow(kWheelZoom, static_cast<double>(io.MouseWheel)));
        camera_moved_ = true;
    }
    if (ImGui::IsMouseDragging(ImGuiMouseButton_Left, 0)) {
        scene_->camera.pan(now.picture, static_cast<double>(io.MouseDelta.x * io.DisplayFramebufferScale.x),
                           static_cast<double>(io.MouseDelta.y * io.DisplayFramebufferScale.y));
        camera_moved_ = true;
    }
}

void Viewer::serve(const Requests& requests) {
    if (requests.run_changed) apply_run();
    if (requests.model) change_model(*requests.model);
    Playback& playback = scene_->player().playback();
    if (requests.restart) playback.restart();
    if (requests.step) playback.step();
    if (requests.toggle_play) {
        if (playback.finished()) {
            playback.restart();
            playback.play();
        } else if (playback.playing()) {
            playback.pause();
        } else {
            playback.play();
        }
    }
    if (requests.fit) {
        scene_->fit_camera();
        camera_moved_ = false;
    }
    screenshot_wanted_ |= requests.screenshot;
}

/// What cannot be done is said in the panel, and what was running goes on.
void Viewer::apply_run() {
    try {
        scene_->apply(settings_);
        panel_.message.clear();
    } catch (const base::Error& error) {
        panel_.message = error.what();
    }
}

void Viewer::change_model(const fs::path& path) {
    Settings changed = settings_;
    changed.model = path.string();
    try {
        auto scene = std::make_unique<Scene>(device_, changed, scene_->extent());
        device_.wait_idle();
        scene_ = std::move(scene);
        settings_ = changed;
        camera_moved_ = false;
        panel_.message.clear();
    } catch (const base::Error& error) {
        panel_.message = error.what();
    }
}

void Viewer::advance() {
    const double step_ms = graph_.step_ms();
    const int affordable =
        step_ms > 0 ? static_cast<int>(std::clamp<double>(kStepBudget_ms / step_ms, 1, kMostSteps)) : 1;
    scene_->player().playback().advance(std::min(frame_seconds_, kLongestFrame),
                                        {settings_.steps_per_second, settings_.hold, settings_.loop}, affordable);
}

void Viewer::show_picture(gpu::Recorder& recorder, const gpu::Swapchain::Frame& target, std::uint32_t left) {
    const gpu::Image& picture = scene_->picture();
    const VkExtent2D window = target.image.extent();
    const VkExtent2D shown = picture.extent();
    constexpr VkPipelineStageFlags2 kTransfer = VK_PIPELINE_STAGE_2_ALL_TRANSFER_BIT;
    const gpu::ExternalUse uses[] = {
        {nullptr, &picture, {kTransfer, VK_ACCESS_2_TRANSFER_READ_BIT, VK_IMAGE_LAYOUT_TRANSFER_SRC_OPTIMAL}},
        {nullptr, &target.image, {kTransfer, VK_ACCESS_2_TRANSFER_WRITE_BIT, VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL}}};
    recorder.external("show picture", uses, [&](VkCommandBuffer commands) {
        const VkImageSubresourceLayers whole = {VK_IMAGE_ASPECT_COLOR_BIT, 0, 0, 1};
        const auto width = static_cast<std::int32_t>(std::min(shown.width, window.width - left));
        const auto height = static_cast<std::int32_t>(std::min(shown.height, window.height));
        const auto x = static_cast<std::int32_t>(left);
        const VkImageBlit region = {whole, {{0, 0, 0}, {width, height, 1}}, whole, {{x, 0, 0}, {x + width, height, 1}}};
        vkCmdBlitImage(commands, picture.handle(), VK_IMAGE_LAYOUT_TRANSFER_SRC_OPTIMAL, target.image.handle(),
                       VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL, 1, &region, VK_FILTER_NEAREST);
    });
}

/// Writes the picture asked for once its frame is sure to be drawn.
void Viewer::save_screenshot() {
    if (capture_.empty() || frames_ < screenshot_frame_ + slots_.size()) return;
    const fs::path path = screenshot_path();
    try {
        render::write_png(path, capture_.take());
        panel_.message = "saved " + fs::absolute(path).string();
    } catch (const base::Error& error) {
        panel_.message = error.what();
    }
}

}  // namespace scorefield::app
