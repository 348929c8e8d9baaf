#pragma once

#include <filesystem>
#include <vector>

#include "session/engine.hpp"
#include "study/study.hpp"
#include "study/table.hpp"

namespace scorefield::study {

// One function per study that runs on an engine; studies.cpp says what each is about. seed and objectives draw
// pictures, which needs Vulkan: a build without has neither.

std::vector<Table> laws_study(session::Engine& engine, const StudyRequest& request);
std::vector<Table> gaussian_study(session::Engine& engine, const StudyRequest& request);
std::vector<Table> mixtures_study(session::Engine& engine, const StudyRequest& request);
std::vector<Table> chain_study(session::Engine& engine, const StudyRequest& request);
std::vector<Table> inversion_study(session::Engine& engine, const StudyRequest& request);
std::vector<Table> scaling_study(session::Engine& engine, const StudyRequest& request);
std::vector<Table> seed_study(session::Engine& engine, const StudyRequest& request);
/// The path of the model of seed_study, next to its picture. Throws base::Error (request) if a file of another origin
/// has this name.
std::filesystem::path seed_model(const std::filesystem::path& picture);
/// Rows for the data themselves, the default sampler and few steps; judged by the criteria of quality.hpp.
std::vector<Table> quality_study(session::Engine& engine, const StudyRequest& request);
std::vector<Table> samplers_study(session::Engine& engine, const StudyRequest& request);
std::vector<Table> objectives_study(session::Engine& engine, const StudyRequest& request);

}  // namespace scorefield::study
