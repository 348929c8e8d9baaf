#pragma once

#include <vector>

#include "app/study/study.hpp"
#include "app/study/table.hpp"
#include "gpu/device.hpp"

namespace scorefield::app {

// One function per study that needs a device; studies.cpp says what each is about.

std::vector<Table> laws_study(gpu::Device& device, const StudyRequest& request);
std::vector<Table> gaussian_study(gpu::Device& device, const StudyRequest& request);
std::vector<Table> mixtures_study(gpu::Device& device, const StudyRequest& request);
std::vector<Table> chain_study(gpu::Device& device, const StudyRequest& request);
std::vector<Table> inversion_study(gpu::Device& device, const StudyRequest& request);
std::vector<Table> scaling_study(gpu::Device& device, const StudyRequest& request);
std::vector<Table> seed_study(gpu::Device& device, const StudyRequest& request);
std::vector<Table> objectives_study(gpu::Device& device, const StudyRequest& request);

}  // namespace scorefield::app
