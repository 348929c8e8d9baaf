#include "train/settings.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "base/error.hpp"
#include "base/names.hpp"
#include "data/safetensors.hpp"
#include "train/ranges.hpp"

namespace scorefield::train {
namespace {

static_assert(kMaxSteps <= 0xFFFF'FFFF, "a step is a 32-bit index of the random streams");

}  // namespace

void check_settings(const TrainSettings& settings) {
    check_objective(settings.objective);
    if (!data::is_utf8(settings.data)) {
        throw base::request_error("invalid name of data", "`data`", "it is not valid UTF-8, which a model's file holds",
                                  "rename the data file");
    }
    require_range<std::uint64_t>("`train.steps`", settings.steps, 1, kMaxSteps);
    require_range<std::size_t>("`train.batch`", settings.batch, 1, kMaxBatch);
    require_range("`train.learning_rate`", settings.learning_rate, kMinLearningRate, kMaxLearningRate);
    require_range("`train.final_learning_rate`", settings.final_learning_rate, 0.0, kMaxLearningRate);
    require_range<std::uint64_t>("`train.warmup`", settings.warmup, 0, kMaxSteps);
    require_range("`train.weight_decay`", settings.weight_decay, 0.0, kMaxWeightDecay);
    require_range("`train.label_dropout`", settings.label_dropout, 0.0, 1.0);
    require_range("`train.ema`", settings.ema, 0.0, kMaxEma);
    require_range("`train.clip`", settings.clip, 0.0, kMaxClip);
    require_range<std::size_t>("`network.width`", settings.width, 1, kMaxWidth);
    require_range<std::size_t>("`network.depth`", settings.depth, 0, kMaxDepth);
    require_range<std::size_t>("`network.features`", settings.features, 1, kMaxFeatures);
    require_range("`network.input_gain`", settings.input_gain, kMinInputGain, kMaxInputGain);
    if (std::ranges::find(kRateSchedules, settings.schedule) == kRateSchedules.end()) {
        throw base::request_error("unknown learning-rate schedule '" + settings.schedule + "'", "`train.schedule`",
                                  "no such name", base::name_hint(settings.schedule, kRateSchedules));
    }
}

diffusion::Parametrisation parametrisation(const TrainSettings& settings) {
    return {settings.prediction, settings.process.sigma_data.value_or(diffusion::kDefaultSigmaData)};
}

double learning_rate(const TrainSettings& settings, std::uint64_t step) {
    if (step < settings.warmup) {
        return settings.learning_rate * static_cast<double>(step + 1) / static_cast<double>(settings.warmup);
    }
    if (settings.schedule == "constant") return settings.learning_rate;
    const double falling = static_cast<double>(settings.steps) - 1 - static_cast<double>(settings.warmup);
    const double place = falling > 0 ? std::min(static_cast<double>(step - settings.warmup) / falling, 1.0) : 0;
    const double remaining = settings.schedule == "linear" ? 1 - place : 0.5 * (1 + std::cos(std::numbers::pi * place));
    return settings.final_learning_rate + (settings.learning_rate - settings.final_learning_rate) * remaining;
}

}  // namespace scorefield::train
