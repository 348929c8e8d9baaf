#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "base/random.hpp"
#include "data/datasets.hpp"
#include "diffusion/process.hpp"
#include "nn/matrix.hpp"
#include "train/batch_source.hpp"
#include "train/objective.hpp"
#include "train/small_settings.hpp"

namespace scorefield::train {

/// An objective on a process with a prediction; the process has as much of its range as single precision can be tested
/// on.
struct ObjectiveCase {
    const char* objective;
    const char* process;
    diffusion::Prediction prediction;
    bool conditional = false;
    double sigma = 0;     ///< the single noise level of all rows; 0: all levels
    std::size_t dim = 0;  ///< dimension of random points; 0: the data of the settings
};

inline void PrintTo(const ObjectiveCase& what, std::ostream* out) {
    *out << what.objective << " on " << what.process;
    if (what.sigma > 0) *out << " at " << what.sigma;
    if (what.dim > 0) *out << " in " << what.dim << " dimensions";
}

/// For names of tests.
inline std::string name_of(const testing::TestParamInfo<ObjectiveCase>& info) {
    const ObjectiveCase& what = info.param;
    return std::string(what.objective) + "_" + what.process + "_" +
           std::string(diffusion::prediction_name(what.prediction)) + (what.conditional ? "_conditional" : "") +
           (what.sigma > 0 ? "_at_one_level" : "") + (what.dim > 0 ? "_d" + std::to_string(what.dim) : "");
}

/// Every objective where it is at home, and some where it is a guest.
inline constexpr std::array<ObjectiveCase, 34> kObjectiveCases = {{
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
    {"dsm", "ve", diffusion::Prediction::score, false, 0.3},
    {"esm", "edm", diffusion::Prediction::edm, false, 0.5},
    {"ssm", "ve", diffusion::Prediction::score, false, 1},
    {"simple", "vp", diffusion::Prediction::epsilon, true, 1},
    {"simple", "ddpm", diffusion::Prediction::epsilon, false, 0, 4},
    {"simple", "ddpm", diffusion::Prediction::epsilon, false, 0, 17},
    {"min_snr", "ddpm", diffusion::Prediction::v, false, 0, 100},
    {"esm", "edm", diffusion::Prediction::edm, false, 0, 5},
    {"esm", "ve", diffusion::Prediction::score, false, 0, 17},
    {"ism", "ve", diffusion::Prediction::score, false, 0, 5},
    {"ssm", "ve", diffusion::Prediction::score, false, 0, 17},
    {"one_step", "ddpm", diffusion::Prediction::epsilon, false, 0, 6},
}};

inline TrainSpec settings_of(const ObjectiveCase& what) {
    TrainSpec settings = small_settings();
    settings.process = {};
    settings.process.name = what.process;
    settings.objective.name = what.objective;
    settings.objective.points = 200;
    settings.prediction = what.prediction;
    settings.conditional = what.conditional;
    if (what.sigma > 0) settings.objective.sigma = what.sigma;
    return settings;
}

/// Correlated normals: each coordinate is a normal plus half of the previous coordinate.
inline std::unique_ptr<data::Dataset> random_points(std::size_t dim) {
    constexpr std::size_t kCount = 300;
    data::Points points = {kCount, dim, std::vector<float>(kCount * dim)};
    for (std::uint32_t i = 0; i < kCount; ++i) {
        float before = 0;
        for (std::uint32_t e = 0; e < dim; ++e) {
            before = 0.5F * before + base::normal(12, i, e, 0, base::kDataStream);
            points.values[i * dim + e] = before;
        }
    }
    return data::make_dataset("random points", std::move(points), {});
}

/// Batches of the case with all that they refer to.
struct CaseBatches {
    TrainSpec settings;
    std::unique_ptr<data::Dataset> data;
    std::shared_ptr<const diffusion::NoiseProcess> process;
    BatchSource source;

    /// `dim`: as ObjectiveCase::dim.
    explicit CaseBatches(const TrainSpec& wanted, std::size_t dim = 0)
        : settings(wanted),
          data(dim > 0 ? random_points(dim) : data::open_dataset(wanted.data)),
          process(diffusion::make_process(wanted.process)),
          source(*data, *process, settings) {}
};

/// What the objective's graph reads of a batch of so many rows, in double precision.
inline std::map<std::string, nn::Matrix> batch_matrices(const Batch& batch, std::size_t rows) {
    std::map<std::string, nn::Matrix> matrices;
    for (const auto& [name, values] : batch_bindings(batch)) {
        // Rows that share their time have no levels.
        if (values.empty() || (name == "level" && batch.times.size() == 1)) continue;
        const std::size_t count = name == "c_noise" ? batch.times.size() : rows;
        nn::Matrix& matrix = matrices[name] = nn::Matrix(count, values.size() / count);
        std::ranges::copy(values, matrix.values.begin());
    }
    return matrices;
}

}  // namespace scorefield::train
