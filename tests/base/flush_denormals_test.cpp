#include "base/flush_denormals.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace scorefield::base {
namespace {

/// Multiplied when the test runs, not when it is compiled.
float product(float a, float b) {
    const volatile float left = a;
    const volatile float right = b;
    return left * right;
}

TEST(FlushDenormals, HoldsInItsScopeAndMayBeNested) {
#if !defined(__SSE__)
    GTEST_SKIP() << "FlushDenormals has no effect without SSE";
#endif
    constexpr float kDenormal = std::numeric_limits<float>::min() / 8;
    EXPECT_GT(product(1e-20F, 1e-20F), 0);
    {
        const FlushDenormals flush;
        EXPECT_EQ(product(1e-20F, 1e-20F), 0);    // the result would be denormal
        EXPECT_EQ(product(kDenormal, 1e20F), 0);  // an operand is
        { const FlushDenormals again; }
        EXPECT_EQ(product(1e-20F, 1e-20F), 0);
        EXPECT_EQ(product(1e-20F, 1e-10F), 1e-20F * 1e-10F);
    }
    EXPECT_GT(product(1e-20F, 1e-20F), 0);
    EXPECT_GT(product(kDenormal, 1e20F), 0);
}

}  // namespace
}  // namespace scorefield::base
