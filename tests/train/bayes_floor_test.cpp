#include "train/bayes_floor.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <vector>

#include "base/random.hpp"
#include "train/small_settings.hpp"

namespace scorefield::train {
namespace {

using diffusion::Prediction;

/// Standard normals on a line: E Var(x_0 | x_t) = σ²/(α² + σ²).
class Normals final : public data::Dataset {
  public:
    std::string name() const override { return "normals"; }
    std::size_t dim() const override { return 1; }
    data::Points draw(std::uint64_t seed, std::uint64_t first, std::size_t count) const override {
        data::Points points = {count, 1, std::vector<float>(count)};
        for (std::size_t i = 0; i < count; ++i) {
            points.values[i] = base::normal(seed, static_cast<std::uint32_t>(first + i), 0, 0, base::kDataStream);
        }
        return points;
    }
    data::Spread spread() const override { return {{0}, {1}, 1}; }
};

constexpr std::size_t kDraws = 2048;  // the error is larger than by default, and told

std::optional<BayesFloor> floor_of(const TrainSpec& settings, const data::Dataset& data, std::size_t draws = kDraws) {
    base::ThreadPool pool(2);
    const auto process = diffusion::make_process(settings.process);
    return bayes_floor(pool, data, BatchSource(data, *process, settings), draws);
}

TrainSpec on_process(const std::string& process, const std::string& objective, Prediction prediction) {
    TrainSpec settings;
    settings.objective.name = "simple";
    settings.process.name = process;
    settings.objective.name = objective;
    settings.prediction = prediction;
    return settings;
}

// METHODS §8 gives 0.4294, a mean over draws of its own, to its four digits.
TEST(BayesFloor, OfTheSeedExperimentIsThePublishedOne) {
    TrainSpec settings;
    settings.objective.name = "simple";
    settings.process.schedule = "cosine_seed";
    settings.process.horizon = 40;
    const std::optional<BayesFloor> floor = floor_of(settings, *data::open_dataset("swiss_roll"), 16'384);
    ASSERT_TRUE(floor);
    EXPECT_LT(floor->error, 0.0025);
    EXPECT_NEAR(floor->loss, 0.4294, 2 * floor->error);
}

// Closed forms with r = α²/(α² + σ²) and 1 − r the variances of ε and of x_0 given x_t; of v, (ασ)²/(1 − r) … 1 where
// α² + σ² = 1: v has variance 1 and nothing of it can be known.
TEST(BayesFloor, OfNormalsIsTheirClosedForm) {
    const Normals data;
    struct Case {
        const char* process;
        const char* objective;
        Prediction prediction;
        double (*of_level)(const NoiseLevel&);
    };
    const auto of_noise = [](const NoiseLevel& at) {
        return at.alpha * at.alpha / (at.alpha * at.alpha + at.sigma * at.sigma);
    };
    const auto of_data = [](const NoiseLevel& at) {
        return at.sigma * at.sigma / (at.alpha * at.alpha + at.sigma * at.sigma);
    };
    const auto of_v = [](const NoiseLevel&) { return 1.0; };
    // The step before is x_t less its noise z, of which nothing but its share in x_t is known; in units of s².
    const auto of_step = [](const NoiseLevel& at) {
        const double noise = at.sigma_step * at.sigma_step;
        return 1 - noise / (at.alpha * at.alpha + at.sigma * at.sigma + noise);
    };
    for (const auto& [process, objective, prediction, of_level] :
         {Case{"ddpm", "simple", Prediction::epsilon, of_noise},
          {"ve", "x0", Prediction::x0, of_data},
          {"ddpm", "v", Prediction::v, of_v},
          {"additive", "one_step", Prediction::score, of_step}}) {
        const TrainSpec settings = on_process(process, objective, prediction);
        const std::optional<BayesFloor> floor = floor_of(settings, data);
        ASSERT_TRUE(floor) << objective;
        const BatchSource source(data, *diffusion::make_process(settings.process), settings);
        double expected = 0;
        for (const NoiseLevel& level : source.levels()) {
            expected += of_level(level) / static_cast<double>(source.levels().size());
        }
        EXPECT_NEAR(floor->loss, expected, 4 * floor->error + 1e-5) << objective << " ± " << floor->error;
    }
}

// Points ±(1, …, 1), nearly pure noise: ᾱ = 0.01 and 0.0001, and Var(ε | x_t) = α²/σ²·(1 − E tanh²) = α²/(dα² + σ²) in
// each of the d coordinates, up to terms of order α⁴.
TEST(BayesFloor, OfTwoPointsIsExact) {
    TrainSpec settings;
    settings.objective.name = "simple";
    settings.process.beta_start = 0.99;
    settings.process.beta_end = 0.99;
    settings.process.horizon = 2;
    for (const std::size_t dim : {1U, 2U, 3U, 10U}) {
        std::vector<float> values(2 * dim, 1);
        std::fill_n(values.begin(), dim, -1.0F);
        const auto data = data::make_dataset("two", {2, dim, values, {}});
        const std::optional<BayesFloor> floor = floor_of(settings, *data);
        ASSERT_TRUE(floor);
        const auto d = static_cast<double>(dim);
        EXPECT_NEAR(floor->loss, (0.01 / (0.99 + 0.01 * d) + 0.0001 / (0.9999 + 0.0001 * d)) / 2, 1e-4) << dim;
        EXPECT_LT(floor->error, 1e-4) << dim;
    }
}

TEST(BayesFloor, IsLowerWhereTheClassIsKnown) {
    const auto data = data::open_dataset("moons");
    TrainSpec settings = small_settings();
    const std::optional<BayesFloor> all = floor_of(settings, *data);
    settings.conditional = true;
    const std::optional<BayesFloor> of_class = floor_of(settings, *data);
    ASSERT_TRUE(all && of_class);
    EXPECT_LT(of_class->loss, all->loss - 5 * all->error);
    EXPECT_GT(of_class->loss, 0);
}

TEST(BayesFloor, CountsItsBatchesAndDraws) {
    const TrainSpec settings = on_process("vp", "simple", Prediction::epsilon);
    const auto process = diffusion::make_process(settings.process);
    const Normals data;
    const BatchSource source(data, *process, settings);
    base::ThreadPool alone(1);
    std::size_t draws = 0;
    bayes_floor(alone, data, source, 64, [&] { ++draws; });
    EXPECT_EQ(draws, 16U + 64U);
}

TEST(BayesFloor, IsOnlyGivenWhereItIsKnown) {
    const auto data = data::open_dataset("moons");
    EXPECT_FALSE(floor_of(on_process("ve", "ism", Prediction::score), *data));
    EXPECT_FALSE(floor_of(on_process("ve", "ssm", Prediction::score), *data));
    EXPECT_EQ(floor_of(on_process("ve", "esm", Prediction::score), *data)->loss, 0);
    // Noise of 10⁻⁴, where no sample tells how the points lie.
    TrainSpec fine = on_process("ve", "dsm", Prediction::score);
    fine.process.sigma_min = 1e-4;
    fine.objective.sigma = 1e-3;
    EXPECT_FALSE(floor_of(fine, *data));
}

// Each of the 16 batches ends at its next check.
TEST(BayesFloor, EndsSoonAfterItIsCancelled) {
    struct Cancelled {};
    constexpr int kChecks = 20;
    std::atomic<int> checks = 0;
    const auto cancel = [&] {
        if (++checks >= kChecks) throw Cancelled();
    };
    const TrainSpec settings = on_process("ddpm", "simple", Prediction::epsilon);
    const Normals data;
    const auto process = diffusion::make_process(settings.process);
    base::ThreadPool pool(2);
    EXPECT_THROW(bayes_floor(pool, data, BatchSource(data, *process, settings), kDraws, cancel), Cancelled);
    EXPECT_LT(checks, kChecks + 16);
}

}  // namespace
}  // namespace scorefield::train
