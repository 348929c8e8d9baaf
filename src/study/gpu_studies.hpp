#pragma once

#include <filesystem>
#include <vector>

#include "gpu/device.hpp"
#include "study/study.hpp"
#include "study/table.hpp"

namespace scorefield::study {

// One function per study that needs a device; studies.cpp says what each is about.

std::vector<Table> laws_study(gpu::Device& device, const StudyRequest& request);
std::vector<Table> gaussian_study(gpu::Device& device, const StudyRequest& request);
std::vector<Table> mixtures_study(gpu::Device& device, const StudyRequest& request);
std::vector<Table> chain_study(gpu::Device& device, const StudyRequest& request);
std::vector<Table> inversion_study(gpu::Device& device, const StudyRequest& request);
std::vector<Table> scaling_study(gpu::Device& device, const StudyRequest& request);
std::vector<Table> seed_study(gpu::Device& device, const StudyRequest& request);
/// The path of the model of seed_study, next to its picture. Throws base::Error (request) if a file of another origin
/// has this name.
std::filesystem::path seed_model(const std::filesystem::path& picture);
/// Rows for the data themselves, the default sampler and few steps; judged by the criteria of quality.hpp.
std::vector<Table> quality_study(gpu::Device& device, const StudyRequest& request);
std::vector<Table> samplers_study(gpu::Device& device, const StudyRequest& request);
std::vector<Table> objectives_study(gpu::Device& device, const StudyRequest& request);

}  // namespace scorefield::study
