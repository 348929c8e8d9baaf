#pragma once

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "nn/evaluate.hpp"
#include "train/objective_case.hpp"

namespace scorefield::train {

/// Training in double precision, written out plainly: the batches that the trainers draw, the objective's graph and its
/// derivatives as nn::evaluate has them, and AdamW (Loshchilov & Hutter 2019, Algorithm 2) with clipping and the
/// average of the weights, one number after the other.
class ReferenceTrainer {
  public:
    /// The batches outlive it.
    explicit ReferenceTrainer(const CaseBatches& batches)
        : settings_(batches.settings),
          source_(batches.source),
          network_(network_of(settings_, source_)),
          objective_(build_objective(network_, source_, settings_.batch)),
          outputs_(training_outputs(objective_, network_)) {
        for (const auto& [name, tensor] :
             model::initial_weights(network_, settings_.seed, source_.frequencies(), settings_.input_gain)) {
            const nn::Shape shape = nn::value_shape({name, tensor.shape});
            nn::Matrix& matrix = tensors_[name] = nn::Matrix(shape.rows(), shape.columns());
            std::ranges::copy(tensor.values, matrix.values.begin());
        }
        for (const nn::TensorSpec& spec : nn::trained_tensors(model::tensors_of(network_))) {
            const std::vector<double>& values = tensors_.at(spec.name).values;
            weights_.insert(weights_.end(), values.begin(), values.end());
        }
        averaged_ = weights_;
        first_.resize(weights_.size());
        second_.resize(weights_.size());
        moved_.resize(weights_.size());
    }

    /// Does the next step; returns the loss before it.
    double step() {
        const std::vector<nn::Matrix> values = evaluate();
        std::vector<double> gradient;
        for (std::size_t i = 1; i < values.size(); ++i) {
            gradient.insert(gradient.end(), values[i].values.begin(), values[i].values.end());
        }
        clip(gradient);
        const double rate = learning_rate(settings_, static_cast<std::uint64_t>(steps_));
        const double keep = std::min(settings_.ema, (steps_ + 1.0) / (steps_ + 10.0));
        ++steps_;
        double largest = 0;
        for (const double g : gradient) largest = std::max(largest, std::abs(g));
        for (std::size_t i = 0; i < weights_.size(); ++i) {
            first_[i] = 0.9 * first_[i] + 0.1 * gradient[i];
            second_[i] = 0.999 * second_[i] + 0.001 * gradient[i] * gradient[i];
            const double root = std::sqrt(second_[i] / (1 - std::pow(0.999, steps_))) + 1e-8;
            const double mean = first_[i] / (1 - std::pow(0.9, steps_));
            weights_[i] = (1 - rate * settings_.weight_decay) * weights_[i] - rate * mean / root;
            averaged_[i] = keep * averaged_[i] + (1 - keep) * weights_[i];
            moved_[i] += rate * (1 + largest / root);
        }
        return values.front().at(0, 0);
    }

    /// In the order of TrainingState.
    const std::vector<double>& weights() const { return weights_; }
    const std::vector<double>& averaged() const { return averaged_; }
    /// How far each weight goes astray, at most, for every unit of error that the gradients have relative to the
    /// largest derivative of their step: Adam divides it by the root of the weight's own squares.
    const std::vector<double>& sensitivity() const { return moved_; }

  private:
    /// The loss and its derivatives on the batch of the step.
    std::vector<nn::Matrix> evaluate() {
        base::ThreadPool pool(1);
        Batch batch;
        source_.draw(pool, static_cast<std::uint32_t>(steps_), settings_.batch, batch);
        std::size_t at = 0;
        for (const nn::TensorSpec& spec : nn::trained_tensors(model::tensors_of(network_))) {
            for (double& value : tensors_.at(spec.name).values) value = weights_[at++];
        }
        const std::map<std::string, nn::Matrix> read = batch_matrices(batch, settings_.batch);
        nn::Bindings bindings;
        for (const auto& [name, matrix] : read) bindings[name] = &matrix;
        for (const auto& [name, matrix] : tensors_) bindings[name] = &matrix;
        return nn::evaluate(objective_.graph, bindings, outputs_);
    }

    void clip(std::vector<double>& gradient) const {
        double square = 0;
        for (const double g : gradient) square += g * g;
        const double norm = std::sqrt(square);
        if (settings_.clip == 0 || norm <= settings_.clip) return;
        for (double& g : gradient) g *= settings_.clip / norm;
    }

    TrainSpec settings_;
    const BatchSource& source_;
    model::Architecture network_;
    ObjectiveGraph objective_;
    std::vector<nn::Value> outputs_;
    std::map<std::string, nn::Matrix> tensors_;
    std::vector<double> weights_;
    std::vector<double> averaged_;
    std::vector<double> first_;   ///< Adam's m
    std::vector<double> second_;  ///< Adam's v
    std::vector<double> moved_;
    int steps_ = 0;
};

/// Everything of a step at once: warm-up and fall of the rate, clipping, decay, average.
inline TrainSpec reference_settings(const ObjectiveCase& what) {
    TrainSpec settings = settings_of(what);
    settings.steps = 12;
    settings.batch = 130;
    mlp_of(settings).width = 12;
    settings.input_gain = 1.5;
    settings.warmup = 4;
    settings.clip = 0.7;
    settings.weight_decay = 0.1;
    return settings;
}

/// Compares a trainer with the reference over all steps of its settings: `rounding` is the error that its losses may
/// have, and its gradients relative to the largest derivative of their step.
inline void expect_the_steps_of_the_reference(Trainer& trainer, const CaseBatches& batches, double rounding) {
    ReferenceTrainer reference(batches);
    trainer.advance(batches.settings.steps);
    for (const StepReport& report : trainer.reports(true)) {
        const double loss = reference.step();
        EXPECT_NEAR(report.loss, loss, rounding * std::max(1.0, std::abs(loss))) << "step " << report.step;
    }
    const TrainingState state = trainer.state();
    ASSERT_EQ(state.weights.size(), reference.weights().size());
    double worst = 0;
    for (std::size_t i = 0; i < state.weights.size(); ++i) {
        const double unit = reference.sensitivity()[i];
        worst = std::max(worst, std::abs(static_cast<double>(state.weights[i]) - reference.weights()[i]) / unit);
        worst = std::max(worst, std::abs(static_cast<double>(state.averaged[i]) - reference.averaged()[i]) / unit);
    }
    EXPECT_LE(worst, rounding);
}

}  // namespace scorefield::train
