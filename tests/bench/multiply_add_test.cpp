#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "base/instruction_sets.hpp"
#include "bench/multiply_add_kernels.hpp"

namespace scorefield::bench {
namespace {

// x ← x/2 + 1 takes x to 2 + (x − 2)/2^rounds. Fractions of 2^-8 below 2 after 8 rounds are exact in single precision.
TEST(MultiplyAddKernels, RepeatAMultiplyAddOfEveryNumber) {
    for (const base::InstructionSet set : base::runnable_instruction_sets()) {
        const MultiplyAddKernels& kernels = multiply_add_kernels(set);
        std::vector<float> from(kernels.numbers);
        for (std::size_t i = 0; i < from.size(); ++i) from[i] = static_cast<float>(i) / 256;
        std::vector<float> to(kernels.numbers + 1, std::numeric_limits<float>::quiet_NaN());
        kernels.run(0.5F, 1, 8, from.data(), to.data());
        for (std::size_t i = 0; i < from.size(); ++i) {
            ASSERT_EQ(to[i], 2 + (from[i] - 2) / 256) << kernels.name << ", number " << i;
        }
        EXPECT_TRUE(std::isnan(to.back())) << kernels.name << " writes beyond its numbers";
    }
}

}  // namespace
}  // namespace scorefield::bench
