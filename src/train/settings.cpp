#include "train/settings.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "base/error.hpp"
#include "base/names.hpp"

namespace scorefield::train {
namespace {

constexpr std::uint64_t kMaxSteps = 0xFFFF'FFFF;  // a step is a 32-bit index of the random streams
constexpr std::size_t kMaxBatch = 1 << 20;
constexpr std::size_t kMaxWidth = 4096;
constexpr std::size_t kMaxDepth = 64;

template <typename T>
void require(const std::string& flag, T value, T low, T high) {
    if (value >= low && value <= high) return;
    throw base::request_error("setting out of range", flag, std::to_string(value) + " is not allowed",
                              "choose from " + std::to_string(low) + " to " + std::to_string(high));
}

}  // namespace

void check_settings(const TrainSettings& settings) {
    require<std::uint64_t>("--train.steps", settings.steps, 1, kMaxSteps);
    require<std::size_t>("--train.batch", settings.batch, 1, kMaxBatch);
    require("--train.learning_rate", settings.learning_rate, 1e-12, 10.0);
    require("--train.final_learning_rate", settings.final_learning_rate, 0.0, 10.0);
    require<std::uint64_t>("--train.warmup", settings.warmup, 0, kMaxSteps);
    require("--train.ema", settings.ema, 0.0, std::nextafter(1.0, 0.0));
    require("--train.clip", settings.clip, 0.0, 1e12);
    require<std::size_t>("--network.width", settings.width, 1, kMaxWidth);
    require<std::size_t>("--network.depth", settings.depth, 0, kMaxDepth);
    require<std::size_t>("--network.features", settings.features, 1, kMaxWidth);
    if (std::ranges::find(kRateSchedules, settings.schedule) == kRateSchedules.end()) {
        throw base::request_error("unknown learning-rate schedule '" + settings.schedule + "'", "--train.schedule",
                                  "no such name", base::name_hint(settings.schedule, kRateSchedules));
    }
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
