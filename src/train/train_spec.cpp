#include "train/train_spec.hpp"

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

void check_spec(const TrainSpec& spec) {
    check_objective(spec.objective);
    if (!data::is_utf8(spec.data)) {
        throw base::request_error("invalid name of data", "`data`", "it is not valid UTF-8, which a model's file holds",
                                  "rename the data file");
    }
    require_range<std::uint64_t>("`train.steps`", spec.steps, 1, kMaxSteps);
    require_range<std::size_t>("`train.batch`", spec.batch, 1, kMaxBatch);
    require_range("`train.learning_rate`", spec.learning_rate, kMinLearningRate, kMaxLearningRate);
    require_range("`train.final_learning_rate`", spec.final_learning_rate, 0.0, kMaxLearningRate);
    require_range<std::uint64_t>("`train.warmup`", spec.warmup, 0, kMaxSteps);
    require_range("`train.weight_decay`", spec.weight_decay, 0.0, kMaxWeightDecay);
    require_range("`train.label_dropout`", spec.label_dropout, 0.0, 1.0);
    require_range("`train.ema`", spec.ema, 0.0, kMaxEma);
    require_range("`train.clip`", spec.clip, 0.0, kMaxClip);
    model::Architecture network = spec.network;
    for (const nn::NetworkSize& size : model::sizes_of(network)) {
        require_range(fmt::format("`network.{}`", size.name), *size.value, size.low, size.high_trained);
    }
    require_range("`network.input_gain`", spec.input_gain, kMinInputGain, kMaxInputGain);
    if (std::ranges::find(kRateSchedules, spec.schedule) == kRateSchedules.end()) {
        throw base::request_error("unknown learning-rate schedule '" + spec.schedule + "'", "`train.schedule`",
                                  "no such name", base::name_hint(spec.schedule, kRateSchedules));
    }
}

diffusion::Parametrisation parametrisation(const TrainSpec& spec) {
    return {spec.prediction, spec.process.sigma_data.value_or(diffusion::kDefaultSigmaData)};
}

double learning_rate(const TrainSpec& spec, std::uint64_t step) {
    if (step < spec.warmup) {
        return spec.learning_rate * static_cast<double>(step + 1) / static_cast<double>(spec.warmup);
    }
    if (spec.schedule == "constant") return spec.learning_rate;
    const double falling = static_cast<double>(spec.steps) - 1 - static_cast<double>(spec.warmup);
    const double place = falling > 0 ? std::min(static_cast<double>(step - spec.warmup) / falling, 1.0) : 0;
    const double remaining = spec.schedule == "linear" ? 1 - place : 0.5 * (1 + std::cos(std::numbers::pi * place));
    return spec.final_learning_rate + (spec.learning_rate - spec.final_learning_rate) * remaining;
}

}  // namespace scorefield::train
