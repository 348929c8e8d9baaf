#include "train/host_trainer.hpp"

#include <algorithm>
#include <cmath>
#include <span>
#include <utility>

#include "base/flush_denormals.hpp"

namespace scorefield::train {

HostTrainer::HostTrainer(const TrainSpec& spec, const data::Dataset& data, const diffusion::NoiseProcess& process)
    : spec_(spec),
      pool_(spec.threads),
      source_(data, process, spec),
      network_(network_of(spec, source_)),
      objective_(build_objective(network_, source_, spec.batch)),
      plan_(objective_.graph, training_outputs(objective_, network_), spec.batch) {
    const data::TensorMap weights = model::initial_weights(network_, spec.seed, source_.frequencies(), spec.input_gain);
    std::size_t gradient = 0;
    for (const nn::TensorSpec& tensor : model::tensors_of(network_)) {
        const std::vector<float>& values = weights.at(tensor.name).values;
        Parameter parameter = {tensor, {values.begin(), values.end()}, {values.begin(), values.end()}, {}, 0};
        if (tensor.trained) parameter.gradient = ++gradient;
        parameters_.push_back(std::move(parameter));
    }
}

nn::FloatBindings HostTrainer::bindings(const Batch& batch) const {
    nn::FloatBindings bound = batch_bindings(batch);
    for (const Parameter& parameter : parameters_) bound[parameter.spec.name] = parameter.weights;
    return bound;
}

double HostTrainer::squared_gradient() const {
    double square = 0;
    for (const Parameter& parameter : parameters_) {
        if (!parameter.spec.trained) continue;
        for (const float value : plan_.output(parameter.gradient)) square += std::pow(static_cast<double>(value), 2);
    }
    return square;
}

StepReport HostTrainer::step() {
    source_.draw(pool_, static_cast<std::uint32_t>(steps_), spec_.batch, batch_);
    {
        base::TraceSpan span(trace_, "host network", base::TraceTrack::host);
        span.add({"step", steps_});
        span.add({"batch", spec_.batch});
        plan_.run(pool_, spec_.batch, bindings(batch_));
    }
    const StepReport report = {steps_, static_cast<double>(plan_.output(0)[0]), learning_rate(spec_, steps_),
                               squared_gradient(), source_.diverged_loss()};
    converges_ = converges_ && converges(report);
    const double factor = clip_factor(spec_.clip, report.squared_gradient);
    const double decay = average_decay(spec_.ema, steps_);
    ++steps_;
    if (!converges_) return report;
    pool_.run(parameters_.size(), [&](std::size_t i) {
        const base::FlushDenormals flush;
        Parameter& parameter = parameters_[i];
        if (!parameter.spec.trained) return;
        adam_step(parameter.adam, parameter.weights, plan_.output(parameter.gradient), report.learning_rate, factor,
                  spec_.weight_decay);
        average_step(parameter.averaged, parameter.weights, decay);
    });
    return report;
}

void HostTrainer::advance(std::uint64_t count) {
    for (std::uint64_t i = 0; i < count; ++i) reports_.push_back(step());
}

std::vector<StepReport> HostTrainer::reports(bool /*all*/) {
    return std::exchange(reports_, {});
}

data::TensorMap HostTrainer::averaged_weights() {
    data::TensorMap tensors;
    for (const Parameter& parameter : parameters_) {
        tensors[parameter.spec.name] = {parameter.spec.shape, {parameter.averaged.begin(), parameter.averaged.end()}};
    }
    return tensors;
}

TrainingState HostTrainer::state() {
    TrainingState state = {.steps = steps_, .weights = {}, .averaged = {}, .first = {}, .second = {}};
    const auto append = [](std::vector<float>& list, std::span<const float> values, std::size_t count) {
        list.insert(list.end(), values.begin(), values.end());
        list.resize(list.size() + count - values.size());  // moments before the first step are zero
    };
    for (const Parameter& parameter : parameters_) {
        if (!parameter.spec.trained) continue;
        const std::size_t count = parameter.weights.size();
        append(state.weights, parameter.weights, count);
        append(state.averaged, parameter.averaged, count);
        append(state.first, parameter.adam.first, count);
        append(state.second, parameter.adam.second, count);
    }
    return state;
}

void HostTrainer::restore(const TrainingState& state) {
    require_fitting(state, network_);
    std::size_t at = 0;
    for (Parameter& parameter : parameters_) {
        if (!parameter.spec.trained) continue;
        const std::size_t count = parameter.weights.size();
        const auto part = [&](const std::vector<float>& list) { return std::span(list).subspan(at, count); };
        std::ranges::copy(part(state.weights), parameter.weights.begin());
        std::ranges::copy(part(state.averaged), parameter.averaged.begin());
        parameter.adam = {{part(state.first).begin(), part(state.first).end()},
                          {part(state.second).begin(), part(state.second).end()},
                          state.steps};
        at += count;
    }
    steps_ = state.steps;
    reports_.clear();
    converges_ = true;
}

}  // namespace scorefield::train
