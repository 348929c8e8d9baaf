#include "train/host_trainer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/error.hpp"
#include "nn/reverse.hpp"

namespace scorefield::train {
namespace {

constexpr std::size_t kHeldOutRows = 8192;  // draws evaluated at a time
/// Targets are of order one: a network that says zero has a loss of about one.
constexpr double kHopelessLoss = 1e4;

std::vector<nn::Value> trained_values(const nn::Graph& graph, const nn::MlpConfig& network) {
    std::vector<nn::Value> values;
    for (const nn::TensorSpec& spec : nn::mlp_tensors(network)) {
        if (spec.trained) values.push_back(graph.find(spec.name));
    }
    return values;
}

/// Loss first, then the derivatives by the trained tensors in their order.
nn::FloatPlan plan_training(ObjectiveGraph& objective, const nn::MlpConfig& network, std::size_t rows) {
    std::vector<nn::Value> outputs = {objective.loss};
    const std::vector<nn::Value> trained = trained_values(objective.graph, network);
    for (const nn::Value gradient : nn::gradients(objective.graph, objective.loss, trained)) {
        outputs.push_back(gradient);
    }
    return {objective.graph, outputs, rows};
}

[[noreturn]] void diverged(std::uint64_t step, const std::string& why) {
    throw base::running_error("training diverged", "step " + std::to_string(step), why,
                              "lower --train.learning_rate, or set --train.clip 1 and --train.warmup 1000");
}

}  // namespace

HostTrainer::HostTrainer(const TrainSettings& settings, const data::Dataset& data,
                         const diffusion::NoiseProcess& process)
    : settings_(settings),
      network_{data.dim(), settings.width, settings.depth, settings.features},
      pool_(settings.threads),
      source_(data, process, settings.prediction),
      objective_(build_objective(network_)),
      plan_(plan_training(objective_, network_, settings.batch)) {
    const data::TensorMap weights = nn::initial_weights(network_, settings.seed, process.times().highest);
    std::size_t gradient = 0;
    for (const nn::TensorSpec& spec : nn::mlp_tensors(network_)) {
        const std::vector<float>& values = weights.at(spec.name).values;
        Parameter parameter = {spec, {values.begin(), values.end()}, {values.begin(), values.end()}, {}, 0};
        if (spec.trained) parameter.gradient = ++gradient;
        parameters_.push_back(std::move(parameter));
    }
}

nn::FloatBindings HostTrainer::bindings(const Batch& batch, bool averaged) const {
    nn::FloatBindings bound = {{"x", batch.x}, {"c_noise", batch.c_noise}, {"target", batch.target}};
    for (const Parameter& parameter : parameters_) {
        bound[parameter.spec.name] = averaged ? parameter.averaged : parameter.weights;
    }
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
    source_.draw(pool_, settings_.seed, static_cast<std::uint32_t>(steps_), settings_.batch, batch_);
    plan_.run(pool_, settings_.batch, bindings(batch_, false));
    const StepReport report = {steps_, static_cast<double>(plan_.output(0)[0]), learning_rate(settings_, steps_)};
    const double square = squared_gradient();
    if (!std::isfinite(report.loss)) diverged(steps_, "the loss is not finite");
    if (!std::isfinite(square)) diverged(steps_, "the gradient is not finite");
    if (report.loss > kHopelessLoss) diverged(steps_, fmt::format("the loss is {:.3g}", report.loss));
    const double factor = settings_.clip == 0 ? 1 : std::min(1.0, settings_.clip / std::sqrt(square));
    // Early on the average follows closely: the initial weights are no estimate of anything.
    const double warm = static_cast<double>(steps_ + 1) / static_cast<double>(steps_ + 10);
    const double decay = std::min(settings_.ema, warm);
    pool_.run(parameters_.size(), [&](std::size_t i) {
        Parameter& parameter = parameters_[i];
        if (!parameter.spec.trained) return;
        adam_step(parameter.adam, parameter.weights, plan_.output(parameter.gradient), report.learning_rate, factor);
        average_step(parameter.averaged, parameter.weights, decay);
    });
    ++steps_;
    return report;
}

data::TensorMap HostTrainer::averaged_weights() const {
    data::TensorMap tensors;
    for (const Parameter& parameter : parameters_) {
        tensors[parameter.spec.name] = {parameter.spec.shape, {parameter.averaged.begin(), parameter.averaged.end()}};
    }
    return tensors;
}

double HostTrainer::held_out_loss(std::uint64_t draws) {
    nn::FloatPlan plan(objective_.graph, {objective_.loss}, kHeldOutRows);
    Batch batch;
    double sum = 0;
    for (std::uint64_t first = 0; first < draws; first += kHeldOutRows) {
        const std::size_t rows = std::min<std::uint64_t>(kHeldOutRows, draws - first);
        source_.draw_held_out(pool_, first, rows, batch);
        plan.run(pool_, rows, bindings(batch, true));
        sum += static_cast<double>(plan.output(0)[0]) * static_cast<double>(rows);
    }
    return sum / static_cast<double>(draws);
}

}  // namespace scorefield::train
