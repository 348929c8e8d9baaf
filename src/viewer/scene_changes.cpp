#include "viewer/scene_changes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <utility>

#include "base/error.hpp"
#include "base/text.hpp"
#include "settings/resolve.hpp"
#include "settings/training_settings.hpp"
#include "viewer/scene_list.hpp"

namespace scorefield::viewer {
namespace {

/// The name of the score that the settings open.
std::string opened_name(const settings::Settings& settings) {
    if (!settings.target.empty()) return base::shown(settings.target);
    return settings.model.empty() ? "the default model" : base::shown(settings.model);
}

/// What Cancel of a change does, in tooltips.
constexpr const char* kKeepRun = "Keep the current run";

/// The tooltip of the job that Escape cancels.
std::string with_escape(const std::string& help) {
    return help + "  (Esc)";
}

/// Clears title and description of a scene file, which no longer apply.
void forget_title(settings::Settings& settings) {
    settings.title.clear();
    settings.about.clear();
}

}  // namespace

SceneChanges::SceneChanges(Context& context, const render::PictureForm& form)
    : context_(context), format_(form.format), applied_(context.settings), opened_(context.settings) {
    change_.ask("Opening " + opened_name(context.settings),
                [&device = context.device, settings = context.settings, form](base::Task& task) {
                    return open_scene(device, settings, form, task);
                });
}

void SceneChanges::serve() {
    const Requests& requests = context_.requests;
    if (requests.cancel_change && !context_.scene) {
        open_default_run();
    } else if (requests.cancel_change) {
        if (!change_.wanted()) cancel_training();
        cancel();
    }
    if (requests.open_scene && context_.scene) {
        const auto open = [this, path = *requests.open_scene] { open_file(path); };
        context_.shows_training() ? unless_unsaved(context_, false, open) : open();
        return;
    }
    const bool other_score = requests.target || requests.score_changed;
    if (!other_score && !requests.run_changed) return;
    const auto take_over = [this, target = requests.target, other_score, keeps_title = requests.keeps_title] {
        if (target) choose_target(*target);
        apply(other_score, keeps_title);
    };
    if (!other_score || !context_.shows_training()) {
        take_over();
        return;
    }
    // The network in training would be lost. The controls keep the current score until the user has decided.
    const settings::Settings chosen = context_.settings;
    change_.cancel();
    settings::copy_score(applied_, context_.settings);
    unless_unsaved(context_, false, [this, chosen, take_over] {
        settings::copy_score(chosen, context_.settings);
        take_over();
    });
}

void SceneChanges::cancel() {
    if (!change_.wanted()) return;
    change_.cancel();
    take_back();
    context_.messages.add({MessageKind::info, "Cancelled: " + change_.name()}, "run");
}

/// Opens the default run of the same score in place of the first scene. If that is cancelled as well, there is nothing
/// left to show.
void SceneChanges::open_default_run() {
    change_.cancel();
    settings::Settings& settings = context_.settings;
    const std::string changed = take_default_run(settings);
    if (changed.empty()) {
        ended_ = true;
        return;
    }
    forget_title(settings);
    context_.messages.add({MessageKind::info, fmt::format("Cancelled: {}. Used instead: {}. Choose the other values in "
                                                          "the panel to start that run",
                                                          change_.name(), changed)},
                          "run");
    change_.ask(fmt::format("Opening {} with {}", opened_name(settings), settings.sampler.name),
                [&device = context_.device, settings, form = render::PictureForm{context_.layout.picture, format_}](
                    base::Task& task) { return open_nearest_scene(device, settings, form, task); });
}

/// Opens a scene file. What is shown, and the controls, stay until it is ready.
void SceneChanges::open_file(const std::filesystem::path& path) {
    change_.cancel();
    take_back();
    context_.messages.resolve("run");
    whole_ = true;
    change_.ask("Opening " + base::shown(path.filename().string()),
                [&device = context_.device, shown = context_.settings, path, form = context_.scene->form()](
                    base::Task& task) { return open_scene(device, settings_of_scene(path, shown), form, task); });
}

void SceneChanges::require_opened() const {
    if (failure_) std::rethrow_exception(failure_);
}

/// Ends the preparation of a training; the current one continues.
void SceneChanges::cancel_training() {
    const std::optional<JobProgress> preparation = context_.training.preparation();
    if (!preparation) return;
    context_.training.cancel();
    context_.messages.add({MessageKind::info, "Cancelled: " + preparation->name}, "training");
}

std::vector<JobProgress> SceneChanges::jobs() {
    std::vector<JobProgress> jobs;
    if (change_.wanted()) {
        JobProgress change = progress_of(change_);
        change.cancel_help = cancel_help();
        change.cancel = [this] { context_.requests.cancel_change = true; };
        jobs.push_back(std::move(change));
    }
    if (std::optional<JobProgress> training = context_.training.preparation()) {
        training->cancel_help = change_.wanted() ? kKeepRun : with_escape(kKeepRun);
        training->cancel = [this] { cancel_training(); };
        jobs.push_back(std::move(*training));
    }
    return jobs;
}

/// What the user gets who cancels the change.
std::string SceneChanges::cancel_help() const {
    if (context_.scene) return with_escape(kKeepRun);
    settings::Settings settings = context_.settings;
    const std::string changed = take_default_run(settings);
    return with_escape(changed.empty() ? "Close the window" : "Use instead: " + changed);
}

/// Puts the target into the settings. A target that replaces a model starts with the process of the model.
void SceneChanges::choose_target(const std::string& target) {
    settings::Settings& settings = context_.settings;
    if (settings.target.empty()) {
        learned_model_ = settings.model;
        learned_class_ = settings.label;
        settings::set_process(settings, context_.scene->model().process_settings);
    }
    settings.target = target;
    settings.model = target.empty() ? learned_model_ : "";
    if (!target.empty() && settings.label) {
        context_.messages.add({MessageKind::info, "An exact target has no classes: the class is left out"}, "class");
    }
    settings.label = target.empty() ? learned_class_ : std::nullopt;
    settings.data.clear();
    settings.target_variance.reset();
    settings.dim.reset();
    if (target.empty()) settings::leave_to_network(settings);
}

/// Starts a background job that prepares what the controls say. `nearest`: settings that are not possible are adjusted.
void SceneChanges::apply(bool nearest, bool keeps_title) {
    const settings::Settings& settings = context_.settings;
    session::Scene& scene = *context_.scene;
    context_.messages.resolve("run");
    whole_ = false;
    keeps_title_ = keeps_title;
    nearest = nearest || (change_.wanted() && nearest_);
    nearest_ = nearest;
    const bool same_score = ScoreChoice(settings) == opened_ && !(nearest && context_.shows_training());
    gpu::Device& device = context_.device;
    if (same_score) {
        // A pilot of the network in training must use its current weights.
        std::function<void(model::Model&)> update;
        if (context_.shows_training()) update = context_.training.live.updater();
        change_.ask(
            "Compiling " + (settings.program.empty() ? settings.sampler.name : base::shown(settings.program)),
            [&device, model = scene.shared_model(), update, loader = scene.run_loader(), settings](base::Task& task) {
                if (!update) return prepare_run_change(device, *model, loader, settings, task);
                model::Model current = *model;
                update(current);
                return prepare_run_change(device, current, loader, settings, task);
            });
        return;
    }
    change_.ask("Opening " + opened_name(settings), [&device, nearest, settings,
                                                     form = scene.form()](base::Task& task) {
        return nearest ? open_nearest_scene(device, settings, form, task) : open_scene(device, settings, form, task);
    });
}

SceneChanges::Shown SceneChanges::follow() {
    const bool other_scene = follow_training();
    const Shown shown = follow_change();
    return other_scene ? Shown::other_scene : shown;
}

/// Shows the scene of a training that has become ready. True if there is one.
bool SceneChanges::follow_training() {
    Messages& messages = context_.messages;
    std::optional<RunChange> ready = context_.training.poll(messages);
    if (!ready) return false;
    cancel();
    settings::copy_run(ready->settings, context_.settings);
    applied_ = context_.settings;
    show(std::move(ready->scene));
    messages.resolve("training");
    for (const std::string& text : ready->notes) messages.add_note(text);
    messages.add({MessageKind::warning, ready->adjustment}, "training");
    forget_title(context_.settings);
    return true;
}

SceneChanges::Shown SceneChanges::follow_change() {
    Messages& messages = context_.messages;
    auto outcome = change_.poll();
    if (!outcome) return Shown::same;
    const bool whole = std::exchange(whole_, false) || !context_.scene;
    if (whole && outcome->result) return show_all(std::move(*outcome->result));
    if (!context_.scene) {
        failure_ = outcome->exception;
        ended_ = true;
        return Shown::same;
    }
    if (!outcome->result) {
        messages.add({MessageKind::error, outcome->error}, "run");
        take_back();
        return Shown::same;
    }
    RunChange change = std::move(*outcome->result);
    const ScoreChoice chosen(change.settings);
    try {
        if (change.run) start(change);
    } catch (const base::Error& error) {
        messages.add({MessageKind::error, error.what()}, "run");
        take_back();
        return Shown::same;
    }
    if (!change.adjustment.empty()) {
        settings::copy_run(change.settings, context_.settings);
        messages.add({MessageKind::warning, std::move(change.adjustment)}, "run");
    }
    Shown shown = context_.scene->player().count() == applied_.particles ? Shown::same : Shown::other_size;
    if (change.scene) {
        ScoreChoice of_prediction = opened_;
        of_prediction.prediction = chosen.prediction;
        if (of_prediction == chosen) change.scene->see_as(*context_.scene);
        show(std::move(change.scene));
        opened_ = chosen;
        settings::copy_score(change.settings, context_.settings);
        shown = Shown::other_scene;
    }
    if (!std::exchange(keeps_title_, false)) forget_title(context_.settings);
    applied_ = change.settings;
    show_notes(std::move(change.notes));
    return shown;
}

/// The first scene, or a scene file. From here on the controls determine the settings.
SceneChanges::Shown SceneChanges::show_all(RunChange change) {
    settings::Settings& settings = context_.settings;
    settings = change.settings;
    const model::Model& model = change.scene->model();
    context_.training.plan = settings::training_plan(change.settings, model.data, model.process_settings);
    settings::copy_run(change.settings, settings);
    settings::copy_score(change.settings, settings);
    settings.particles = change.scene->player().count();
    if (settings.target.empty()) settings::leave_to_network(settings);
    applied_ = settings;
    opened_ = ScoreChoice(settings);
    if (context_.scene) {
        show(std::move(change.scene));
        context_.scene->player().playback().play();
    } else {
        context_.scene = std::move(change.scene);
    }
    context_.messages.add({MessageKind::warning, std::move(change.adjustment)}, "run");
    show_notes(std::move(change.notes));
    context_.history.note(settings, context_.training.plan);
    return Shown::other_scene;
}

/// Starts a run of the scene. If its memory could not be allocated in the background, this frame takes long.
void SceneChanges::start(RunChange& change) {
    const bool prepared = change.loaded.has_value();
    session::Scene& scene = *context_.scene;
    scene.take(*change.run, std::move(change.loaded).value_or(session::LoadedRun()));
    if (context_.begins_with_forward_process()) scene.player().playback().restart(true);
    if (prepared) return;
    context_.messages.add(
        {MessageKind::info, "Device memory is short: the picture stopped while memory for the particles was allocated"},
        "run");
}

/// Resets the controls to what is shown.
void SceneChanges::take_back() {
    settings::copy_score(applied_, context_.settings);
    settings::copy_run(applied_, context_.settings);
}

/// Replaces the scene. A training that is no longer shown ends.
void SceneChanges::show(std::unique_ptr<session::Scene> scene) {
    change_.cancel();
    if (!context_.scene->player().playback().playing()) scene->player().playback().pause();
    context_.scene = std::move(scene);
    if (!context_.shows_training()) context_.training.live.drop();
}

/// Shows new notes on data and run as messages and removes those that no longer apply.
void SceneChanges::show_notes(std::vector<std::string> notes) {
    const std::vector<std::string> before = std::exchange(context_.notes, std::move(notes));
    const std::vector<std::string>& now = context_.notes;
    for (const std::string& text : before) {
        if (std::ranges::find(now, text) == now.end()) context_.messages.resolve(text);
    }
    for (const std::string& text : now) {
        if (std::ranges::find(before, text) == before.end()) context_.messages.add_note(text);
    }
}

}  // namespace scorefield::viewer
