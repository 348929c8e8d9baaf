#include "train/adam.hpp"

#include <gmock/gmock.h>

#include <cmath>
#include <random>

#include "base/error.hpp"
#include "train/small_settings.hpp"
#include "train/train_spec.hpp"

namespace scorefield::train {
namespace {

TEST(Adam, FollowsTheRecursionOfItsPaper) {
    constexpr std::size_t kCount = 37;
    std::mt19937 random(2);
    std::normal_distribution<float> normal;
    std::vector<float> weights(kCount);
    for (float& weight : weights) weight = normal(random);
    std::vector<double> theta(weights.begin(), weights.end());
    std::vector<double> m(kCount, 0.0);
    std::vector<double> v(kCount, 0.0);
    AdamState state;
    for (int t = 1; t <= 200; ++t) {
        std::vector<float> gradient(kCount);
        for (std::size_t i = 0; i < kCount; ++i)
            gradient[i] = normal(random) * std::pow(10.0F, static_cast<float>(i % 7) - 3);
        const double rate = 0.01 / t;
        const double factor = t % 3 == 0 ? 0.5 : 1;
        const double decay = t % 2 == 0 ? 0.3 : 0;
        adam_step(state, weights, gradient, rate, factor, decay);
        for (std::size_t i = 0; i < kCount; ++i) {
            const double g = factor * static_cast<double>(gradient[i]);
            m[i] = 0.9 * m[i] + (1 - 0.9) * g;
            v[i] = 0.999 * v[i] + (1 - 0.999) * g * g;
            const double corrected = m[i] / (1 - std::pow(0.9, t));
            theta[i] =
                (1 - rate * decay) * theta[i] - rate * corrected / (std::sqrt(v[i] / (1 - std::pow(0.999, t))) + 1e-8);
            // A step rounds weights of up to 3 three times, by 2e-7 at most each, decay included: √600 of them walk
            // 5e-6; moments round by 1e-7 of steps that sum to 0.06.
            ASSERT_NEAR(static_cast<double>(weights[i]), theta[i], 5e-6) << "step " << t;
        }
    }
}

TEST(Average, FollowsItsRecursion) {
    std::mt19937 random(4);
    std::normal_distribution<float> normal;
    std::vector<float> average = {1, 2, 3};
    std::vector<double> exact(average.begin(), average.end());
    for (int step = 0; step < 500; ++step) {
        const std::vector<float> weights = {normal(random), normal(random), normal(random)};
        average_step(average, weights, 0.99);
        for (std::size_t i = 0; i < 3; ++i) {
            exact[i] = 0.99 * exact[i] + 0.01 * static_cast<double>(weights[i]);
            // Errors of 6e-8 fade with the average's memory of 100 steps.
            ASSERT_NEAR(static_cast<double>(average[i]), exact[i], 3e-6);
        }
    }
}

TEST(LearningRate, WarmsUpAndFallsAsItsScheduleSays) {
    TrainSpec settings;
    settings.steps = 1100;
    settings.warmup = 100;
    settings.learning_rate = 1e-2;
    settings.final_learning_rate = 1e-4;
    for (const char* schedule : {"constant", "linear", "cosine"}) {
        settings.schedule = schedule;
        EXPECT_DOUBLE_EQ(learning_rate(settings, 0), 1e-4);
        EXPECT_DOUBLE_EQ(learning_rate(settings, 49), 0.5e-2);
        EXPECT_DOUBLE_EQ(learning_rate(settings, 99), 1e-2);
        EXPECT_DOUBLE_EQ(learning_rate(settings, 100), 1e-2);
    }
    EXPECT_NEAR(learning_rate(settings, 1099), 1e-4, 1e-17);
    EXPECT_NEAR(learning_rate(settings, 100 + 333), 1e-4 + 0.75 * 9.9e-3, 1e-15);  // cos 60° = ½, 333 = 999/3
    settings.schedule = "linear";
    EXPECT_NEAR(learning_rate(settings, 1099), 1e-4, 1e-17);
    EXPECT_NEAR(learning_rate(settings, 100 + 333), 1e-4 + 9.9e-3 * 2 / 3, 1e-15);
    settings.schedule = "constant";
    EXPECT_DOUBLE_EQ(learning_rate(settings, 1099), 1e-2);
    settings.steps = 1;  // shorter than the warm-up
    EXPECT_DOUBLE_EQ(learning_rate(settings, 0), 1e-4);
}

TrainSpec simple() {
    TrainSpec spec;
    spec.objective.name = "simple";
    return spec;
}

TEST(TrainSpec, IsRefusedByFlag) {
    const auto expect = [](auto change, const std::string& flag) {
        TrainSpec settings = simple();
        change(settings);
        EXPECT_THAT([&] { check_spec(settings); }, testing::ThrowsMessage<base::Error>(testing::HasSubstr(flag)));
    };
    EXPECT_NO_THROW(check_spec(simple()));
    expect([](TrainSpec& s) { s.objective.name.clear(); }, "`objective`");
    expect([](TrainSpec& s) { s.steps = 0; }, "`train.steps`");
    expect([](TrainSpec& s) { s.batch = 0; }, "`train.batch`");
    expect([](TrainSpec& s) { s.batch = std::size_t{1} << 40; }, "`train.batch`");
    expect([](TrainSpec& s) { s.learning_rate = 0; }, "`train.learning_rate`");
    expect([](TrainSpec& s) { s.learning_rate = std::nan(""); }, "`train.learning_rate`");
    expect([](TrainSpec& s) { s.final_learning_rate = -1; }, "`train.final_learning_rate`");
    expect([](TrainSpec& s) { s.schedule = "cosin"; }, "cosine");
    expect([](TrainSpec& s) { s.ema = 1; }, "`train.ema`");
    expect([](TrainSpec& s) { s.clip = -1; }, "`train.clip`");
    expect([](TrainSpec& s) { mlp_of(s).width = 0; }, "`network.width`");
    expect([](TrainSpec& s) { mlp_of(s).depth = 1000; }, "`network.depth`");
    expect([](TrainSpec& s) { mlp_of(s).features = 0; }, "`network.features`");
    expect([](TrainSpec& s) { s.input_gain = 0; }, "`network.input_gain`");
}

}  // namespace
}  // namespace scorefield::train
