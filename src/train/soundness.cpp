#include "train/soundness.hpp"

#include <algorithm>
#include <cmath>

#include "train/objective.hpp"

namespace scorefield::train {
namespace {

constexpr double kFarWorse = 10;  // times the loss of the start
constexpr std::size_t kDraws = 2048;

}  // namespace

Soundness::Soundness(base::ThreadPool& pool, const BatchSource& source, const nn::MlpConfig& network,
                     const data::TensorMap& begin)
    : pool_(pool), source_(source), network_(network), start_(loss(begin)), largest_(source.hopeless_loss()) {
    if (source.form().loss == BatchForm::Loss::regression) largest_ = std::min(largest_, kFarWorse * start_);
}

double Soundness::loss(const data::TensorMap& weights) const {
    // Held-out draws take the levels in turn: every level has as many.
    const std::size_t levels = source_.levels().size();
    return held_out_loss(pool_, source_, network_, weights, (kDraws + levels - 1) / levels * levels);
}

bool Soundness::is_sound(double loss) const {
    return std::abs(loss) <= largest_;  // false for NaN
}

}  // namespace scorefield::train
