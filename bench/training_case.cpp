// Steps of training on any engine.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "bench/engine_cases.hpp"
#include "bench/stopwatch.hpp"
#include "data/datasets.hpp"
#include "diffusion/process.hpp"
#include "nn/evaluate.hpp"
#include "train/adam.hpp"
#include "train/objective.hpp"
#include "train/train.hpp"

namespace scorefield::bench {
namespace {

constexpr std::uint64_t kChecked = 3;  // steps
constexpr std::uint64_t kTimed = 30;

train::TrainSpec seed_spec() {
    train::TrainSpec spec;
    spec.data = "swiss_roll";
    spec.objective.name = "simple";
    spec.process.schedule = "cosine_seed";
    spec.process.horizon = 40;
    spec.steps = 1'000'000'000;
    return spec;
}

/// The same steps in double precision, one number after the other.
class Reference {
  public:
    Reference(const train::TrainSpec& spec, const train::BatchSource& source)
        : spec_(spec),
          source_(source),
          network_(network_of(spec, source)),
          objective_(build_objective(network_, source, spec.batch)),
          outputs_(training_outputs(objective_, network_)) {
        for (const auto& [name, tensor] :
             model::initial_weights(network_, spec.seed, source.frequencies(), spec.input_gain)) {
            tensors_[name] = nn::matrix_of(tensor);
        }
        for (const nn::TensorSpec& tensor : nn::trained_tensors(model::tensors_of(network_))) {
            names_.push_back(tensor.name);
            moments_.resize(moments_.size() + tensors_.at(tensor.name).values.size());
        }
    }

    /// Does the next step; returns the loss before it and the square of the gradient's norm.
    std::pair<double, double> step() {
        const std::vector<nn::Matrix> values = evaluate();
        double square = 0;
        for (std::size_t i = 1; i < values.size(); ++i) {
            for (const double g : values[i].values) square += g * g;
        }
        const double factor = train::clip_factor(spec_.clip, square);
        const double rate = learning_rate(spec_, static_cast<std::uint64_t>(steps_));
        ++steps_;
        std::size_t at = 0;
        for (std::size_t i = 1; i < values.size(); ++i) {
            std::vector<double>& weights = tensors_.at(names_[i - 1]).values;
            for (std::size_t k = 0; k < weights.size(); ++k) {
                weights[k] -= rate * moments_[at++].take(factor * values[i].values[k], steps_);
            }
        }
        return {values.front().at(0, 0), square};
    }

    /// In the order of TrainingState.
    std::vector<double> weights() const {
        std::vector<double> list;
        for (const std::string& name : names_) {
            const std::vector<double>& values = tensors_.at(name).values;
            list.insert(list.end(), values.begin(), values.end());
        }
        return list;
    }

  private:
    /// Adam's moments of a weight (Kingma & Ba 2015, Algorithm 1).
    struct Moments {
        double first = 0;
        double second = 0;

        double take(double gradient, int steps) {
            first = train::kAdamBeta1 * first + (1 - train::kAdamBeta1) * gradient;
            second = train::kAdamBeta2 * second + (1 - train::kAdamBeta2) * gradient * gradient;
            const double root = std::sqrt(second / (1 - std::pow(train::kAdamBeta2, steps)));
            return first / (1 - std::pow(train::kAdamBeta1, steps)) / (root + train::kAdamEpsilon);
        }
    };

    /// The loss and its derivatives on the batch of the step.
    std::vector<nn::Matrix> evaluate() const {
        base::ThreadPool pool;
        train::Batch batch;
        source_.draw(pool, static_cast<std::uint32_t>(steps_), spec_.batch, batch);
        std::map<std::string, nn::Matrix> read;
        nn::Bindings bindings;
        for (const auto& [name, values] : train::batch_bindings(batch)) {
            if (values.empty()) continue;
            const std::size_t columns = objective_.graph.shape(objective_.graph.find(name)).columns();
            nn::Matrix& matrix = read[name] = nn::Matrix(values.size() / columns, columns);
            std::ranges::copy(values, matrix.values.begin());
            bindings[name] = &matrix;
        }
        for (const auto& [name, matrix] : tensors_) bindings[name] = &matrix;
        return nn::evaluate(objective_.graph, bindings, outputs_);
    }

    const train::TrainSpec& spec_;
    const train::BatchSource& source_;
    model::Architecture network_;
    train::ObjectiveGraph objective_;
    std::vector<nn::Value> outputs_;
    std::vector<std::string> names_;  ///< of the trained tensors, in order
    std::map<std::string, nn::Matrix> tensors_;
    std::vector<Moments> moments_;
    int steps_ = 0;
};

double distance(std::span<const float> a, std::span<const double> b) {
    double square = 0;
    for (std::size_t i = 0; i < b.size(); ++i) square += std::pow(static_cast<double>(a[i]) - b[i], 2);
    return std::sqrt(square);
}

/// One step, on the average of many.
class Training final : public Case {
  public:
    explicit Training(session::Engine& engine) : trainer_(engine.trainer_maker()(spec_, *data_, *process_)) {}

    std::string name() const override { return fmt::format("train_{}x{}_{}", mlp().width, mlp().depth, spec_.batch); }
    /// The products of the layers and of their derivatives by weights and inputs; those by the points are not needed.
    double work() const override {
        const auto width = static_cast<double>(mlp().width);
        const auto dim = static_cast<double>(mlp().dim);
        const double products = width * (dim + width * static_cast<double>(mlp().depth) + dim);
        return 2 * static_cast<double>(spec_.batch) * (3 * products - width * dim);
    }
    std::string_view unit() const override { return "flop"; }
    Bound bound() const override { return Bound::arithmetic; }

    /// Against the same steps in double precision. Sums of 2 048 numbers in single precision are right to within
    /// 2048·2^-24; the third loss has passed through two steps of Adam. Adam divides small derivatives by their own
    /// size, so that of the way of the weights only a hundredth is asked for.
    void check() override {
        const std::vector<float> start = trainer_->state().weights;
        trainer_->advance(kChecked);
        const std::vector<train::StepReport> reports = trainer_->reports(true);
        Reference reference(spec_, trainer_->source());
        for (const train::StepReport& report : reports) {
            const auto [loss, square] = reference.step();
            require_near(name(), report.loss, loss, 2e-4);
            require_near(name(), report.squared_gradient, square, 1e-3 * square);
        }
        if (reports.size() != kChecked) throw wrong_result(name(), "reports of steps are missing");
        const std::vector<double> expected = reference.weights();
        require_near(name(), distance(trainer_->state().weights, expected), 0, 0.01 * distance(start, expected));
    }

    double measure() override {
        return seconds_of([&] {
                   trainer_->advance(kTimed);
                   trainer_->reports(true);
               }) /
               kTimed;
    }

  private:
    const nn::MlpConfig& mlp() const { return std::get<nn::MlpConfig>(trainer_->network()); }

    train::TrainSpec spec_ = seed_spec();
    std::unique_ptr<data::Dataset> data_ = data::open_dataset(spec_.data);
    std::shared_ptr<const diffusion::NoiseProcess> process_ = diffusion::make_process(spec_.process);
    std::unique_ptr<train::Trainer> trainer_;
};

}  // namespace

std::unique_ptr<Case> make_training(session::Engine& engine) {
    return std::make_unique<Training>(engine);
}

}  // namespace scorefield::bench
