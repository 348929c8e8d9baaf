#include "base/names.hpp"

#include <gtest/gtest.h>

#include <array>

#include "base/error.hpp"

namespace scorefield::base {
namespace {

constexpr std::array<std::string_view, 3> kSamplers = {"ddpm", "ddim", "dpmpp_2m"};

TEST(NearestName, ForgivesSlips) {
    EXPECT_EQ(nearest_name("ddin", kSamplers), "ddim");
    EXPECT_EQ(nearest_name("dpm++2m", kSamplers), "dpmpp_2m");
    EXPECT_EQ(nearest_name("dimd", kSamplers), "ddim");
}

TEST(NearestName, DoesNotGuessWildly) {
    EXPECT_EQ(nearest_name("euler_ancestral", kSamplers), "");
    EXPECT_EQ(nearest_name("frames", std::array<std::string_view, 2>{"class", "frame.rate"}), "");
    EXPECT_EQ(nearest_name("beta", std::array<std::string_view, 1>{"data"}), "");
    EXPECT_EQ(nearest_name("a", std::array<std::string_view, 2>{"v", "x0"}), "");
    EXPECT_EQ(nearest_name("", kSamplers), "");
    EXPECT_EQ(nearest_name(std::string(65, 'd'), kSamplers), "");
}

TEST(NearestName, PassesOverCapitalsAndHowWordsAreJoined) {
    constexpr std::array<std::string_view, 4> kNames = {"ddpm", "dpm", "ddim", "dpmpp_2m"};
    EXPECT_EQ(nearest_name("DDIM", kNames), "ddim");
    EXPECT_EQ(nearest_name("DDIN", kNames), "ddim");
    EXPECT_EQ(nearest_name("DPM++ 2M", kNames), "dpmpp_2m");
    EXPECT_EQ(nearest_name("dpmpp-2m", kNames), "dpmpp_2m");
    EXPECT_EQ(nearest_name("ddim", std::array<std::string_view, 2>{"ddi", "DDIM"}), "DDIM");
}

TEST(NearestName, PrefersWhatBeginsWithTheName) {
    constexpr std::array<std::string_view, 6> kNames = {"euler",     "euler_ancestral", "dpm",
                                                        "dpmpp_sde", "dpmpp_2m",        "dpmpp_3m"};
    EXPECT_EQ(nearest_name("euler_a", kNames), "euler_ancestral");
    EXPECT_EQ(nearest_name("dpm++", kNames), "dpmpp_2m");
    EXPECT_EQ(nearest_name("dp", kNames), "");  // four begin so
    EXPECT_EQ(nearest_name("x", std::array<std::string_view, 2>{"v", "x0"}), "x0");
}

TEST(NearestPath, PrefersAnExactLastPart) {
    constexpr std::array<std::string_view, 4> kNames = {"beta", "sampler.eta", "train.batch", "data"};
    EXPECT_EQ(nearest_path("eta", kNames), "sampler.eta");
    EXPECT_EQ(nearest_path("Batch", kNames), "train.batch");
    EXPECT_EQ(nearest_path("sampler.etta", kNames), "sampler.eta");
    EXPECT_EQ(nearest_path("dta", kNames), "data");
    EXPECT_EQ(nearest_path("frames", kNames), "");
}

TEST(NameHint, NamesTheNearestAndAllKnown) {
    EXPECT_EQ(name_hint("ddin", kSamplers), "did you mean 'ddim'? known: ddpm, ddim, dpmpp_2m");
}

TEST(Error, IsOneLineWithStatus) {
    const Error request = request_error("unknown sampler 'x'", "`sampler`", "no such name", "known: ddim");
    EXPECT_STREQ(request.what(), "unknown sampler 'x' (`sampler`): no such name; known: ddim");
    EXPECT_EQ(request.exit_status(), 2);
    EXPECT_EQ(running_error("a", "b", "c\nd", "e").exit_status(), 1);
    EXPECT_STREQ(running_error("a", "b", "c\nd", "e").what(), "a (b): c d; e");
}

TEST(Error, ShowsOnlyWhatATerminalCan) {
    EXPECT_STREQ(request_error("a\x1b[2J", "σ \xff\xc3", "\xe2\x82", "x\x7f").what(),
                 "a?[2J (σ ?"
                 "?): ?"
                 "?; x?");
}

}  // namespace
}  // namespace scorefield::base
