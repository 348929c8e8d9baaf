#include "viewer/viewer.hpp"

#include <fmt/format.h>
#include <imgui.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <span>
#include <utility>

#include "base/interrupt.hpp"
#include "session/frame_trace.hpp"
#include "settings/command_text.hpp"
#include "settings/device_request.hpp"
#include "settings/resolve.hpp"
#include "viewer/keys.hpp"
#include "viewer/panel.hpp"
#include "viewer/undo.hpp"

namespace scorefield::viewer {
namespace {

constexpr const char* kTitle = "Scorefield";
constexpr double kMostSteps = 64;          ///< of one frame
constexpr double kLongestFrame = 0.25;     ///< seconds; after longer pauses time does not jump
constexpr double kMinimisedWait = 0.1;     ///< seconds between looks at the desktop
constexpr double kOpeningWait = 0.015;     ///< seconds between frames without a scene, which leave the cores to its job
constexpr double kLongestRest = 1.0 / 60;  ///< seconds between frames in which nothing changes
constexpr double kHostWait = 0.008;        ///< seconds between frames that wait for the host's work
constexpr double kLively = 0.5;            ///< seconds after the user has done something in which frames do not rest
constexpr double kPercent = 100;

session::Tempo tempo_of(const Context& context) {
    const settings::Settings& settings = context.settings;
    return {settings.steps_per_second, settings.hold, settings.loop, context.begins_with_forward_process()};
}

double seconds_between(std::chrono::steady_clock::time_point a, std::chrono::steady_clock::time_point b) {
    return std::chrono::duration<double>(b - a).count();
}

gpu::DeviceRequest device_request(const settings::Settings& settings, const Window& window, base::Trace* trace) {
    gpu::DeviceRequest request = settings::drawing_device_request(settings, window.instance_extensions());
    request.trace = trace;
    return request;
}

}  // namespace

Viewer::Viewer(const settings::Settings& settings, base::Trace* trace, const RememberedWindow& remembered)
    : window_(settings.width, settings.height, kTitle, remembered.place),
      device_(device_request(settings, window_, trace)),
      context_{.device = device_,
               .settings = settings,
               .scene = nullptr,
               .notes = {},
               .training = Training(device_, settings),
               .panel = {.beside = remembered.panel, .width = remembered.panel_width}},
      swapchain_(device_, window_.make_surface(device_.instance()), window_.framebuffer().width,
                 window_.framebuffer().height),
      interface_(window_, device_, swapchain_, context_.look()),
      changes_(context_, {layout(window_.framebuffer()).picture, swapchain_.format()}),
      elements_(make_elements(context_)),
      log_(settings.frame_log),
      trace_(trace, "frame"),
      slots_{session::FrameSlot{{device_, "frame, even"}}, session::FrameSlot{{device_, "frame, odd"}}} {}

Viewer::~Viewer() {
    device_.drain();
}

RememberedWindow Viewer::remembered() const {
    constexpr std::array<std::uint32_t, 2> kLeast = {320, 240};  // a smaller window would be hard to find
    const auto [width, height] = window_.size();
    return {.place = window_.place(),
            .width = std::max(width, kLeast[0]),
            .height = std::max(height, kLeast[1]),
            .panel = context_.panel.beside,
            .panel_width = context_.panel.width,
            .theme = context_.settings.theme,
            .text_size = context_.settings.text_size};
}

void Viewer::run() {
    last_frame_ = Clock::now();
    while (!leaves() && !base::interrupted()) {
        trace_.begin("rest");
        const VkExtent2D size = window_.framebuffer();
        swapchain_.resize(size.width, size.height);
        if (window_.minimised() || size.width == 0 || size.height == 0) {
            const Clock::time_point start = Clock::now();
            window_.poll(kMinimisedWait);
            rested_ += seconds_between(start, Clock::now());
            if (!context_.scene) follow_changes();  // an error of the first scene ends the viewer
            continue;
        }
        rest();
        session::FrameSlot& slot = slots_[frames_ % slots_.size()];
        trace_.next("wait");
        finish(slot);
        trace_.next("acquire");
        const std::optional<gpu::Swapchain::Frame> target = swapchain_.acquire();
        if (target) frame(slot, *target);
    }
    trace_.begin("finish");
    note_length(seconds_between(last_frame_, Clock::now()) - rested_);
    for (std::size_t i = 0; i < slots_.size(); ++i) finish(slots_[(frames_ + i) % slots_.size()]);
    changes_.require_opened();
    changes_.cancel();
    log_.commit();
    for_active([](Element& element) { element.finish(); });
    trace_.end();
}

/// Waits for the next change, but not long: for the next step of the particles, or for the user. A device that has
/// nothing to draw leaves its time to others.
void Viewer::rest() {
    const Clock::time_point start = Clock::now();
    double seconds = 0;
    if (!context_.scene) {
        seconds = kOpeningWait;
    } else if (seconds_between(last_input_, start) > kLively && !context_.training.live.trains()) {
        seconds = seconds_to_next(context_.scene->player()) - seconds_between(last_frame_, start);
    }
    if (window_.poll(std::max(0.0, seconds))) last_input_ = Clock::now();
    rested_ += seconds_between(start, Clock::now());
}

/// From the begin of the last frame until something new may be there to show.
double Viewer::seconds_to_next(const session::Player& player) const {
    if (context_.panes.waiting() > 0) return 0;
    if (!player.up_to_date() || !context_.panes.up_to_date()) return player.works_by_itself() ? kHostWait : 0;
    if (context_.panes.works_ahead(*context_.scene) && device_.properties().timestamp_seconds > 0) return 0;
    return std::min(kLongestRest, player.playback().seconds_left(tempo_of(context_)));
}

/// Whether the viewer ends now. Asks about unsaved work first.
bool Viewer::leaves() {
    leaving_ = leaving_ || changes_.ended();
    if (!window_.closed() || leaving_) return leaving_;
    changes_.cancel();
    unless_unsaved(context_, true, [this] { leaving_ = true; });
    if (!leaving_) window_.keep_open();
    return leaving_;
}

/// Waits until the slot's frame is drawn (what paces the loop) and takes its times.
void Viewer::finish(session::FrameSlot& slot) {
    context_.finished = session::finish_frame(device_, slot, log_);
    if (!context_.finished) return;
    const session::PassTimes& gpu_ms = context_.finished->gpu_ms;
    const double frame_ms = context_.finished->frame_ms;
    // Where the device has no clock they took no longer than the frame.
    const double steps_ms = session::time_of(gpu_ms, "network") + session::time_of(gpu_ms, "sampler");
    pace_.note(slot.operations, steps_ms > 0 ? steps_ms : frame_ms);
    context_.training.live.note_frame(slot.training, session::time_of(gpu_ms, "training"), frame_ms);
}

void Viewer::frame(session::FrameSlot& slot, const gpu::Swapchain::Frame& target) {
    const Clock::time_point start = Clock::now();
    const double seconds = seconds_between(last_frame_, start);
    last_frame_ = start;
    context_.seconds = std::min(seconds, kLongestFrame);
    note_length(seconds - rested_);

    trace_.next("serve");
    serve();
    note_settings(context_);
    follow_changes();
    context_.history.amend(context_.settings, context_.training.plan);
    trace_.next("advance");
    advance();
    context_.panel.about = context_.shows_about();
    context_.layout = layout(target.image.extent());
    fit_picture();

    trace_.next("record");
    slot.recorder.begin();
    record_scene(slot);
    trace_.next("interface");
    // After the particles: what the panel says is of the state that the picture shows.
    declare_interface();
    trace_.next("record interface");
    {
        const auto scope = slot.recorder.scope("UI");
        context_.window_image = interface_.image();
        for_active([&](Element& element) { element.record(slot.recorder, context_); });
        interface_.record(slot.recorder, target, backdrop(target.image.extent()));
        slot.recorder.prepare_present(target.image);
    }
    trace_.next("submit");
    const session::FrameTraceArgs args(trace_.trace(), frames_, context_.scene.get());
    slot.recorder.describe("frame", args.all());
    trace_.describe(args.all());
    const gpu::Submission submission = device_.submit(slot.recorder, target.sync);
    for_active([&](Element& element) { element.submitted(submission); });
    slot.training = context_.training.live.submitted(submission);
    slot.record = session::frame_record(frames_, 1e3 * seconds_between(start, Clock::now()), context_.scene.get());
    slot.record->rest_ms = 1e3 * std::exchange(rested_, 0.0);
    trace_.next("present");
    swapchain_.present(target);
    ++frames_;
}

/// The last frame took so many seconds.
void Viewer::note_length(double seconds) {
    if (frames_ == 0) return;
    constexpr double kNewest = 0.2;
    usual_frame_ = usual_frame_ > 0 ? usual_frame_ + kNewest * (seconds - usual_frame_) : seconds;
    std::optional<session::FrameRecord>& last = slots_[(frames_ - 1) % slots_.size()].record;
    if (last) last->frame_ms = 1e3 * seconds;
}

/// Handles the requests of the last frame.
void Viewer::serve() {
    context_.jobs.clear();
    for (auto element = elements_.rbegin(); element != elements_.rend(); ++element) {
        if ((*element)->is_active(context_)) (*element)->update(context_);
    }
    if ((context_.requests.train_file || context_.requests.dropped_picture) && !context_.scene) {
        context_.messages.add({MessageKind::info, "Drop the file again when the window shows particles"}, "training");
    }
    if (context_.requests.toggle_panel) {
        bool& open = context_.layout.narrow ? context_.panel.over : context_.panel.beside;
        open = !open;
    }
    if (context_.requests.toggle_presenter) {
        context_.presents = !context_.presents;
        context_.panel.timeline_alone = context_.presents;
        // They interrupt a lecture, and come after it.
        context_.messages.hold_notes(context_.presents);
    }
    if (context_.requests.toggle_full_screen) window_.toggle_full_screen();
    serve_undo(context_);
    changes_.serve();
    if (context_.requests.copy_command) {
        const std::string command = settings::command_text(settings_to_share(context_));
        ImGui::SetClipboardText(command.c_str());
        context_.messages.add({MessageKind::info, "Copied: " + command}, "command");
    }
    context_.requests = {};
}

void Viewer::follow_changes() {
    switch (changes_.follow()) {
        case SceneChanges::Shown::other_scene:
            attach();
            [[fallthrough]];
        case SceneChanges::Shown::other_size:
            forget_pace();
            break;
        case SceneChanges::Shown::same:
            break;
    }
    std::vector<JobProgress> jobs = changes_.jobs();
    context_.change = jobs.empty() ? std::nullopt : std::optional(jobs.front());
    std::ranges::move(context_.training.jobs(), std::back_inserter(jobs));
    std::ranges::move(context_.jobs, std::back_inserter(jobs));
    context_.jobs = std::move(jobs);
    window_.set_title(context_.change ? fmt::format("{}: {}", kTitle, context_.change->name) : kTitle);
}

/// Starts a background job that makes targets of the required picture size. Until they are ready, the old picture is
/// scaled.
void Viewer::fit_picture() {
    if (!context_.scene) return;
    if (!context_.scene->player().started()) return;  // its picture stays until there is another
    session::Panes& panes = context_.panes;
    if (auto made = targets_.poll()) {
        if (made->result && made->result->panes.size() == panes.count()) {
            panes.take(*context_.scene, std::move(*made->result));
        } else if (!made->result) {
            context_.messages.add({MessageKind::error, made->error}, "picture");
            refused_ = asked_;
        }
    }
    const render::PictureForm form = {context_.layout.picture, swapchain_.format()};
    const PictureSize wanted = {form.extent.width, form.extent.height, panes.count()};
    const VkExtent2D now = panes.extent(*context_.scene);
    const bool fits = panes.fits(*context_.scene) && PictureSize{now.width, now.height, panes.count()} == wanted;
    if (fits || wanted == refused_ || targets_.wanted()) return;
    asked_ = wanted;
    targets_.ask("picture", [&device = device_, form, count = wanted.panes](base::Task& /*task*/) {
        return session::Panes::make_targets(device, form, count);
    });
}

void Viewer::attach() {
    if (context_.begins_with_forward_process()) context_.scene->player().playback().restart(true);
    for_active([&](Element& element) { element.attach(context_); });
}

void Viewer::for_active(const std::function<void(Element&)>& call) {
    for (const std::unique_ptr<Element>& element : elements_) {
        if (element->is_active(context_)) call(*element);
    }
}

void Viewer::declare_interface() {
    interface_.set_look(context_.look());
    interface_.begin_frame();
    context_.keys = window_.take_keys();
    const std::optional<UnsavedQuestion>& question = context_.question;
    const bool is_asked = question && question->stage == UnsavedQuestion::Stage::asked;
    if (!is_asked && !context_.types_command) {
        read_keys(context_.keys, context_.settings, context_.requests);
    }
    for (std::filesystem::path& path : window_.take_dropped()) {
        Requests& requests = context_.requests;
        const std::filesystem::path ending = path.extension();
        (ending == ".json"  ? requests.open_scene
         : ending == ".png" ? requests.dropped_picture
                            : requests.train_file) = std::move(path);
    }
    draw_panel(context_, elements_);
    for_active([&](Element& element) {
        if (element.place() == Element::Place::window) element.draw(context_);
    });
    interface_.end_frame();
}

/// Trains, advances the particles and draws the picture.
void Viewer::record_scene(session::FrameSlot& slot) {
    if (!context_.scene) return;
    session::LiveTraining& training = context_.training.live;
    training.record(slot.recorder, context_.settings.live_share / kPercent);
    std::optional<session::LiveWeights> live;
    if (context_.shows_training()) live.emplace(training.weights(context_.settings.live_samples == "restart"));
    session::Panes& panes = context_.panes;
    slot.operations = context_.scene->advance(slot.recorder, allowance(), live ? &*live : nullptr);
    panes.follow(*context_.scene);
    slot.operations += panes.advance(slot.recorder, allowance() - slot.operations);
    std::array<render::Extras, settings::kMostPanes> extras;
    for (std::size_t i = 0; i < extras.size(); ++i) extras.at(i).below = context_.field_lines.at(i);
    if (context_.field) extras[0].field = &*context_.field;
    const session::PanesDrawn done =
        panes.draw(slot.recorder, *context_.scene, settings::view_spec(context_.settings), extras, panes_at_a_time());
    picture_changed_ = done.shown;
    // A frame that draws is long enough for the device; one without a clock cannot tell what work after a frame takes.
    const bool has_time = !done.drawn && device_.properties().timestamp_seconds > 0;
    if (!live && (has_time || context_.scene->player().works_by_itself())) {
        slot.operations += panes.work_ahead(slot.recorder, *context_.scene, allowance() - slot.operations);
    }
}

/// How many panes one frame draws: those of a state are spread evenly over the frames until the next state is due, or
/// every few frames one would be long. They begin once all have it. A state that the user asked for is drawn at once.
std::size_t Viewer::panes_at_a_time() const {
    const std::size_t panes = context_.panes.count();
    const session::Player& player = context_.scene->player();
    const session::Playback& playback = player.playback();
    if (!playback.playing() || !(usual_frame_ > 0)) return panes;
    if (!player.up_to_date() || !context_.panes.up_to_date()) return 0;
    const double seconds = std::min(playback.seconds_left(tempo_of(context_)), 1.0);
    const double frames = std::max(1.0, std::floor(seconds / usual_frame_));
    const std::size_t waiting = context_.panes.waiting() > 0 ? context_.panes.waiting() : panes;
    return static_cast<std::size_t>(std::ceil(static_cast<double>(waiting) / frames));
}

/// Operations for the particles of all panes that a frame may hold.
double Viewer::allowance() const {
    return pace_.allowance(context_.settings.budget_ms);
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
    if (!context_.scene) return;
    session::Player& player = context_.scene->player();
    if (player.shows_results()) return;
    const double operations = player.operations_per_step() + context_.panes.operations_per_step(*context_.scene);
    const double affordable = allowance() / operations;
    const double fitting = player.works_by_itself() ? kMostSteps : std::clamp(affordable, 1.0, kMostSteps);
    const session::Panes& panes = context_.panes;
    const bool is_shown = player.up_to_date() && panes.up_to_date() && panes.waiting() == 0;
    const int most = is_shown ? static_cast<int>(fitting) : 0;
    player.playback().advance(context_.seconds, tempo_of(context_), most);
}

/// What the interface stands on.
Backdrop Viewer::backdrop(VkExtent2D window) const {
    const Layout& layout = context_.layout;
    const VkRect2D part = {
        {static_cast<std::int32_t>(layout.left), 0},
        {std::min(layout.picture.width, window.width - layout.left), std::min(layout.picture.height, window.height)}};
    return {.picture = context_.scene ? &context_.panes.picture(*context_.scene) : nullptr,
            .part = part,
            .changed = picture_changed_,
            .colour = render::palette_of(context_.settings.look.background).ground};
}

}  // namespace scorefield::viewer
