#include "base/random.hpp"

#include <gmock/gmock.h>

#include <bit>
#include <cmath>
#include <limits>
#include <numbers>
#include <vector>

#include "base/instruction_sets.hpp"
#include "base/normal_kernels.hpp"

namespace scorefield::base {
namespace {

using Words = std::array<std::uint32_t, 4>;

// Known-answer vectors of the Random123 distribution (Salmon et al. 2011), kat_vectors, philox4x32 10.
TEST(Philox, MatchesThePublishedVectors) {
    EXPECT_EQ(philox4x32({0, 0, 0, 0}, {0, 0}), (Words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
    EXPECT_EQ(philox4x32({~0U, ~0U, ~0U, ~0U}, {~0U, ~0U}), (Words{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
    EXPECT_EQ(philox4x32({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}),
              (Words{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

/// The definition in exact arithmetic, for comparison.
std::array<double, 4> exact_normals(const Words& words) {
    std::array<double, 4> z{};
    for (std::size_t pair = 0; pair < 2; ++pair) {
        const double u1 = (static_cast<double>(words[2 * pair]) + 1) * 0x1p-32;
        const double u2 = words[2 * pair + 1] * 0x1p-32;
        const double radius = std::sqrt(-2 * std::log(u1));
        z[2 * pair] = radius * std::cos(2 * std::numbers::pi * u2);
        z[2 * pair + 1] = radius * std::sin(2 * std::numbers::pi * u2);
    }
    return z;
}

// Seeds, numbers and indices of any bits; numbers beyond the last one begin again from 0.
TEST(Normals, OfManyParticlesAreThoseOfEachOnEveryInstructionSet) {
    for (const InstructionSet set : runnable_instruction_sets()) {
        for (std::uint32_t trial = 0; trial < 200; ++trial) {
            const Words drawn = philox4x32({trial, 0, 0, 0}, {7, 7});
            const std::uint64_t seed = std::uint64_t{drawn[0]} << 32U | drawn[1];
            const std::uint32_t particle = trial % 4 == 0 ? 0xFFFFFFF0 : drawn[2];
            const std::size_t elements = 1 + trial % 4;
            std::vector<float> planes(5 * kNormalParticles, std::numeric_limits<float>::quiet_NaN());
            normal_kernels(set).normal_planes(seed, particle, trial % 7, drawn[3], trial % 6, elements, planes.data());
            for (std::uint32_t i = 0; i < kNormalParticles; ++i) {
                const std::array<float, 4> expected = normal4(seed, particle + i, trial % 7, drawn[3], trial % 6);
                for (std::size_t e = 0; e < 5; ++e) {
                    const float got = planes[e * kNormalParticles + i];
                    if (e < elements) {
                        ASSERT_EQ(std::bit_cast<std::uint32_t>(got), std::bit_cast<std::uint32_t>(expected[e]));
                    } else {
                        ASSERT_TRUE(std::isnan(got));
                    }
                }
            }
        }
    }
}

// Worst case of float arithmetic at |z| up to 6.7 with a handful of roundings of 2^-24 relative.
TEST(Normals, AreWithin1e6OfTheDefinitionInExactArithmetic) {
    double worst = 0;
    for (std::uint32_t particle = 0; particle < 300000; ++particle) {
        const auto exact = exact_normals(philox4x32({particle, 1, 2, 3}, {5, 0}));
        const auto z = normal4(5, particle, 1, 2, 3);
        for (std::size_t i = 0; i < 4; ++i) worst = std::max(worst, std::abs(exact[i] - static_cast<double>(z[i])));
    }
    EXPECT_LT(worst, 1e-6);
    EXPECT_GT(worst, 0);
}

struct Moments {
    double mean = 0, variance = 0, skewness = 0, kurtosis = 0;
};

Moments moments(const std::vector<double>& z) {
    const double n = static_cast<double>(z.size());
    Moments m;
    for (const double v : z) m.mean += v / n;
    double second = 0, third = 0, fourth = 0;
    for (const double v : z) {
        const double c = v - m.mean;
        second += c * c / n;
        third += c * c * c / n;
        fourth += c * c * c * c / n;
    }
    m.variance = second;
    m.skewness = third / std::pow(second, 1.5);
    m.kurtosis = fourth / (second * second);
    return m;
}

// Standard errors for n normals: mean 1/√n, variance √(2/n), skewness √(6/n), kurtosis √(24/n); bound 4.5 of them.
TEST(Normals, HaveTheMomentsAndTailsOfAStandardNormal) {
    std::vector<double> z;
    for (std::uint32_t particle = 0; particle < 250000; ++particle) {
        for (const float v : normal4(11, particle, 0, 7, kSamplerStream)) z.push_back(static_cast<double>(v));
    }
    const double n = static_cast<double>(z.size());
    const Moments m = moments(z);
    EXPECT_NEAR(m.mean, 0, 4.5 / std::sqrt(n));
    EXPECT_NEAR(m.variance, 1, 4.5 * std::sqrt(2 / n));
    EXPECT_NEAR(m.skewness, 0, 4.5 * std::sqrt(6 / n));
    EXPECT_NEAR(m.kurtosis, 3, 4.5 * std::sqrt(24 / n));
    for (const double threshold : {1.0, 2.0, 3.0, 4.0}) {
        const double p = std::erfc(threshold / std::numbers::sqrt2);
        double beyond = 0;
        for (const double v : z) beyond += std::abs(v) > threshold ? 1 : 0;
        EXPECT_NEAR(beyond, n * p, 4.5 * std::sqrt(n * p)) << "beyond " << threshold;
    }
}

// Correlation of independent normals has standard error 1/√n, and so has that of their squares (after scaling by 2).
TEST(Normals, AreIndependentAcrossParticleElementIndexStreamAndSeed) {
    constexpr std::uint32_t kCount = 200000;
    const auto correlations = [&](auto other) {
        double plain = 0, squares = 0;
        for (std::uint32_t i = 0; i < kCount; ++i) {
            const double a = static_cast<double>(normal(3, i, 0, 4, 1));
            const double b = static_cast<double>(other(i));
            plain += a * b / kCount;
            squares += (a * a - 1) * (b * b - 1) / (2.0 * kCount);
        }
        return std::pair{plain, squares};
    };
    const double bound = 4.5 / std::sqrt(double{kCount});
    const auto check = [&](const char* what, auto other) {
        const auto [plain, squares] = correlations(other);
        EXPECT_NEAR(plain, 0, bound) << what;
        EXPECT_NEAR(squares, 0, bound) << what;
    };
    check("next particle", [](std::uint32_t i) { return normal(3, i + 1, 0, 4, 1); });
    check("second element", [](std::uint32_t i) { return normal(3, i, 1, 4, 1); });
    check("third element", [](std::uint32_t i) { return normal(3, i, 2, 4, 1); });
    check("next block", [](std::uint32_t i) { return normal(3, i, 4, 4, 1); });
    check("next index", [](std::uint32_t i) { return normal(3, i, 0, 5, 1); });
    check("next stream", [](std::uint32_t i) { return normal(3, i, 0, 4, 2); });
    check("next seed", [](std::uint32_t i) { return normal(4, i, 0, 4, 1); });
    check("high word of the seed", [](std::uint32_t i) { return normal(3 + (1ULL << 32), i, 0, 4, 1); });
}

TEST(Normals, OfAParticleAreItsElementsInOrder) {
    std::vector<float> all(11);
    normals(5, 3, 2, kDataStream, all);
    for (std::uint32_t e = 0; e < all.size(); ++e) EXPECT_EQ(all[e], normal(5, 3, e, 2, kDataStream)) << e;
}

TEST(Uniforms, AreEquallyLikelyIn64Bins) {
    std::array<double, 64> bins{};
    constexpr int kCount = 256000;
    for (std::uint32_t i = 0; i < kCount; ++i) ++bins[static_cast<std::size_t>(uniform(9, i, i % 7, 2, 3) * 64)];
    double chi_squared = 0;
    for (const double count : bins) chi_squared += (count - kCount / 64.0) * (count - kCount / 64.0) / (kCount / 64.0);
    EXPECT_LT(chi_squared, 63 + 4.5 * std::sqrt(2 * 63.0));
    EXPECT_GT(chi_squared, 63 - 4.5 * std::sqrt(2 * 63.0));
}

}  // namespace
}  // namespace scorefield::base
