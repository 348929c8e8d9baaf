#include "viewer/run_change.hpp"

#include <algorithm>
#include <future>
#include <iterator>
#include <utility>

#include "session/run_notes.hpp"
#include "settings/resolve.hpp"
#include "viewer/score_choice.hpp"

namespace scorefield::viewer {
namespace {

std::vector<std::string> notes_of(const session::PreparedRun& run, const model::Model& model,
                                  const settings::Settings& settings) {
    std::vector<std::string> notes = model.notes;
    std::ranges::move(session::run_notes(run.spec, model, run.program, settings::data_name(settings, model)),
                      std::back_inserter(notes));
    return notes;
}

}  // namespace

session::PreparedRun prepare_beside_frames(const gpu::Device& device, const sample::SamplingSpec& spec,
                                           const model::Model& model, base::Task& task) {
    return std::async(std::launch::async,
                      [&] {
                          base::yield_to_other_threads();
                          const auto check = [&](const diffusion::Program& program) {
                              session::Player::require_room(device, model, program, spec.particles);
                          };
                          return session::prepare_run(spec, model, check, [&task] { task.step(); });
                      })
        .get();
}

RunChange open_scene(gpu::Device& device, const settings::Settings& settings, VkExtent2D extent, base::Task& task,
                     const settings::GivenNames& given) {
    RunChange change;
    change.settings = settings;
    model::Model model = settings::open_model(settings, given);
    task.step();
    const sample::SamplingSpec spec = settings::sampling_spec(settings, model);
    const session::PreparedRun run = prepare_beside_frames(device, spec, model, task);
    const session::Reference reference = session::open_reference(settings.data, model);
    for (const std::string& text : reference.notes) {
        if (std::ranges::find(model.notes, text) == model.notes.end()) model.notes.push_back(text);
    }
    change.notes = notes_of(run, model, settings);
    task.step();
    change.scene = std::make_unique<session::Scene>(device, std::move(model), run, reference, extent);
    change.scene->player().keep_states();
    return change;
}

RunChange open_nearest_scene(gpu::Device& device, const settings::Settings& settings, VkExtent2D extent,
                             base::Task& task) {
    RunChange change;
    settings::Settings nearest = settings;
    std::string adjustment = open_nearest(
        nearest, [&](const settings::Settings& changed) { change = open_scene(device, changed, extent, task); });
    change.adjustment = std::move(adjustment);
    return change;
}

RunChange compile_run(const gpu::Device& device, const model::Model& model, const settings::Settings& settings,
                      base::Task& task) {
    RunChange change;
    change.settings = settings;
    change.run = prepare_beside_frames(device, settings::sampling_spec(settings, model), model, task);
    change.notes = notes_of(*change.run, model, settings);
    return change;
}

}  // namespace scorefield::viewer
