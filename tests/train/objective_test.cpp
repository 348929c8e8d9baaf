#include "train/objective.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <random>
#include <string>

#include "base/random.hpp"
#include "nn/evaluate.hpp"
#include "train/objective_case.hpp"

namespace scorefield::train {
namespace {

using diffusion::Prediction;

class EveryObjective : public testing::TestWithParam<ObjectiveCase> {};

/// What a graph reads, in double precision; the values of a batch of `rows` rows and random weights.
class Leaves {
  public:
    Leaves(const ObjectiveGraph& objective, const model::Architecture& config, const Batch& batch, std::size_t rows) {
        std::mt19937 random(5);
        std::normal_distribution<double> normal;
        for (const nn::TensorSpec& spec : model::tensors_of(config)) {
            const nn::Shape shape = nn::value_shape(spec);
            nn::Matrix& matrix = matrices_[spec.name] = nn::Matrix(shape.rows(), shape.columns());
            for (double& value : matrix.values) value = 0.7 * normal(random);
            weights_.push_back(objective.graph.find(spec.name));
        }
        matrices_.merge(batch_matrices(batch, rows));
    }
    nn::Bindings bindings() const {
        nn::Bindings bound;
        for (const auto& [name, matrix] : matrices_) bound[name] = &matrix;
        return bound;
    }
    nn::Matrix& matrix(const std::string& name) { return matrices_.at(name); }
    const std::vector<nn::Value>& weights() const { return weights_; }

  private:
    std::map<std::string, nn::Matrix> matrices_;
    std::vector<nn::Value> weights_;
};

TEST_P(EveryObjective, HasTheDerivativeByEveryWeightThatFiniteDifferencesHave) {
    constexpr std::size_t kRows = 6;
    TrainSpec settings = settings_of(GetParam());
    mlp_of(settings).width = 6;
    mlp_of(settings).depth = 2;
    mlp_of(settings).features = 3;
    const CaseBatches batches(settings, GetParam().dim);
    base::ThreadPool pool(1);
    Batch batch;
    batches.source.draw(pool, 3, kRows, batch);
    const model::Architecture config = network_of(settings, batches.source);
    ObjectiveGraph objective = build_objective(config, batches.source, kRows);
    Leaves leaves(objective, config, batch, kRows);
    // High times multiply small steps of a frequency.
    for (double& time : leaves.matrix("c_noise").values) time = std::fmod(time, 3.0);
    const std::vector<nn::Value> derivatives = objective_gradients(objective, leaves.weights());
    const nn::Bindings bindings = leaves.bindings();
    const std::vector<nn::Matrix> exact = nn::evaluate(objective.graph, bindings, derivatives);
    const auto loss = [&] { return nn::evaluate(objective.graph, bindings, {objective.loss}).front().at(0, 0); };
    double size = 0;
    for (const nn::Matrix& matrix : exact) {
        for (const double value : matrix.values) size = std::max(size, std::abs(value));
    }
    ASSERT_GT(size, 0);
    for (std::size_t i = 0; i < leaves.weights().size(); ++i) {
        const std::string& name = objective.graph.node(leaves.weights()[i]).name;
        for (std::size_t e = 0; e < exact[i].values.size(); ++e) {
            // Central differences at h and 2h, extrapolated: the truncation error is of order h⁴ = 1e-16 of high
            // derivatives; rounding leaves 1e-16/h.
            double& element = leaves.matrix(name).values[e];
            const double kept = element;
            const auto slope = [&](double h) {
                element = kept + h;
                const double above = loss();
                element = kept - h;
                const double below = loss();
                element = kept;
                return (above - below) / (2 * h);
            };
            const double difference = (4 * slope(1e-4) - slope(2e-4)) / 3;
            // Derivatives a hundred times smaller than the largest are small differences of terms of its size.
            ASSERT_NEAR(exact[i].values[e], difference, 1e-6 * std::max(std::abs(difference), 1e-2 * size)) << name;
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Objectives, EveryObjective, testing::ValuesIn(kObjectiveCases), name_of);

TrainSpec plain_settings(std::uint64_t seed) {
    TrainSpec settings;
    settings.objective.name = "simple";
    settings.seed = seed;
    return settings;
}

/// The time of a row of a training batch.
double time_of(const Batch& batch, std::size_t row) {
    return static_cast<double>(batch.times.at(static_cast<std::size_t>(batch.level[row])));
}

TEST(BatchSource, DrawsStatesAndTargetsOfTheProcess) {
    const auto dataset = data::open_dataset("moons");
    const auto process = diffusion::make_process({});
    base::ThreadPool pool(2);
    const std::size_t rows = 500;
    std::map<Prediction, Batch> batches;
    for (const Prediction prediction : {Prediction::epsilon, Prediction::x0, Prediction::v}) {
        TrainSpec settings = plain_settings(3);
        settings.prediction = prediction;
        settings.objective.name = objective_name(natural_objective(prediction));
        BatchSource(*dataset, *process, settings).draw(pool, 7, rows, batches[prediction]);
    }
    const data::Points pool_points =
        data::standardise(dataset->draw(3, 0, BatchSource::kPoolPoints), dataset->scaling());
    const Batch& noise = batches[Prediction::epsilon];
    for (const auto& [prediction, batch] : batches) {
        EXPECT_EQ(batch.x, noise.x);
        EXPECT_EQ(batch.level, noise.level);
        EXPECT_EQ(batch.times, noise.times);
    }
    for (std::size_t i = 0; i < 2 * rows; ++i) {
        const auto [alpha, sigma] = process->marginal(time_of(noise, i / 2));
        const double epsilon = static_cast<double>(noise.target[i]);
        const double x0 = static_cast<double>(batches[Prediction::x0].target[i]);
        // All of order one and rounded to float32.
        const auto row = static_cast<std::uint32_t>(i / 2);
        const std::uint64_t word = base::philox4x32({row, 0, 7, base::kTrainStream}, {3, 0})[1];
        const std::size_t point = word * BatchSource::kPoolPoints >> 32U;
        ASSERT_NEAR(x0, static_cast<double>(pool_points.values[2 * point + i % 2]), 1e-6);
        ASSERT_NEAR(static_cast<double>(noise.x[i]), alpha * x0 + sigma * epsilon, 1e-6);
        ASSERT_NEAR(static_cast<double>(batches[Prediction::v].target[i]), alpha * epsilon - sigma * x0, 1e-6);
    }
}

TEST(BatchSource, DrawsEveryLevelAlikeAndNewNoiseAtEachStep) {
    const auto dataset = data::open_dataset("moons");
    const auto process = diffusion::make_process({.horizon = 10});
    const BatchSource source(*dataset, *process, plain_settings(1));
    base::ThreadPool pool(2);
    Batch batch;
    Batch next;
    source.draw(pool, 0, 20'000, batch);
    source.draw(pool, 1, 20'000, next);
    std::size_t counts[10] = {};
    double sum = 0;
    double product = 0;
    for (std::size_t i = 0; i < 20'000; ++i) {
        ++counts[static_cast<std::size_t>(time_of(batch, i))];
        sum += std::pow(static_cast<double>(batch.target[2 * i]), 2) / 20'000;
        product += static_cast<double>(batch.target[2 * i]) * static_cast<double>(next.target[2 * i]) / 20'000;
    }
    for (const std::size_t count : counts) EXPECT_NEAR(static_cast<double>(count), 2000, 5 * 42);  // five deviations
    EXPECT_NEAR(sum, 1, 0.05);       // variance of z² is 2: five deviations of a mean of 20 000
    EXPECT_NEAR(product, 0, 0.036);  // five deviations of 1/√20 000
}

// 7 levels in 3 or 100 rows: never decreasing, each level as often as any other over the seeds.
TEST(BatchSource, DrawsLevelsInTheirOrder) {
    const auto dataset = data::open_dataset("moons");
    const auto process = diffusion::make_process({.horizon = 7});
    const BatchSource source(*dataset, *process, plain_settings(2));
    base::ThreadPool pool(1);
    Batch batch;
    for (const std::size_t rows : {std::size_t{3}, std::size_t{100}}) {
        constexpr std::uint32_t kSteps = 2000;
        std::array<double, 7> share = {};
        for (std::uint32_t step = 0; step < kSteps; ++step) {
            source.draw(pool, step, rows, batch);
            ASSERT_TRUE(std::ranges::is_sorted(batch.level));
            for (std::size_t i = 0; i < rows; ++i)
                share.at(static_cast<std::size_t>(time_of(batch, i))) += 1.0 / (kSteps * static_cast<double>(rows));
        }
        // In one step the share of a level is one of two neighbours of 1/7, 1/rows apart. The bound is five deviations
        // of a mean of 2 000 steps.
        for (const double part : share)
            EXPECT_NEAR(part, 1.0 / 7, 5 * 0.5 / (static_cast<double>(rows) * std::sqrt(kSteps)));
    }
}

TEST(BatchSource, HeldOutDrawsAreStratifiedAndTheSameInPieces) {
    const auto dataset = data::open_dataset("moons");
    const auto process = diffusion::make_process({.horizon = 10});
    TrainSpec settings = plain_settings(0);
    settings.prediction = Prediction::v;
    settings.objective.name = "v";
    const BatchSource source(*dataset, *process, settings);
    base::ThreadPool pool(2);
    Batch whole;
    Batch part;
    source.draw_held_out(pool, 0, 1000, whole);
    source.draw_held_out(pool, 300, 200, part);
    EXPECT_TRUE(std::equal(part.x.begin(), part.x.end(), whole.x.begin() + 600));
    EXPECT_TRUE(std::equal(part.target.begin(), part.target.end(), whole.target.begin() + 600));
    for (std::size_t i = 0; i < 1000; ++i) ASSERT_EQ(whole.times[i], static_cast<float>(i % 10));
}

}  // namespace
}  // namespace scorefield::train
