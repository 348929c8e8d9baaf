#include "render/colour_map.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "render/look.hpp"
#include "render/tone_curve.hpp"
#include "tests/render/lightness.hpp"

namespace scorefield::render {
namespace {

class ColourMapOf : public ::testing::TestWithParam<ColourMap> {};

TEST_P(ColourMapOf, LightnessRisesStrictlySoThatItReadsWithoutColourVision) {
    double last = -1;
    for (int i = 0; i <= 255; ++i) {
        const double now = lightness(colour_at(GetParam(), i / 255.0));
        EXPECT_GT(now, last) << "entry " << i;
        last = now;
    }
    EXPECT_GT(last, 85) << "the brightest entry is nearly white";
}

TEST_P(ColourMapOf, LightnessRisesOverTheBackgroundToo) {
    Look look;
    look.map = GetParam();
    double last = -1;
    for (int i = 0; i <= 255; ++i) {
        const double now = lightness(place_colour(look, i / 255.0, 0, palette_of(look.background).ground));
        EXPECT_GT(now, last) << "entry " << i;
        last = now;
    }
}

TEST_P(ColourMapOf, LightnessFallsOverALightBackground) {
    Look look;
    look.map = GetParam();
    look.background = Background::light;
    double last = 101;
    for (int i = 0; i <= 255; ++i) {
        const double now = lightness(place_colour(look, i / 255.0, 0, palette_of(look.background).ground));
        EXPECT_LT(now, last) << "entry " << i;
        last = now;
    }
}

TEST_P(ColourMapOf, StaysWithinItsTableForAnyValue) {
    for (const double value : {-1e30, -0.1, 0.0, 0.5, 1.0, 1.1, 1e30}) {
        for (const float c : colour_at(GetParam(), value)) {
            EXPECT_GE(c, 0);
            EXPECT_LE(c, 1);
        }
    }
    EXPECT_EQ(colour_at(GetParam(), -1), colour_at(GetParam(), 0));
    EXPECT_EQ(colour_at(GetParam(), 2), colour_at(GetParam(), 1));
}

INSTANTIATE_TEST_SUITE_P(, ColourMapOf, ::testing::Values(ColourMap::inferno, ColourMap::viridis, ColourMap::cividis),
                         [](const auto& map) { return std::string(kColourMapNames[std::size_t(map.param)]); });

/// Contrast by WCAG 2.1 (4.5:1 for text); (Y + 0.05) ratios, with Y from L* = 116·Y^(1/3) − 16.
TEST(Palette, TextCanBeReadOnEveryBackground) {
    const auto luminance = [](const Colour& colour) {
        const double l = lightness(colour);
        return l > 8 ? std::pow((l + 16) / 116, 3) : l / 903.3;
    };
    for (std::size_t i = 0; i < kBackgroundNames.size(); ++i) {
        const Palette& palette = palette_of(static_cast<Background>(i));
        for (const Colour* ground : {&palette.ground, &palette.paper}) {
            for (const Colour* ink : {&palette.text, &palette.bright, &palette.rule, &palette.line, &palette.path,
                                      &palette.now, &palette.axes[0], &palette.axes[1], &palette.axes[2]}) {
                const double a = luminance(*ground) + 0.05;
                const double b = luminance(*ink) + 0.05;
                EXPECT_GT(std::max(a, b) / std::min(a, b), 4.5) << kBackgroundNames.at(i);
            }
        }
    }
}

TEST(Lightness, IsThatOfCie1976) {
    // White is 100 and black 0 by definition; sRGB middle grey 119/255 is L* = 50.03 (linear light 0.1845, by hand).
    EXPECT_NEAR(lightness({1, 1, 1}), 100, 1e-6);
    EXPECT_NEAR(lightness({0, 0, 0}), 0, 1e-6);
    EXPECT_NEAR(lightness({119 / 255.0f, 119 / 255.0f, 119 / 255.0f}), 50.03, 0.02);
}

TEST(OriginColours, EndsDifferInBlueAndYellowWhichRedGreenBlindnessKeeps) {
    const Colour left = origin_colour(0);
    const Colour right = origin_colour(1);
    EXPECT_GT(left[2] - left[0], 0.6f);
    EXPECT_GT(right[0] - right[2], 0.6f);
    const Colour middle = origin_colour(0.5);
    EXPECT_NEAR(middle[0], middle[2], 0.05f);
}

TEST(ToneCurve, RisesFromZeroToOneAndInvertsItself) {
    for (const double exposure : {-3.0, 0.0, 2.5}) {
        const ToneCurve curve{exposure};
        EXPECT_EQ(curve.brightness(0), 0);
        EXPECT_EQ(curve.brightness(1e9), 1);
        double last = -1;
        for (double brightness = 0; brightness < 1; brightness += 0.01) {
            const double density = curve.density(brightness);
            EXPECT_GT(density, last);
            EXPECT_NEAR(curve.brightness(density), brightness, 1e-12);
            last = density;
        }
    }
}

TEST(ToneCurve, AStopDoublesTheDensityThatCounts) {
    EXPECT_NEAR(ToneCurve{1}.brightness(0.1), ToneCurve{0}.brightness(0.2), 1e-12);
}

}  // namespace
}  // namespace scorefield::render
