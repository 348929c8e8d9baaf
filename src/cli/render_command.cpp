#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <numbers>
#include <optional>
#include <set>

#include "base/atomic_file.hpp"
#include "base/error.hpp"
#include "base/interrupt.hpp"
#include "base/output.hpp"
#include "base/progress.hpp"
#include "cli/commands.hpp"
#include "cli/frame_count.hpp"
#include "cli/notes.hpp"
#include "cli/output_names.hpp"
#include "cli/traced.hpp"
#include "render/contact_sheet.hpp"
#include "render/drawable.hpp"
#include "render/film.hpp"
#include "render/frame_sequence.hpp"
#include "render/png_file.hpp"
#include "sample/start.hpp"
#include "session/camera_notes.hpp"
#include "session/gpu_device.hpp"
#include "session/offline_frames.hpp"
#include "session/panes.hpp"
#include "session/run_notes.hpp"
#include "session/scene.hpp"
#include "settings/device_request.hpp"
#include "settings/pane_settings.hpp"
#include "settings/picture_text.hpp"
#include "settings/resolve.hpp"

namespace scorefield::cli {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr int kSheetStates = 11;

double milliseconds_since(Clock::time_point start) {
    return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

session::Tempo tempo_of(const settings::Settings& settings) {
    return {settings.steps_per_second, settings.hold, false, settings.forward};
}

/// What is drawn: the first pane and those beside it.
struct Drawn {
    std::unique_ptr<session::Scene> first;
    session::Panes panes = {};
};

/// The whole run at --fps, frame by frame.
std::uint64_t play(gpu::Device& device, Drawn& drawn, const settings::Settings& settings,
                   const std::function<void(const render::Picture&)>& write) {
    session::Scene& scene = *drawn.first;
    const std::uint64_t total = frame_count(settings, scene.player().playback().steps());
    base::Progress progress("render", total, "frames", !settings.quiet);
    session::OfflineFrames frames(device, scene, settings.frame_log, write, session::kOperationsPerSubmission,
                                  &drawn.panes);
    scene.player().playback().restart(settings.forward);
    const render::ViewSpec first = settings::view_spec(settings);
    render::ViewSpec view = first;
    while (frames.count() < total) {
        const double seconds = static_cast<double>(frames.count()) / settings.fps;
        view.orbit.azimuth = render::wrapped(first.orbit.azimuth + first.orbit.turntable * seconds);
        frames.add(view);
        scene.player().playback().advance(1.0 / settings.fps, tempo_of(settings),
                                          2 * scene.player().playback().steps() + 2);
        progress.update(frames.count());
    }
    frames.finish();
    return total;
}

/// How far from the data a state is, 1 … 0: its angle between signal and noise, in which particles travel evenly.
double remaining(const session::RunState& run_state) {
    return std::atan2(run_state.sigma, run_state.alpha) / (std::numbers::pi / 2);
}

/// States from the noise to the result, closer to each other near the result, where shape appears; all where there are
/// few, evenly where the noise hardly tells them apart.
std::set<int> sheet_states(const std::vector<session::RunState>& run_states) {
    std::set<int> states;
    for (int i = 0; i < kSheetStates; ++i) {
        const double wanted = std::pow(1 - static_cast<double>(i) / (kSheetStates - 1), 1.5);
        const auto nearest = std::ranges::min_element(run_states, {}, [&](const session::RunState& run_state) {
            return std::abs(remaining(run_state) - wanted);
        });
        states.insert(nearest->number);
    }
    // Few states, or a noise that hardly changes: evenly over the steps.
    const auto count = static_cast<int>(run_states.size());
    if (count > kSheetStates && static_cast<int>(states.size()) > kSheetStates / 2) return states;
    const int shown = std::min(count, kSheetStates);
    for (int i = 0; i < shown; ++i) states.insert(shown == 1 ? 0 : i * (count - 1) / (shown - 1));
    return states;
}

std::uint64_t write_sheet(gpu::Device& device, Drawn& drawn, const settings::Settings& settings,
                          const std::vector<data::PngText>& texts) {
    session::Scene& scene = *drawn.first;
    std::vector<render::Tile> tiles;
    std::vector<std::string> captions;
    const auto add = [&](const render::Picture& picture) {
        const std::string caption = captions[tiles.size()];
        tiles.push_back({picture, caption});
    };
    session::OfflineFrames frames(device, scene, settings.frame_log, add, session::kOperationsPerSubmission,
                                  &drawn.panes);
    session::Playback& playback = scene.player().playback();
    for (const int state : sheet_states(scene.player().run_states())) {
        playback.stop_at(state);
        frames.add(settings::view_spec(settings));
        captions.push_back(session::short_caption(scene.player()));
    }
    if (!scene.data_name().empty()) {
        captions.push_back("data: " + scene.data_name());
        frames.add_data(settings::view_spec(settings));
    }
    frames.finish();
    const diffusion::Program& program = scene.player().program();
    const std::string what = fmt::format("{}, {} steps: {}", program.sampler, program.steps,
                                         session::particles_text(scene.player().count()));
    const bool predicts = settings.show == render::Show::predicted;
    const std::string ending = predicts ? ", predicted x₀ of each" : " on their way from noise to data";
    const std::string title = settings.title.empty() ? what + ending : settings.title + "   " + what;
    const base::TraceSpan span(device.trace(), "encode");
    render::write_png(settings.out, render::contact_sheet(tiles, title, settings.look.background), texts);
    return frames.count();
}

std::uint64_t write_film(gpu::Device& device, Drawn& drawn, const settings::Settings& settings) {
    render::Film film(settings.out, settings.width, settings.height, settings.fps, base::interrupted);
    std::uint64_t frames = 0;
    try {
        frames = play(device, drawn, settings, [&](const render::Picture& picture) { film.write(picture); });
        const base::TraceSpan span(device.trace(), "encode");
        film.finish();
    } catch (const base::Error&) {
        // It may be why the film could not be written.
        base::require_not_interrupted();
        throw;
    }
    return frames;
}

/// Says that a folder which is not the frames' own still holds some of an earlier, longer film.
void note_older_frames(const FramePlace& place, std::uint64_t frames) {
    const std::string next = place.names.name(frames);
    std::error_code unknown;
    if (!fs::exists(place.folder / next, unknown)) return;
    base::note(fmt::format("kept {} from an earlier run: this run wrote only {} frames", next, frames));
}

std::uint64_t write_frames(gpu::Device& device, Drawn& drawn, const settings::Settings& settings,
                           const std::vector<data::PngText>& texts) {
    const FramePlace place = frame_place(settings.out);
    render::FrameSequence sequence(place.folder, place.names, place.own_folder, texts);
    const std::uint64_t frames =
        play(device, drawn, settings, [&](const render::Picture& picture) { sequence.write(picture); });
    sequence.finish();
    if (!place.own_folder && !settings.quiet) note_older_frames(place, frames);
    return frames;
}

/// Only what is watched can stand still.
void require_tempo(const settings::Settings& settings) {
    if (settings.steps_per_second > 0) return;
    throw base::request_error("value out of range", "--steps-per-second", "with 0 the video would never end",
                              "give > 0, at most 1000 steps/s");
}

/// Refuses a frame rate that players of the format cannot show.
void require_frame_rate(const settings::Settings& settings) {
    const render::VideoFormat* const format = render::find_video_format(settings.out);
    if (format == nullptr || settings.fps <= format->max_fps) return;
    throw base::request_error("value out of range", "--fps",
                              fmt::format("{} players show at most {} frames/s", format->name, format->max_fps),
                              fmt::format("give --fps {} or less, or write .mp4 or .webm", format->max_fps));
}

/// Refuses a transparent background where the file cannot hold one.
void require_background(const settings::Settings& settings, Form form) {
    if (form != Form::film || settings.look.background != render::Background::transparent) return;
    throw base::request_error("value not possible", "--look.background", "videos have no transparency",
                              "give dark or light, or write PNG frames into a folder");
}

/// Opens model and data and compiles the run. Says the notes about them, after `prefix`.
std::unique_ptr<session::Scene> open_scene(gpu::Device& device, const settings::Settings& settings,
                                           const render::PictureForm& form, const std::string& prefix) {
    const auto note = [&](std::vector<std::string> notes) {
        for (std::string& text : notes) text.insert(0, prefix);
        say(settings, notes);
    };
    std::optional<base::TraceSpan> phase;
    phase.emplace(device.trace(), "open model");
    model::Model model = settings::open_model(settings);
    note(model.notes);
    render::require_drawable(model.dim(), model.target ? "`target`" : model.path.string());
    const sample::SamplingSpec spec = settings::sampling_spec(settings, model);
    const session::Reference reference = session::open_reference(settings.data, model, settings::class_label(settings));
    note(reference.notes);
    const session::Computes computes = session::computes_of(settings::asks_for_host(settings));
    phase.emplace(device.trace(), "compile run");
    const session::PreparedRun run = session::prepare_run(
        spec, model,
        [&](const diffusion::Program& program) {
            session::Player::require_room(device, model, program, spec.particles, computes);
        },
        [] { base::require_not_interrupted(); });
    phase.emplace(device.trace(), "open scene");
    auto scene = std::make_unique<session::Scene>(device, std::move(model), run, reference, form, computes);
    if (settings.show == render::Show::predicted) {
        const auto refusal = session::prediction_refusal(scene->model(), scene->player().program());
        if (refusal) throw *refusal;
    }
    note(session::run_notes(spec, scene->model(), scene->player().program(),
                            settings::data_name(settings, scene->model())));
    note(session::guide_notes(settings.guides, scene->model(), scene->player().program(), spec.particles));
    note(session::camera_notes(settings::view_spec(settings), scene->model().dim()));
    if (const auto question = scene->field_question(settings::view_spec(settings))) {
        question->source->require(question->field, question->at);
    }
    return scene;
}

/// All panes, in a picture of the settings' size.
Drawn open_panes(gpu::Device& device, const settings::Settings& settings) {
    const std::size_t count = settings::pane_count(settings);
    const VkExtent2D picture = {settings.width, settings.height};
    const VkExtent2D extent = session::pane_places(picture, count)[0].extent;
    Drawn drawn = {open_scene(device, settings, {extent}, "")};
    for (std::size_t i = 0; i < settings.panes.size(); ++i) {
        if (settings.panes[i].empty()) continue;
        settings::Settings pane = settings::pane_settings(settings, i);
        pane.particles = settings::particles_in_effect(pane);
        drawn.panes.others().push_back(open_scene(device, pane, {extent}, settings::pane_name(i) + ": "));
    }
    if (count > 1) drawn.panes.take(*drawn.first, session::Panes::make_targets(device, picture, count));
    return drawn;
}

int render_and_report(const settings::Request& request, base::Trace* trace) {
    settings::Settings settings = request.settings;
    const Form form = render_form(settings.out);
    if (form != Form::sheet) require_tempo(settings);
    if (form == Form::film) require_frame_rate(settings);
    require_background(settings, form);
    settings.particles = settings::particles_in_effect(settings);
    say(settings, structured_field_notes(settings));
    // The steps of a program from a file are not known yet: play counts again.
    if (form == Form::sheet) {
        require_sheet_size(settings);
    } else {
        frame_count(settings, settings.program.empty() ? settings.steps : 1);
    }
    if (form != Form::frames) base::require_writable(settings.out);
    std::optional<base::TraceSpan> phase;
    phase.emplace(trace, "open device");
    gpu::DeviceRequest drawing = settings::drawing_device_request(settings);
    drawing.trace = trace;
    gpu::Device device(drawing);
    phase.reset();
    Drawn drawn = open_panes(device, settings);
    session::Scene& scene = *drawn.first;
    if (settings.forward && !scene.has_forward_process()) {
        say(settings, {"`forward` shows nothing: the data are not known, or the program has no noise levels"});
        settings.forward = false;
    }
    if (form == Form::sheet && settings.orbit.turntable != 0 && scene.model().dim() >= 3) {
        say(settings, {"`look.turntable` has no effect: a contact sheet shows every state from `look.azimuth`"});
    }

    const std::vector<data::PngText> texts = settings::picture_texts(request);
    const Clock::time_point start = Clock::now();
    std::uint64_t frames = 0;
    if (form == Form::sheet) frames = write_sheet(device, drawn, settings, texts);
    if (form == Form::film) frames = write_film(device, drawn, settings);
    if (form == Form::frames) frames = write_frames(device, drawn, settings, texts);
    const double seconds = milliseconds_since(start) / 1e3;

    const session::Player& player = scene.player();
    const std::string& drawn_by = device.properties().name;
    const bool on_host = settings::asks_for_host(settings);
    if (settings.json) {
        base::print(base::json_line({{"device", on_host ? "host" : drawn_by},
                                     {"drawn_by", drawn_by},
                                     {"variant", player.score().variant()},
                                     {"particles", player.count()},
                                     {"dim", player.score().dim()},
                                     {"steps", player.program().steps},
                                     {"frames", frames},
                                     {"seconds", seconds},
                                     {"out", settings.out}}));
    } else {
        base::print(base::format_shown("{}: {} particles, {} steps, {} frames in {:.1f} s on {}\n", settings.out,
                                       player.count(), player.program().steps, frames, seconds,
                                       on_host ? "host, drawn by " + drawn_by : drawn_by));
    }
    device.wait_idle();
    session::require_no_validation_messages(device);
    return 0;
}

}  // namespace

int render_command(const settings::Request& request) {
    base::watch_interrupts();
    return traced(request.settings, [&](base::Trace* trace) { return render_and_report(request, trace); });
}

}  // namespace scorefield::cli
