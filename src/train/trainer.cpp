#include "train/trainer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "base/error.hpp"

namespace scorefield::train {
namespace {

/// The setting that is most likely at fault.
std::string cure(const TrainSpec& spec) {
    if (spec.weight_decay * spec.learning_rate > 1) return "lower `train.weight_decay`";
    std::string text = fmt::format("lower `train.learning_rate`, which is {}", spec.learning_rate);
    if (spec.clip == 0 || spec.clip > 1) text += ", or set `train.clip` 1";
    if (spec.warmup < 100) text += ", or increase `train.warmup`";
    return text;
}

}  // namespace

bool converges(const StepReport& report) {
    return std::isfinite(report.loss) && std::isfinite(report.squared_gradient) &&
           std::abs(report.loss) <= report.diverged_loss;
}

void require_convergence(const StepReport& report, const TrainSpec& spec) {
    if (converges(report)) return;
    if (!std::isfinite(report.loss)) throw divergence(report.step, "the loss is not finite", spec);
    if (!std::isfinite(report.squared_gradient)) throw divergence(report.step, "the gradient is not finite", spec);
    throw divergence(report.step, fmt::format("the loss is {:.3g}", report.loss), spec);
}

base::Error divergence(std::uint64_t step, const std::string& why, const TrainSpec& spec) {
    return base::running_error("training diverged", "step " + std::to_string(step), why, cure(spec));
}

double clip_factor(double clip, double squared_gradient) {
    return clip == 0 ? 1 : std::min(1.0, clip / std::sqrt(squared_gradient));
}

double average_decay(double ema, std::uint64_t step) {
    return std::min(ema, static_cast<double>(step + 1) / static_cast<double>(step + 10));
}

void require_fitting(const TrainingState& state, const model::Architecture& network) {
    const std::size_t count = model::trained_weights_of(network);
    for (const std::vector<float>* list : {&state.weights, &state.averaged, &state.first, &state.second}) {
        if (list->size() != count) throw std::logic_error("a training state of another network");
    }
}

}  // namespace scorefield::train
