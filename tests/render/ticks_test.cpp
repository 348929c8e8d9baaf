#include "render/ticks.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace scorefield::render {
namespace {

bool is_125(double step) {
    const double leading = step / std::pow(10, std::floor(std::log10(step) + 1e-9));
    return std::abs(leading - 1) < 1e-6 || std::abs(leading - 2) < 1e-6 || std::abs(leading - 5) < 1e-6;
}

TEST(Ticks, StepIs125TheFinestThatFits) {
    std::mt19937 random(2);
    std::uniform_real_distribution<double> exponent(-6, 6);
    for (int i = 0; i < 500; ++i) {
        const double range = std::pow(10, exponent(random));
        const double low = (exponent(random)) * range;
        const double most = 1 + double(random() % 20);
        const Ticks ticks = make_ticks(low, low + range, most);
        EXPECT_TRUE(is_125(ticks.step)) << ticks.step;
        EXPECT_GE(ticks.step * (1 + 1e-6), range / most);
        EXPECT_LE(ticks.step, 2.5 * range / most * (1 + 1e-6));
        for (const double place : ticks.places) {
            EXPECT_GE(place, low - 1e-6 * ticks.step);
            EXPECT_LE(place, low + range + 1e-6 * ticks.step);
            EXPECT_NEAR(place / ticks.step, std::round(place / ticks.step), 1e-6);
        }
    }
}

TEST(Ticks, IncludeBothEnds) {
    EXPECT_EQ(make_ticks(0, 1, 5).places, (std::vector<double>{0, 0.2, 2 * 0.2, 3 * 0.2, 4 * 0.2, 1}));
    EXPECT_EQ(make_ticks(-10, 10, 4).places, (std::vector<double>{-10, -5, 0, 5, 10}));
}

TEST(Ticks, RoundTo125) {
    EXPECT_DOUBLE_EQ(round_down_125(4.9), 2);
    EXPECT_DOUBLE_EQ(round_down_125(5), 5);
    EXPECT_DOUBLE_EQ(round_down_125(0.19), 0.1);
    EXPECT_DOUBLE_EQ(round_up_125(5.1), 10);
    EXPECT_DOUBLE_EQ(round_up_125(0.011), 0.02);
    EXPECT_DOUBLE_EQ(round_up_125(1000), 1000);
}

TEST(Ticks, LabelsHaveTheStepsDigitsAndATrueMinus) {
    EXPECT_EQ(tick_label(-0.5, 0.1), "−0.5");
    EXPECT_EQ(tick_label(1, 0.5), "1.0");
    EXPECT_EQ(tick_label(0.05, 0.05), "0.05");
    EXPECT_EQ(tick_label(0, 0.5), "0");
    EXPECT_EQ(tick_label(-1e-17, 0.5), "0");
    EXPECT_EQ(tick_label(300, 100), "300");
    EXPECT_EQ(tick_label(2e6, 1e6), "2e+06");
    EXPECT_EQ(tick_label(-2e-5, 1e-5), "−2e-05");
}

}  // namespace
}  // namespace scorefield::render
