#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "data/spread.hpp"
#include "diffusion/prediction.hpp"
#include "diffusion/process.hpp"
#include "model/architecture.hpp"
#include "train/objectives.hpp"

namespace scorefield::train {

inline constexpr std::array<std::string_view, 3> kRateSchedules = {"constant", "linear", "cosine"};

// What check_spec lets through.
inline constexpr std::uint64_t kMaxSteps = 1'000'000'000;
inline constexpr std::size_t kMaxBatch = 1'000'000;
inline constexpr double kMinLearningRate = 1e-12;
inline constexpr double kMaxLearningRate = 10;
inline constexpr double kMaxEma = 0.9999999;
inline constexpr double kMaxClip = 1e6;
inline constexpr double kMaxWeightDecay = 10;
inline constexpr double kMinInputGain = 0.01;
inline constexpr double kMaxInputGain = 1000;

/// How a network is trained, whatever it learns from; the comments name the fields of a request and the least values.
struct TrainOptions {
    ObjectiveSettings objective;        ///< `objective`, `objective.NAME`
    bool conditional = false;           ///< `train.conditional`: the network is told the class of each point
    double label_dropout = 0.1;         ///< `train.label_dropout`: share of rows whose class is hidden
    std::uint64_t steps = 6000;         ///< `train.steps`, ≥ 1
    std::size_t batch = 2048;           ///< `train.batch`, ≥ 1
    double learning_rate = 4e-3;        ///< `train.learning_rate`, ≥ kMinLearningRate
    double final_learning_rate = 1e-5;  ///< `train.final_learning_rate`; unused where constant
    std::string schedule = "cosine";    ///< `train.schedule`
    std::uint64_t warmup = 100;         ///< `train.warmup`: steps of linear growth to learning_rate
    double weight_decay = 0;            ///< `train.weight_decay`: of AdamW, times the learning rate each step
    double ema = 0.999;                 ///< `train.ema`: decay of the averaged weights
    double clip = 1;                    ///< `train.clip`: largest norm of the gradient; 0: none
    /// `train.save_every`: steps between checkpoints; 0: only the last; absent: one about every minute
    std::optional<int> save_every;
    bool keep_state = true;     ///< `train.keep_state`: the last checkpoint, too, can be gone on from
    double input_gain = 1;      ///< `network.input_gain`, kMinInputGain … kMaxInputGain
    std::filesystem::path log;  ///< `log`: CSV, one row per step; empty: none
};

/// A training in which every default has been decided: its objective has a name.
struct TrainSpec : TrainOptions {
    model::Architecture network;  ///< `network.NAME`; the data determine its coordinates and classes
    std::string data;             ///< `data`, valid UTF-8: the checkpoint keeps it
    data::ScalingMode scaling = data::ScalingMode::automatic;           ///< `data.scaling`
    diffusion::ProcessSettings process;                                 ///< `process`, `process.NAME`
    diffusion::Prediction prediction = diffusion::Prediction::epsilon;  ///< `prediction`
    std::uint64_t seed = 0;                                             ///< `seed`
    std::filesystem::path out;                                          ///< `out`; empty: nothing is written
    std::map<std::string, std::string> record;  ///< what checkpoints keep of how they were made (`training`)
    std::size_t threads = 0;                    ///< 0: one per core; changes nothing but the time
};

/// Throws base::Error (request) naming the flag of the first setting out of range.
void check_spec(const TrainSpec& spec);

/// The prediction with what its formulas need besides.
diffusion::Parametrisation parametrisation(const TrainSpec& spec);

/// The learning rate of a step (0 …): grows linearly over the warm-up, then falls from learning_rate at its end to
/// final_learning_rate at the last step, along a line or half a cosine, or stays.
double learning_rate(const TrainSpec& spec, std::uint64_t step);

}  // namespace scorefield::train
