#include "app/study/study_training.hpp"

#include <memory>

#include "train/gpu_trainer.hpp"

namespace scorefield::app {
namespace {

bool on_device(const gpu::Device& device, const StudyRequest& request) {
    return request.device_chosen || !device.properties().is_software;
}

}  // namespace

train::TrainerMaker study_trainer(gpu::Device& device, const StudyRequest& request) {
    if (!on_device(device, request)) return train::make_host_trainer;
    return [&device](const train::TrainSettings& settings, const data::Dataset& data,
                     const diffusion::NoiseProcess& process) -> std::unique_ptr<train::Trainer> {
        return std::make_unique<train::GpuTrainer>(device, settings, data, process);
    };
}

std::string study_trainer_name(const gpu::Device& device, const StudyRequest& request) {
    return on_device(device, request) ? device.properties().name : "host";
}

}  // namespace scorefield::app
