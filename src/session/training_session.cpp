#include "session/training_session.hpp"

#include <limits>
#include <utility>

#include "model/model.hpp"
#include "train/train.hpp"

namespace scorefield::session {
namespace {

/// Returns the requested class if the network has it. Otherwise: none (all classes together) if the network learns
/// that, else class 0.
std::optional<std::size_t> shown_class(const TrainingSession& session, std::optional<std::size_t> wanted) {
    const std::size_t classes = model::classes_of(session.trainer->network());
    if (classes == 0) return std::nullopt;
    if (wanted && *wanted < classes) return wanted;
    return session.spec.label_dropout > 0 ? std::nullopt : std::optional<std::size_t>(0);
}

/// Creates the trainer and the scene of its network.
void make(gpu::Device& device, TrainingSession& session, const TrainingRequest& request, std::uint32_t most_particles,
          const render::PictureForm& form) {
    session.trainer = std::make_unique<train::GpuTrainer>(device, session.spec, *session.data, *session.process);
    session.initial = session.trainer->initial_weights();
    session.label = shown_class(session, request.label);
    model::Checkpoint begun = train::describe_network(session.spec, *session.process, *session.trainer);
    begun.tensors = session.initial;
    model::Model model = model::model_in_training(std::move(begun), session.label);
    const PreparedRun run = request.make_run(device, model, most_particles);
    const Reference reference = reference_of(*session.data, model.scaling);
    session.scene = std::make_unique<Scene>(device, std::move(model), run, reference, form);
    session.scene->player().keep_states();
    session.scene->player().prepare_live(session.trainer->averaged(), model::tensors_of(session.trainer->network()));
}

/// Makes the driver compile the pipelines that it compiles only when they first run. The driver caches them for the
/// next device.
void compile_on_second_device(const gpu::Device& device, TrainingSession& session, const TrainingRequest& request,
                              VkFormat format) {
    constexpr std::uint32_t kFew = 512;
    gpu::DeviceRequest same;
    same.selector = device.properties().name;
    gpu::Device second(same);
    make(second, session, request, kFew, {VkExtent2D{64, 64}, format});
    session.scene.reset();
    session.trainer.reset();
}

}  // namespace

std::unique_ptr<TrainingSession> prepare_training(gpu::Device& device, const TrainingRequest& request,
                                                  const render::PictureForm& form, base::Task& task) {
    auto session = std::make_unique<TrainingSession>();
    session->spec = request.spec;
    session->spec.out.clear();
    train::check_spec(session->spec);
    session->process = diffusion::make_process(session->spec.process);
    session->data = request.data;
    session->spec.data = session->data->name();
    train::require_trainable(*session->data, session->spec);
    // Other drivers compile when a pipeline is created.
    if (device.properties().is_software) compile_on_second_device(device, *session, request, form.format);
    task.step();
    make(device, *session, request, std::numeric_limits<std::uint32_t>::max(), form);
    return session;
}

}  // namespace scorefield::session
