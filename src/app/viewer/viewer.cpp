#include "app/viewer/viewer.hpp"

#include <fmt/format.h>
#include <imgui.h>

#include <algorithm>
#include <cmath>

#include "app/gpu_device.hpp"
#include "app/interrupt.hpp"
#include "app/training_settings.hpp"
#include "base/error.hpp"

namespace scorefield::app {
namespace {

namespace fs = std::filesystem;

constexpr float kPanelWidth = 330;      ///< screen units
constexpr float kLeastPicture = 160;    ///< a narrower window hides the panel
constexpr double kMostSteps = 64;       ///< of one frame
constexpr double kLongestFrame = 0.25;  ///< seconds; after longer pauses time does not jump
constexpr double kMinimisedWait = 0.1;  ///< seconds between looks at the desktop
constexpr double kWheelZoom = 1.15;
constexpr double kPercent = 100;

/// The model that is shown, or the one that comes with Scorefield; empty where there is neither.
fs::path model_of(const Model& shown) {
    if (!shown.target) return shown.path;
    try {
        return default_model();
    } catch (const base::Error&) {
        // Exact targets need none.
        return {};
    }
}

/// Those in the folder of the model that is shown, or of the one that comes with Scorefield.
std::vector<fs::path> models_beside(const Model& shown) {
    std::vector<fs::path> models;
    std::error_code unreadable;
    const fs::path model = model_of(shown);
    if (model.empty()) return models;
    const fs::path folder = model.has_parent_path() ? model.parent_path() : fs::path(".");
    for (const fs::directory_entry& entry : fs::directory_iterator(folder, unreadable)) {
        if (entry.path().extension() == ".safetensors") models.push_back(entry.path());
    }
    std::ranges::sort(models);
    return models;
}

double seconds_between(std::chrono::steady_clock::time_point a, std::chrono::steady_clock::time_point b) {
    return std::chrono::duration<double>(b - a).count();
}

}  // namespace

Viewer::Viewer(const Settings& settings)
    : settings_(settings),
      opened_(settings),
      window_(settings.width, settings.height, "Scorefield"),
      device_(device_request(settings, window_.instance_extensions())),
      scene_(std::make_unique<Scene>(device_, settings, layout(window_.framebuffer()).picture)),
      swapchain_(device_, window_.make_surface(device_.instance()), window_.framebuffer().width,
                 window_.framebuffer().height),
      interface_(window_, device_, swapchain_),
      panel_(models_beside(scene_->model()), settings, device_),
      plan_(training_plan(settings, scene_->model())),
      moments_(device_),
      log_(settings.frame_log),
      screenshots_(device_),
      training_(device_),
      slots_{FrameSlot{{device_, "frame, even"}}, FrameSlot{{device_, "frame, odd"}}} {
    // They have been heeded; from now on the controls say what is wanted. What a target is asked for can be said or
    // not.
    std::erase_if(settings_.given,
                  [&](const std::string& name) { return settings.target.empty() || name != "prediction"; });
    opened_ = ScoreChoice(settings_);
    moments_.watch(*scene_);
}

Viewer::~Viewer() {
    device_.drain();
}

void Viewer::run() {
    last_frame_ = Clock::now();
    while (!window_.closed() && !interrupted()) {
        const VkExtent2D size = window_.framebuffer();
        swapchain_.resize(size.width, size.height);
        if (window_.minimised() || size.width == 0 || size.height == 0) {
            window_.poll(kMinimisedWait);
            continue;
        }
        window_.poll();
        FrameSlot& slot = slots_[frames_ % slots_.size()];
        finish(slot);
        const std::optional<gpu::Swapchain::Frame> target = swapchain_.acquire();
        if (target) frame(slot, *target);
    }
    for (std::size_t i = 0; i < slots_.size(); ++i) finish(slots_[(frames_ + i) % slots_.size()]);
    log_.commit();
    screenshots_.finish();
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
void Viewer::finish(FrameSlot& slot) {
    const std::optional<FrameRecord> record = finish_frame(device_, slot, log_);
    if (!record) return;
    const double frame_ms = 1e3 * frame_seconds_;
    graph_.add(record->gpu_ms, record->cpu_ms, frame_ms);
    // Where the device has no clock they took no longer than the frame.
    const double steps_ms = time_of(record->gpu_ms, "network") + time_of(record->gpu_ms, "sampler");
    pace_.note(slot.particle_steps, steps_ms > 0 ? steps_ms : frame_ms);
    training_.note_frame(slot.training, time_of(record->gpu_ms, "training"), frame_ms);
}

void Viewer::frame(FrameSlot& slot, const gpu::Swapchain::Frame& target) {
    const Clock::time_point start = Clock::now();
    frame_seconds_ = seconds_between(last_frame_, start);
    last_frame_ = start;

    follow_training();
    advance();
    moments_.poll();
    const VkExtent2D window = target.image.extent();
    const Layout before = layout(window);
    const Requests requests = declare_interface(before, window);
    serve(requests);
    const Layout now = layout(window);
    if (now.picture.width != scene_->extent().width || now.picture.height != scene_->extent().height) {
        scene_->resize(now.picture);
    }
    if (std::optional<std::string> news = screenshots_.poll()) panel_.message = std::move(*news);

    slot.recorder.begin();
    training_.record(slot.recorder, settings_.live_share / kPercent);
    std::optional<LiveWeights> live;
    if (shows_training()) live.emplace(training_.weights(settings_.live_samples == "restart"));
    slot.particle_steps = scene_->record(slot.recorder, settings_, pace_.allowance(), live ? &*live : nullptr);
    screenshots_.record(slot.recorder, scene_->picture());
    {
        const auto scope = slot.recorder.scope("UI");
        moments_.record(slot.recorder, scene_->player());
        show_picture(slot.recorder, target, now.panel);
        interface_.record(slot.recorder, target);
        slot.recorder.prepare_present(target.image);
    }
    const gpu::Submission submission = device_.submit(slot.recorder, target.sync);
    screenshots_.submitted(submission);
    moments_.submitted(submission);
    slot.training = training_.submitted(submission);
    slot.record = frame_record(frames_, 1e3 * seconds_between(start, Clock::now()), scene_->model(), scene_->player());
    slot.record->frame_ms = 1e3 * frame_seconds_;
    swapchain_.present(target);
    ++frames_;
}

Requests Viewer::declare_interface(const Layout& now, VkExtent2D window) {
    Requests requests;
    interface_.begin_frame();
    read_keys(window_.take_keys(), settings_, requests, help_open_, panel_open_);
    for (std::filesystem::path& path : window_.take_dropped()) requests.train_file = std::move(path);
    if (now.panel > 0) {
        const ImVec2 pixels = ImGui::GetIO().DisplayFramebufferScale;
        panel_.draw(
            static_cast<float>(now.panel) / pixels.x, static_cast<float>(window.height) / pixels.y, settings_, *scene_,
            moments_, graph_, [&] { training_panel_.draw(plan_, settings_, training_, error_map_, board_, requests); },
            requests);
    }
    panel_.draw_help(help_open_);
    draw_over_picture(now);
    if (!board_.open) move_camera(now);
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
        scene_->hold_camera();
    }
    if (ImGui::IsMouseDragging(ImGuiMouseButton_Left, 0)) {
        scene_->camera.pan(now.picture, static_cast<double>(io.MouseDelta.x * io.DisplayFramebufferScale.x),
                           static_cast<double>(io.MouseDelta.y * io.DisplayFramebufferScale.y));
        scene_->hold_camera();
    }
}

void Viewer::serve(const Requests& requests) {
    if (requests.target) choose_target(*requests.target);
    const bool other_score = requests.target || requests.score_changed;
    if (other_score || requests.run_changed) {
        apply(other_score);
        // What a scene said of itself is true no more.
        settings_.title.clear();
        settings_.about.clear();
    }
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
    }
    if (requests.screenshot) screenshots_.want();
    serve_training(requests);
}

/// Painting and errors stand over the picture, under the panel.
void Viewer::draw_over_picture(const Layout& now) {
    const float pixels = ImGui::GetIO().DisplayFramebufferScale.x;
    const float left = static_cast<float>(now.panel) / pixels;
    if (settings_.score_error && shows_training() && !board_.open) {
        error_map_.update(*scene_, training_);
        error_map_.draw(scene_->camera, scene_->extent(), left, pixels);
    }
    board_.update(
        {left, 0, static_cast<float>(now.picture.width) / pixels, static_cast<float>(now.picture.height) / pixels});
}

/// A target begins under the process of the model in whose place it steps.
void Viewer::choose_target(const std::string& target) {
    if (settings_.target.empty()) {
        learned_model_ = settings_.model;
        settings_.process = scene_->model().process_settings;
    }
    settings_.target = target;
    settings_.model = target.empty() ? learned_model_ : "";
    settings_.data.clear();
    if (target.empty()) settings_.given.erase("prediction");
}

/// Takes over what the controls say; with `nearest` something near it where that cannot be. What cannot be done is said
/// in the panel, and what was running goes on.
void Viewer::apply(bool nearest) {
    const Run before = scene_->player().run();
    take_newest_weights();
    try {
        if (ScoreChoice(settings_) == opened_ && !(nearest && shows_training())) {
            scene_->apply(settings_);
            panel_.message.clear();
        } else if (nearest) {
            panel_.message = open_nearest(settings_, [&](const Settings& changed) { reopen(changed); });
        } else {
            reopen(settings_);
            panel_.message.clear();
        }
    } catch (const base::Error& error) {
        panel_.message = error.what();
        opened_.put_into(settings_);
        before.put_into(settings_);
    }
    if (scene_->player().count() != before.particles) forget_pace();
}

/// Another scene, seen as the one before where it is of the same score.
void Viewer::reopen(const Settings& settings) {
    auto scene = std::make_unique<Scene>(device_, settings, scene_->extent());
    const ScoreChoice chosen(settings);
    ScoreChoice of_prediction = opened_;
    of_prediction.prediction = chosen.prediction;
    if (of_prediction == chosen) scene->see_as(*scene_);
    show(std::move(scene));
    opened_ = chosen;
}

/// A training that is shown no more ends.
void Viewer::show(std::unique_ptr<Scene> scene) {
    if (!scene_->player().playback().playing()) scene->player().playback().pause();
    scene_ = std::move(scene);
    if (!shows_training()) training_.drop();
    error_map_.forget();
    moments_.watch(*scene_);
    forget_pace();
}

/// What was measured, or is being measured, is of other work.
void Viewer::forget_pace() {
    pace_ = {};
    for (FrameSlot& slot : slots_) {
        slot.particle_steps = 0;
        slot.training = {};
    }
}

/// The clock waits while a step is not yet whole, and where finished samples are shown.
void Viewer::advance() {
    Player& player = scene_->player();
    if (player.shows_results()) return;
    const double affordable = static_cast<double>(pace_.allowance()) / player.count();
    const int most = player.up_to_date() ? static_cast<int>(std::clamp(affordable, 1.0, kMostSteps)) : 0;
    player.playback().advance(std::min(frame_seconds_, kLongestFrame),
                              {settings_.steps_per_second, settings_.hold, settings_.loop}, most);
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

}  // namespace scorefield::app
