#include "train/divergence_check.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "train/train_spec.hpp"

namespace scorefield::train {
namespace {

constexpr double kFarWorse = 10;  // times the loss of the start
constexpr std::size_t kRows = 2048;
constexpr std::uint32_t kNoStep = std::numeric_limits<std::uint32_t>::max();
static_assert(kMaxSteps < kNoStep);

}  // namespace

DivergenceCheck::DivergenceCheck(base::ThreadPool& pool, const BatchSource& source, const model::Architecture& network,
                                 const data::TensorMap& begin)
    : pool_(pool),
      objective_(build_objective(network, source, kRows)),
      plan_(objective_.graph, {objective_.loss}, kRows) {
    source.draw(pool, kNoStep, kRows, batch_);
    start_ = loss(begin);
    largest_ = source.diverged_loss();
    if (source.form().loss == BatchForm::Loss::regression) largest_ = std::min(largest_, kFarWorse * start_);
}

double DivergenceCheck::loss(const data::TensorMap& weights) {
    nn::FloatBindings bound = batch_bindings(batch_);
    for (const auto& [name, tensor] : weights) bound[name] = tensor.values;
    plan_.run(pool_, kRows, bound);
    return static_cast<double>(plan_.output(0)[0]);
}

bool DivergenceCheck::is_sound(double loss) const {
    return std::abs(loss) <= largest_;  // false for NaN
}

}  // namespace scorefield::train
