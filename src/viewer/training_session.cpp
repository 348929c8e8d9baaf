#include "viewer/training_session.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "nn/mlp.hpp"
#include "session/gpu_device.hpp"
#include "session/painting.hpp"
#include "settings/device_request.hpp"
#include "settings/resolve.hpp"
#include "settings/training_record.hpp"
#include "viewer/run_change.hpp"
#include "viewer/score_choice.hpp"

namespace scorefield::viewer {
namespace {

void require_plane_or_space(const data::Dataset& data) {
    if (data.dim() <= nn::kMaxDim) return;
    throw base::request_error("points have too many coordinates", data.name(),
                              "they have " + std::to_string(data.dim()),
                              "give points of 1 to " + std::to_string(nn::kMaxDim) + " coordinates");
}

std::unique_ptr<data::Dataset> open_data(const TrainingPlan& plan) {
    const std::string& name = plan.settings.data;
    if (name != kPainted) return data::open_dataset(name);
    constexpr double kAspect = static_cast<double>(session::Painting::kWidth) / session::Painting::kHeight;
    return data::make_density(kPainted, session::Painting::kWidth, session::Painting::kHeight, plan.painting,
                              {-kAspect, -1, kAspect, 1});
}

/// The class of --class where the network has it; else all together, or the first where that is not learned.
void choose_class(TrainingSession& session, const settings::Settings& shown) {
    const std::size_t classes = session.trainer->network().classes;
    session.label.reset();
    if (classes == 0) return;
    if (session.settings.label_dropout <= 0) session.label = 0;
    if (shown.label && static_cast<std::size_t>(*shown.label) < classes) session.label = *shown.label;
}

/// The trainer, and the scene as near to `shown` as there is one.
void make(gpu::Device& device, TrainingSession& session, const settings::Settings& shown, VkExtent2D extent,
          base::Task& task) {
    session.trainer = std::make_unique<train::GpuTrainer>(device, session.settings, *session.data, *session.process);
    session.initial = session.trainer->initial_weights();
    choose_class(session, shown);
    session.shown = shown;
    session.note = open_nearest(session.shown, [&](const settings::Settings& wanted) {
        model::Model model = training_model(session);
        const sample::SamplingSpec spec = settings::sampling_spec(wanted, model);
        const session::Reference reference = session::reference_of(*session.data, model.scaling);
        const session::PreparedRun run = prepare_beside_frames(device, spec, model, task);
        session.scene = std::make_unique<session::Scene>(device, std::move(model), run, reference, extent);
        session.scene->player().keep_states();
    });
    session.scene->player().prepare_live(session.trainer->averaged(), session.trainer->network().classes);
}

/// Has the driver compile what it compiles at the first run only, and keep it for the next device.
void compile_beside(const gpu::Device& device, TrainingSession& session, const settings::Settings& shown,
                    base::Task& task) {
    settings::Settings wanted = shown;
    wanted.device = device.properties().name;
    wanted.validation = "off";
    constexpr std::uint32_t kFew = 512;
    wanted.particles = std::min(wanted.particles, kFew);
    gpu::Device twin(settings::device_request(wanted));
    make(twin, session, wanted, {64, 64}, task);
    session.scene.reset();
    session.trainer.reset();
}

}  // namespace

bool same_training(const TrainingPlan& a, const TrainingPlan& b) {
    const auto same = [&](const settings::Setting& setting) {
        return settings::value_text(a.settings, setting) == settings::value_text(b.settings, setting);
    };
    return a.painting == b.painting && std::ranges::all_of(settings::setting_table(), same);
}

model::Model training_model(const TrainingSession& session) {
    const train::GpuTrainer& trainer = *session.trainer;
    model::Model model;
    model.path = "training";
    model.in_training = true;
    model.checkpoint = train::describe_network(session.settings, *session.process, trainer);
    model::Checkpoint& checkpoint = *model.checkpoint;
    checkpoint.network.classes = 0;
    checkpoint.tensors = nn::weights_of_class(session.initial, trainer.network(), session.label);
    model.process_settings = checkpoint.process;
    model.process = session.process;
    model.parametrisation = train::parametrisation(session.settings);
    model.scaling = checkpoint.scaling;
    model.clean_moments = checkpoint.clean_moments;
    model.data = checkpoint.data;
    return model;
}

std::unique_ptr<TrainingSession> prepare_training(gpu::Device& device, const TrainingPlan& plan,
                                                  const settings::Settings& shown, VkExtent2D extent,
                                                  base::Task& task) {
    auto session = std::make_unique<TrainingSession>();
    session->plan = plan;
    session->settings = settings::train_spec(plan.settings);
    session->settings.record = settings::training_record(plan.settings, {}, device.properties().name);
    session->settings.out.clear();
    train::check_spec(session->settings);
    session->process = diffusion::make_process(session->settings.process);
    session->data = open_data(plan);
    require_plane_or_space(*session->data);
    session->notes = data::notes_with_scaling(*session->data, session->settings.scaling);
    session->settings.data = session->data->name();
    // Others compile when a pipeline is made.
    if (device.properties().is_software) compile_beside(device, *session, shown, task);
    task.step();
    make(device, *session, shown, extent, task);
    return session;
}

}  // namespace scorefield::viewer
