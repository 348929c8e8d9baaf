#pragma once

#include <string>

#include "gpu/device.hpp"
#include "study/study.hpp"
#include "train/train.hpp"

namespace scorefield::study {

/// Where a study trains: on the device, but on the processor where the device is that one's own and nobody chose it.
/// `device` must outlive what the maker makes.
train::TrainerMaker study_trainer(gpu::Device& device, const StudyRequest& request);

/// What that is called: the device's name, or host.
std::string study_trainer_name(const gpu::Device& device, const StudyRequest& request);

}  // namespace scorefield::study
