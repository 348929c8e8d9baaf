#pragma once

#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <ostream>
#include <string>

#include "data/datasets.hpp"
#include "diffusion/process.hpp"
#include "train/batch_source.hpp"
#include "train/small_settings.hpp"

namespace scorefield::train {

/// An objective on a process with a prediction; the process has as much of its range as single precision can be tested
/// on.
struct ObjectiveCase {
    const char* objective;
    const char* process;
    diffusion::Prediction prediction;
    bool conditional = false;
};

inline void PrintTo(const ObjectiveCase& what, std::ostream* out) {
    *out << what.objective << " on " << what.process;
}

/// For names of tests.
inline std::string name_of(const testing::TestParamInfo<ObjectiveCase>& info) {
    const ObjectiveCase& what = info.param;
    return std::string(what.objective) + "_" + what.process + "_" +
           std::string(diffusion::prediction_name(what.prediction)) + (what.conditional ? "_conditional" : "");
}

/// Every objective where it is at home, and some where it is a guest.
inline constexpr std::array<ObjectiveCase, 22> kObjectiveCases = {{
    {"simple", "ddpm", diffusion::Prediction::epsilon},
    {"x0", "ddpm", diffusion::Prediction::x0},
    {"v", "vp", diffusion::Prediction::v},
    {"elbo", "ddpm", diffusion::Prediction::epsilon},
    {"elbo", "vp", diffusion::Prediction::v},
    {"min_snr", "ddpm", diffusion::Prediction::v},
    {"edm", "edm", diffusion::Prediction::edm},
    {"dsm", "ve", diffusion::Prediction::score},
    {"ncsn", "ve", diffusion::Prediction::score},
    {"ncsn", "ve", diffusion::Prediction::epsilon},
    {"score_ou", "ou", diffusion::Prediction::score},
    {"esm", "ve", diffusion::Prediction::score},
    {"esm", "edm", diffusion::Prediction::edm},
    {"ism", "ve", diffusion::Prediction::score},
    {"ism", "edm", diffusion::Prediction::edm},
    {"ssm", "ve", diffusion::Prediction::score},
    {"ssm", "flow", diffusion::Prediction::velocity},
    {"one_step", "additive", diffusion::Prediction::score},
    {"one_step", "ddpm", diffusion::Prediction::epsilon},
    {"flow", "flow", diffusion::Prediction::velocity},
    {"simple", "subvp", diffusion::Prediction::epsilon, true},
    {"ism", "ve", diffusion::Prediction::score, true},
}};

inline TrainSettings settings_of(const ObjectiveCase& what) {
    TrainSettings settings = small_settings();
    settings.process = {};
    settings.process.name = what.process;
    settings.objective.name = what.objective;
    settings.objective.points = 200;
    settings.prediction = what.prediction;
    settings.conditional = what.conditional;
    return settings;
}

/// Batches of the case with all that they refer to.
struct CaseBatches {
    TrainSettings settings;
    std::unique_ptr<data::Dataset> data;
    std::shared_ptr<const diffusion::NoiseProcess> process;
    BatchSource source;

    explicit CaseBatches(const TrainSettings& wanted)
        : settings(wanted),
          data(data::open_dataset(wanted.data)),
          process(diffusion::make_process(wanted.process)),
          source(*data, *process, settings) {}
};

}  // namespace scorefield::train
