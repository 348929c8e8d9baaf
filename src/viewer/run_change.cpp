#include "viewer/run_change.hpp"

#include <algorithm>
#include <future>
#include <iterator>
#include <utility>

#include "render/drawable.hpp"
#include "session/camera_notes.hpp"
#include "session/field_lines.hpp"
#include "session/painting.hpp"
#include "session/run_notes.hpp"
#include "settings/resolve.hpp"
#include "settings/training_record.hpp"
#include "viewer/score_choice.hpp"

namespace scorefield::viewer {
namespace {

std::vector<std::string> notes_of(const session::PreparedRun& run, const model::Model& model,
                                  const settings::Settings& settings) {
    std::vector<std::string> notes = model.notes;
    std::ranges::move(session::run_notes(run.spec, model, run.program, settings::data_name(settings, model)),
                      std::back_inserter(notes));
    std::ranges::move(session::guide_notes(settings.guides, model, run.program, run.spec.particles),
                      std::back_inserter(notes));
    // What the mouse has changed in another scene is nobody's mistake.
    render::ViewSpec view = settings::view_spec(settings);
    view.orbit = {.projection = view.orbit.projection, .turntable = view.orbit.turntable};
    std::ranges::move(session::camera_notes(view, model.dim()), std::back_inserter(notes));
    return notes;
}

/// Does the work on threads of lower priority than the frames, because it may keep all cores busy for minutes.
template <class Work>
auto beside_frames(const Work& work) {
    return std::async(std::launch::async,
                      [&] {
                          base::yield_to_other_threads();
                          return work();
                      })
        .get();
}

/// session::prepare_run for this device. Throws base::Error, and base::Cancelled as the task does.
session::PreparedRun prepare_beside_frames(const gpu::Device& device, const sample::SamplingSpec& spec,
                                           const model::Model& model, session::Computes computes, base::Task& task) {
    return beside_frames([&] {
        const auto check = [&](const diffusion::Program& program) {
            session::Player::require_room(device, model, program, spec.particles, computes);
        };
        return session::prepare_run(spec, model, check, [&task] { task.step(); });
    });
}

std::unique_ptr<data::Dataset> open_data(const TrainingPlan& plan) {
    const std::string& name = plan.settings.data;
    return name == session::kPainted ? session::painted_data(plan.painting) : data::open_dataset(name);
}

}  // namespace

bool same_training(const TrainingPlan& a, const TrainingPlan& b) {
    const auto same = [&](const settings::Setting& setting) {
        return settings::value_text(a.settings, setting) == settings::value_text(b.settings, setting);
    };
    return a.painting == b.painting && std::ranges::all_of(settings::setting_table(), same);
}

RunChange open_scene(gpu::Device& device, const settings::Settings& settings, const render::PictureForm& form,
                     base::Task& task) {
    RunChange change;
    change.settings = settings;
    model::Model model = settings::open_model(settings);
    render::require_drawable(model.dim(), model.target ? "`target`" : model.path.string());
    task.step();
    const sample::SamplingSpec spec = settings::sampling_spec(settings, model);
    const session::Computes computes = session::computes_of(settings::asks_for_host(settings));
    const session::PreparedRun run = prepare_beside_frames(device, spec, model, computes, task);
    const session::Reference reference = session::open_reference(settings.data, model, settings::class_label(settings));
    for (const std::string& text : reference.notes) {
        if (std::ranges::find(model.notes, text) == model.notes.end()) model.notes.push_back(text);
    }
    change.notes = notes_of(run, model, settings);
    task.step();
    change.scene = std::make_unique<session::Scene>(device, std::move(model), run, reference, form, computes);
    change.scene->player().keep_states();
    return change;
}

RunChange open_nearest_scene(gpu::Device& device, const settings::Settings& settings, const render::PictureForm& form,
                             base::Task& task) {
    RunChange change;
    settings::Settings nearest = settings;
    std::string adjustment = open_nearest(
        nearest, [&](const settings::Settings& changed) { change = open_scene(device, changed, form, task); });
    change.adjustment = std::move(adjustment);
    return change;
}

RunChange open_training(gpu::Device& device, const TrainingPlan& plan, const settings::Settings& shown,
                        const render::PictureForm& form, base::Task& task) {
    RunChange change;
    session::TrainingRequest request;
    request.spec = settings::train_spec(plan.settings);
    request.spec.record = settings::training_record(plan.settings, device.properties().name);
    request.data = open_data(plan);
    render::require_drawable(request.data->dim(), request.data->name(),
                             "use 'scorefield train' to train without a picture");
    if (shown.label) request.label = static_cast<std::size_t>(*shown.label);
    request.make_run = [&](const gpu::Device& runs, const model::Model& model, std::uint32_t most_particles) {
        session::PreparedRun run;
        change.settings = shown;
        change.settings.particles = std::min(shown.particles, most_particles);
        change.adjustment = open_nearest(change.settings, [&](const settings::Settings& wanted) {
            run = prepare_beside_frames(runs, settings::sampling_spec(wanted, model), model, session::Computes::device,
                                        task);
        });
        return run;
    };
    change.training = session::prepare_training(device, request, form, task);
    change.scene = std::move(change.training->scene);
    change.notes = data::notes_with_scaling(*request.data, request.spec.scaling);
    return change;
}

RunChange prepare_run_change(const gpu::Device& device, const model::Model& model, const session::RunLoader& loader,
                             const settings::Settings& settings, base::Task& task) {
    RunChange change;
    change.settings = settings;
    // A network in training is on the device.
    const bool on_host = settings::asks_for_host(settings) && !model.in_training;
    change.run = prepare_beside_frames(device, settings::sampling_spec(settings, model), model,
                                       session::computes_of(on_host), task);
    task.step();
    change.loaded = beside_frames([&] { return loader.load(*change.run, [&task] { task.step(); }); });
    change.notes = notes_of(*change.run, model, settings);
    return change;
}

}  // namespace scorefield::viewer
