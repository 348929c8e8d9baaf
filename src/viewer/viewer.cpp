#include "viewer/viewer.hpp"

#include <fmt/format.h>
#include <imgui.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/error.hpp"
#include "base/interrupt.hpp"
#include "base/text.hpp"
#include "session/gpu_device.hpp"
#include "settings/command_text.hpp"
#include "settings/device_request.hpp"
#include "settings/resolve.hpp"
#include "settings/training_settings.hpp"
#include "viewer/keys.hpp"

namespace scorefield::viewer {
namespace {

namespace fs = std::filesystem;

constexpr const char* kTitle = "Scorefield";
constexpr float kPanelWidth = 330;      ///< screen units
constexpr float kLeastPanel = 290;      ///< beside the picture
constexpr float kLeastPicture = 200;    ///< beside the panel; in a narrower window that stands over the picture
constexpr float kLeastBeside = 64;      ///< of the picture beside a panel that stands over it
constexpr float kStripHeight = 28;      ///< of the status bar
constexpr float kLowWindow = 160;       ///< has no status bar
constexpr double kMostSteps = 64;       ///< of one frame
constexpr double kLongestFrame = 0.25;  ///< seconds; after longer pauses time does not jump
constexpr double kMinimisedWait = 0.1;  ///< seconds between looks at the desktop
constexpr double kWheelZoom = 1.15;
constexpr double kQuickChange = 0.3;  ///< seconds; quicker ones are not announced
constexpr double kPercent = 100;

/// The model that is shown, or the one that comes with Scorefield; empty where there is neither.
fs::path model_of(const model::Model& shown) {
    if (!shown.target) return shown.path;
    try {
        return model::default_model();
    } catch (const base::Error&) {
        // Exact targets need none.
        return {};
    }
}

/// Those in the folder of the model that is shown, or of the one that comes with Scorefield.
std::vector<fs::path> models_beside(const model::Model& shown) {
    const fs::path model = model_of(shown);
    if (model.empty()) return {};
    return model::models_in(model.has_parent_path() ? model.parent_path() : fs::path("."));
}

/// What a change of the score opens.
std::string opened_name(const settings::Settings& settings) {
    if (!settings.target.empty()) return base::shown(settings.target);
    return settings.model.empty() ? "the default model" : base::shown(settings.model);
}

RunChange open_first(gpu::Device& device, const settings::Settings& settings, const settings::GivenNames& given,
                     VkExtent2D extent) {
    base::Task task;
    return open_scene(device, settings, extent, task, given);
}

double seconds_between(std::chrono::steady_clock::time_point a, std::chrono::steady_clock::time_point b) {
    return std::chrono::duration<double>(b - a).count();
}

}  // namespace

Viewer::Viewer(const settings::Settings& settings, const settings::GivenNames& given)
    : settings_(settings),
      opened_(settings),
      window_(settings.width, settings.height, kTitle),
      device_(settings::device_request(settings, window_.instance_extensions())),
      first_(open_first(device_, settings, given, layout(window_.framebuffer()).picture)),
      scene_(std::move(first_.scene)),
      swapchain_(device_, window_.make_surface(device_.instance()), window_.framebuffer().width,
                 window_.framebuffer().height),
      interface_(window_, device_, swapchain_),
      panel_(models_beside(scene_->model()), settings),
      moments_(device_),
      log_(settings.frame_log),
      screenshots_(device_),
      training_(device_,
                settings::training_plan(settings, given, scene_->model().data, scene_->model().process_settings)),
      status_bar_(device_.properties().name, device_.selection_reason()),
      slots_{session::FrameSlot{{device_, "frame, even"}}, session::FrameSlot{{device_, "frame, odd"}}} {
    // From now on the controls decide. A network knows its own prediction.
    if (settings.target.empty()) settings_.prediction.reset();
    opened_ = ScoreChoice(settings_);
    applied_ = settings_;
    moments_.watch(*scene_);
    show_notes(std::move(first_.notes));
}

Viewer::~Viewer() {
    device_.drain();
}

void Viewer::run() {
    last_frame_ = Clock::now();
    while (!leaves() && !base::interrupted()) {
        const VkExtent2D size = window_.framebuffer();
        swapchain_.resize(size.width, size.height);
        if (window_.minimised() || size.width == 0 || size.height == 0) {
            window_.poll(kMinimisedWait);
            continue;
        }
        window_.poll();
        session::FrameSlot& slot = slots_[frames_ % slots_.size()];
        finish(slot);
        const std::optional<gpu::Swapchain::Frame> target = swapchain_.acquire();
        if (target) frame(slot, *target);
    }
    for (std::size_t i = 0; i < slots_.size(); ++i) finish(slots_[(frames_ + i) % slots_.size()]);
    change_.cancel();
    log_.commit();
    screenshots_.finish();
}

/// In a window that has no room for both, the panel grows narrower, then stands over the picture when it is asked for.
Viewer::Layout Viewer::layout(VkExtent2D window) const {
    const float scale = window_.scale();
    const float width = static_cast<float>(window.width) / scale;
    const float height = static_cast<float>(window.height) / scale;
    Layout now;
    now.narrow = width < kLeastPanel + kLeastPicture;
    float panel = 0;
    if (now.narrow) {
        if (panel_over_) panel = std::clamp(width - kLeastBeside, 0.0F, kPanelWidth);
    } else if (panel_open_) {
        panel = std::clamp(width / 2, kLeastPanel, kPanelWidth);
    }
    const auto pixels = [&](float units) { return static_cast<std::uint32_t>(std::round(scale * units)); };
    now.panel = pixels(panel);
    if (!now.narrow) now.left = now.panel;
    if ((now.narrow || panel_open_) && height >= kLowWindow) now.strip = pixels(kStripHeight);
    now.picture = {std::max(1U, window.width - now.left), std::max(1U, window.height - now.strip)};
    return now;
}

/// Waits until the slot's frame is drawn (what paces the loop) and takes its times.
void Viewer::finish(session::FrameSlot& slot) {
    const std::optional<session::FrameRecord> record = session::finish_frame(device_, slot, log_);
    if (!record) return;
    const double frame_ms = 1e3 * frame_seconds_;
    graph_.add(record->gpu_ms, record->cpu_ms, frame_ms);
    // Where the device has no clock they took no longer than the frame.
    const double steps_ms = session::time_of(record->gpu_ms, "network") + session::time_of(record->gpu_ms, "sampler");
    pace_.note(slot.operations, steps_ms > 0 ? steps_ms : frame_ms);
    training_.live.note_frame(slot.training, session::time_of(record->gpu_ms, "training"), frame_ms);
}

void Viewer::frame(session::FrameSlot& slot, const gpu::Swapchain::Frame& target) {
    const Clock::time_point start = Clock::now();
    frame_seconds_ = seconds_between(last_frame_, start);
    last_frame_ = start;

    if (!status_bar_.is_read()) messages_.advance(std::min(frame_seconds_, kLongestFrame));
    if (answer_) act_on(*std::exchange(answer_, std::nullopt));
    serve(std::exchange(requests_, {}));
    follow_save();
    follow_training();
    follow_change();
    window_.set_title(change_.wanted() ? fmt::format("{}: {}", kTitle, change_.name()) : kTitle);
    advance();
    moments_.poll();
    const VkExtent2D window = target.image.extent();
    const Layout now = layout(window);
    if (now.picture.width != scene_->extent().width || now.picture.height != scene_->extent().height) {
        scene_->resize(now.picture);
    }
    if (std::optional<Message> news = screenshots_.poll()) messages_.add(std::move(*news));

    slot.recorder.begin();
    training_.live.record(slot.recorder, settings_.live_share / kPercent);
    std::optional<session::LiveWeights> live;
    const render::ScalarField* field = nullptr;
    if (shows_training()) {
        live.emplace(training_.live.weights(settings_.live_samples == "restart"));
        if (settings_.score_error) {
            error_map_.update(*scene_, training_.live);
            field = error_map_.field(settings_.look.map);
        }
    }
    slot.operations = scene_->record(slot.recorder, settings::view_spec(settings_), pace_.allowance(),
                                     live ? &*live : nullptr, field);
    screenshots_.record(slot.recorder, scene_->picture());
    // After the particles: what the panel says is of the state that the picture shows.
    declare_interface(now, window);
    {
        const auto scope = slot.recorder.scope("UI");
        moments_.record(slot.recorder, scene_->player());
        show_picture(slot.recorder, target, now.left);
        interface_.record(slot.recorder, target);
        slot.recorder.prepare_present(target.image);
    }
    const gpu::Submission submission = device_.submit(slot.recorder, target.sync);
    screenshots_.submitted(submission);
    moments_.submitted(submission);
    slot.training = training_.live.submitted(submission);
    slot.record =
        session::frame_record(frames_, 1e3 * seconds_between(start, Clock::now()), scene_->model(), scene_->player());
    slot.record->frame_ms = 1e3 * frame_seconds_;
    swapchain_.present(target);
    ++frames_;
}

void Viewer::declare_interface(const Layout& now, VkExtent2D window) {
    interface_.begin_frame();
    const std::vector<KeyPress> keys = window_.take_keys();
    if (!dialog_.is_open()) read_keys(keys, board_.open, settings_, requests_);
    for (std::filesystem::path& path : window_.take_dropped()) requests_.train_file = std::move(path);
    const ImVec2 pixels = ImGui::GetIO().DisplayFramebufferScale;
    if (now.panel > 0) {
        panel_.draw(
            static_cast<float>(now.panel) / pixels.x, static_cast<float>(window.height - now.strip) / pixels.y,
            settings_, *scene_, moments_, graph_,
            [&] { training_panel_.draw(settings_, training_, error_map_, board_, requests_); }, requests_);
    }
    const float strip = std::round(window_.scale() * kStripHeight) / pixels.y;
    if (now.strip > 0) status_bar_.draw_strip(strip, now.narrow, requests_);
    if (std::optional<std::string> refusal = TypedNumber::current().take_refusal()) {
        messages_.add({MessageKind::error, std::move(*refusal)}, "field");
    }
    if (change_.wanted() && change_.seconds() > kQuickChange) {
        const std::string steps = change_.steps() > 0 ? fmt::format("step {}, ", change_.steps()) : "";
        status_bar_.draw_job(strip, static_cast<float>(now.left) / pixels.x,
                             fmt::format("{} ({}{:.0f} s)", change_.name(), steps, change_.seconds()), requests_);
    }
    status_bar_.draw_messages(strip, messages_);
    draw_help(help_open_);
    answer_ = dialog_.draw(keys);
    board_.update({static_cast<float>(now.left) / pixels.x, 0, static_cast<float>(now.picture.width) / pixels.x,
                   static_cast<float>(now.picture.height) / pixels.y});
    if (!board_.open) move_camera(now);
    interface_.end_frame();
}

/// The picture under the mouse: wheel zooms at the pointer, dragging moves.
void Viewer::move_camera(const Layout& now) {
    const ImGuiIO& io = ImGui::GetIO();
    if (io.WantCaptureMouse) return;
    const double x = static_cast<double>(io.MousePos.x * io.DisplayFramebufferScale.x) - now.left;
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
    serve_windows(requests);
    serve_score(requests);
    serve_playback(requests);
    if (requests.fit) scene_->fit_camera();
    if (requests.screenshot) screenshots_.want();
    if (requests.copy_command) {
        const std::string command = settings::command_text(settings_);
        ImGui::SetClipboardText(command.c_str());
        messages_.add({MessageKind::info, "Copied: " + command}, "command");
    }
    serve_board(requests);
    serve_training(requests);
}

void Viewer::serve_windows(const Requests& requests) {
    if (requests.cancel_change) cancel_change();
    if (requests.toggle_help) help_open_ = !help_open_;
    if (requests.toggle_panel) {
        bool& open = layout(window_.framebuffer()).narrow ? panel_over_ : panel_open_;
        open = !open;
    }
    if (!requests.escape) return;
    if (help_open_) {
        help_open_ = false;
    } else if (board_.open) {
        board_.open = false;
    } else if (change_.wanted()) {
        cancel_change();
    } else {
        messages_.dismiss_all();
    }
}

void Viewer::cancel_change() {
    if (!change_.wanted()) return;
    change_.cancel();
    take_back();
    messages_.add({MessageKind::info, "Cancelled: " + change_.name()}, "run");
}

void Viewer::serve_score(const Requests& requests) {
    const bool other_score = requests.target || requests.score_changed;
    if (!other_score && !requests.run_changed) return;
    const auto take_over = [this, requests, other_score] {
        if (requests.target) choose_target(*requests.target);
        apply(other_score);
    };
    if (!other_score || !shows_training()) {
        take_over();
        return;
    }
    // The network in training would be lost. Until the user has decided, nothing is chosen.
    const ScoreChoice chosen(settings_);
    change_.cancel();
    opened_.put_into(settings_);
    unless_unsaved(false, [this, chosen, take_over] {
        chosen.put_into(settings_);
        take_over();
    });
}

void Viewer::serve_playback(const Requests& requests) {
    session::Playback& playback = scene_->player().playback();
    const bool steps = requests.step || requests.step_back || requests.to_start || requests.to_result;
    if (steps && scene_->player().shows_results()) {
        messages_.add({MessageKind::info, "Finished samples have no steps. Choose samples: continue to see them."},
                      "playback");
    } else if (steps) {
        if (requests.step) playback.step();
        if (requests.step_back) playback.step_back();
        if (requests.to_start) playback.stop_at(0);
        if (requests.to_result) playback.stop_at(playback.steps());
    }
    if (requests.restart) playback.restart();
    if (!requests.toggle_play) return;
    if (settings_.steps_per_second <= 0) {
        messages_.add({MessageKind::info, "Paused: steps / s is 0. Press → to advance one step."}, "playback");
    }
    if (playback.finished()) {
        playback.restart();
        playback.play();
    } else if (playback.playing()) {
        playback.pause();
    } else {
        playback.play();
    }
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
    if (target.empty()) settings_.prediction.reset();
}

/// Has what the controls say made ready beside the frames; with `nearest` something near it where that cannot be.
/// Meanwhile what was running goes on.
void Viewer::apply(bool nearest) {
    // What tries the network in training before it runs tries the one of now.
    if (shows_training()) training_.live.update(scene_->model());
    messages_.resolve("run");
    nearest = nearest || (change_.wanted() && nearest_);
    nearest_ = nearest;
    const bool same_score = ScoreChoice(settings_) == opened_ && !(nearest && shows_training());
    if (same_score) {
        change_.ask(
            "Compiling " + (settings_.program.empty() ? settings_.sampler.name : base::shown(settings_.program)),
            [this, model = scene_->model(), settings = settings_](base::Task& task) {
                return compile_run(device_, model, settings, task);
            });
        return;
    }
    change_.ask("Opening " + opened_name(settings_),
                [this, nearest, settings = settings_, extent = scene_->extent()](base::Task& task) {
                    return nearest ? open_nearest_scene(device_, settings, extent, task)
                                   : open_scene(device_, settings, extent, task);
                });
}

/// Shows a change that has become ready. What cannot be done is said in a message, and what was running goes on.
void Viewer::follow_change() {
    auto outcome = change_.poll();
    if (!outcome) return;
    if (!outcome->result) {
        messages_.add({MessageKind::error, outcome->error}, "run");
        take_back();
        return;
    }
    RunChange change = std::move(*outcome->result);
    const ScoreChoice chosen(change.settings);
    try {
        if (change.run) scene_->take(*change.run);
    } catch (const base::Error& error) {
        messages_.add({MessageKind::error, error.what()}, "run");
        take_back();
        return;
    }
    if (!change.adjustment.empty()) {
        settings::copy_run(change.settings, settings_);
        messages_.add({MessageKind::warning, std::move(change.adjustment)}, "run");
    }
    if (change.scene) {
        ScoreChoice of_prediction = opened_;
        of_prediction.prediction = chosen.prediction;
        if (of_prediction == chosen) change.scene->see_as(*scene_);
        show(std::move(change.scene));
        opened_ = chosen;
        chosen.put_into(settings_);
    }
    // What a scene file said of itself is true no more.
    settings_.title.clear();
    settings_.about.clear();
    if (scene_->player().count() != applied_.particles) forget_pace();
    applied_ = change.settings;
    show_notes(std::move(change.notes));
}

/// The controls say again what is shown.
void Viewer::take_back() {
    opened_.put_into(settings_);
    settings::copy_run(applied_, settings_);
}

/// A training that is shown no more ends.
void Viewer::show(std::unique_ptr<session::Scene> scene) {
    change_.cancel();
    if (!scene_->player().playback().playing()) scene->player().playback().pause();
    scene_ = std::move(scene);
    if (!shows_training()) training_.live.drop();
    error_map_.forget();
    moments_.watch(*scene_);
    forget_pace();
}

/// The notes on data and run, each when it becomes true; they go when they are true no more.
void Viewer::show_notes(std::vector<std::string> notes) {
    for (const std::string& before : notes_) {
        if (std::ranges::find(notes, before) == notes.end()) messages_.resolve(before);
    }
    for (const std::string& text : notes) {
        if (std::ranges::find(notes_, text) == notes_.end()) messages_.add({MessageKind::info, text}, text);
    }
    notes_ = std::move(notes);
}

/// What was measured, or is being measured, is of other work.
void Viewer::forget_pace() {
    pace_ = {};
    for (session::FrameSlot& slot : slots_) {
        slot.operations = 0;
        slot.training = {};
    }
}

/// The clock waits while a step is not yet whole, and where finished samples are shown.
void Viewer::advance() {
    session::Player& player = scene_->player();
    if (player.shows_results()) return;
    const double affordable = pace_.allowance() / player.operations_per_step();
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

}  // namespace scorefield::viewer
