#include "study/quality.hpp"

#include <gmock/gmock.h>

#include <string>

#include "diffusion/sampler.hpp"

namespace scorefield::study {
namespace {

TEST(QualityBar, AsksForTheDataTheirOwnCoverageLessALittle) {
    const Distances own = {.sliced_w2 = 0.02, .two_sample = 0.5, .precision = 0.99, .recall = 0.98};
    const Distances good = {.sliced_w2 = 0.9, .two_sample = 0.515, .precision = 0.979, .recall = 0.969};
    EXPECT_TRUE(reaches(kDefaultBar, good, own));
    Distances far = good;
    far.two_sample = 0.516;
    EXPECT_FALSE(reaches(kDefaultBar, far, own));
    Distances hazy = good;
    hazy.precision = 0.977;
    EXPECT_FALSE(reaches(kDefaultBar, hazy, own));
    Distances narrow = good;
    narrow.recall = 0.967;
    EXPECT_FALSE(reaches(kDefaultBar, narrow, own));
    EXPECT_TRUE(reaches(kFewStepsBar, narrow, own));  // of few steps only T is asked
    far.two_sample = 0.526;
    EXPECT_FALSE(reaches(kFewStepsBar, far, own));
}

TEST(Excess, IsTheFarthestSampleInWidthsOfTheBox) {
    const data::Points box = {2, 2, {0, 10, 4, 12}};
    EXPECT_EQ(excess({2, 2, {0, 12, 4, 10}}, box), 0);
    EXPECT_DOUBLE_EQ(excess({2, 2, {-1, 11, 2, 13}}, box), 0.5);  // ¼ of the first, ½ of the second
    EXPECT_DOUBLE_EQ(excess({1, 2, {14, 11}}, box), 2.5);
    // Origins count.
    EXPECT_DOUBLE_EQ(excess({1, 2, {0, 0}, {}, {6, 11}}, box), 0.5);
}

TEST(Description, SaysWhatAModelHasLearned) {
    model::Checkpoint checkpoint;
    checkpoint.network = nn::MlpConfig{.dim = 2, .width = 128, .depth = 3, .classes = 5};
    checkpoint.process = {.name = "ddpm", .schedule = "cosine"};
    checkpoint.prediction = diffusion::Prediction::v;
    EXPECT_EQ(description(checkpoint), "v on `ddpm`, `cosine`, 5 classes, 128 × 3");
    checkpoint.network = nn::MlpConfig{.dim = 2, .width = 128, .depth = 3};
    checkpoint.process = {.name = "flow"};
    checkpoint.prediction = diffusion::Prediction::velocity;
    EXPECT_EQ(description(checkpoint), "velocity on `flow`, 128 × 3");
}

}  // namespace
}  // namespace scorefield::study
