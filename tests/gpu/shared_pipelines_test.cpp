// Equal pipelines of a device are one, and stay for a while when nobody uses them.
#include "gpu/shared_pipelines.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <iterator>
#include <stdexcept>
#include <vector>

#include "gpu/pipeline.hpp"
#include "gpu_fixture.hpp"
#include "shaders/gpu/affine.comp.hpp"
#include "shaders/gpu/count.comp.hpp"

namespace scorefield::gpu {
namespace {

class SharedPipelinesTest : public GpuTest {
  protected:
    static ComputePipeline affine(std::uint32_t group, const char* name = "affine") {
        return {device(), name, shaders::gpu_affine_comp, {group}};
    }

    void SetUp() override {
        GpuTest::SetUp();
        device().pipelines().clear();
    }
};

TEST_F(SharedPipelinesTest, AreTheSameWhereNameCodeAndConstantsAre) {
    const ComputePipeline first = affine(32);
    EXPECT_EQ(affine(32).core(), first.core());
    EXPECT_NE(affine(16).core(), first.core());
    EXPECT_NE(affine(32, "other").core(), first.core());
    EXPECT_NE(ComputePipeline(device(), "affine", shaders::gpu_count_comp).core(), first.core());
    // The code counts, not where it stands.
    const std::vector<std::uint32_t> copy(std::begin(shaders::gpu_affine_comp), std::end(shaders::gpu_affine_comp));
    EXPECT_EQ(ComputePipeline(device(), "affine", copy, {32}).core(), first.core());
    EXPECT_EQ(affine(16).local_size()[0], 16U);
    EXPECT_EQ(first.local_size()[0], 32U);
}

TEST_F(SharedPipelinesTest, AreKeptWhileTheyAreAmongTheLastUnusedOnes) {
    constexpr auto kMost = static_cast<std::uint32_t>(SharedPipelines::kUnused);
    const ComputePipeline used = affine(1);
    const PipelineCore* const kept = affine(2).core().get();
    for (std::uint32_t group = 3; group < kMost + 10; ++group) {
        affine(group);
        EXPECT_EQ(affine(2).core().get(), kept) << "it was asked for again and again";
    }
    // The one that is asked for is in use itself.
    EXPECT_EQ(device().pipelines().size(), 1 + kMost + 1);
    EXPECT_EQ(affine(1).core(), used.core());
}

TEST_F(SharedPipelinesTest, DoNotKeepWhatCouldNotBeMade) {
    EXPECT_THROW(affine(1U << 20U), std::logic_error);
    EXPECT_EQ(device().pipelines().size(), 0U);
}

}  // namespace
}  // namespace scorefield::gpu
