#include "study/study_training.hpp"

#include "train/gpu_trainer.hpp"

namespace scorefield::study {
namespace {

bool on_device(const gpu::Device& device, const StudyRequest& request) {
    return request.device_chosen || !device.properties().is_software;
}

}  // namespace

train::TrainerMaker study_trainer(gpu::Device& device, const StudyRequest& request) {
    if (!on_device(device, request)) return train::make_host_trainer;
    return train::gpu_trainer_maker(device);
}

std::string study_trainer_name(const gpu::Device& device, const StudyRequest& request) {
    return on_device(device, request) ? device.properties().name : "host";
}

}  // namespace scorefield::study
