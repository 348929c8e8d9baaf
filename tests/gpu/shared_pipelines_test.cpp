// Equal pipelines of a device share a PipelineCore, which stays for a while when nobody uses it.
#include "gpu/shared_pipelines.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <iterator>
#include <memory>
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
    constexpr auto kMost = static_cast<std::uint32_t>(SharedPipelines::kMaxUnused);
    const auto watch = [](std::uint32_t group) { return std::weak_ptr<PipelineCore>(affine(group).core()); };
    const ComputePipeline used = affine(1);
    const std::weak_ptr<PipelineCore> asked_again = watch(2);
    const std::weak_ptr<PipelineCore> oldest = watch(3);
    for (std::uint32_t group = 4; group < kMost + 10; ++group) {
        EXPECT_EQ(oldest.expired(), group > kMost + 3) << group;
        affine(group);
        EXPECT_EQ(affine(2).core(), asked_again.lock()) << "it was asked for again and again";
        ASSERT_FALSE(asked_again.expired());
    }
    // The one that is made is in use itself.
    EXPECT_EQ(device().pipelines().size(), 1 + kMost + 1);
    EXPECT_EQ(affine(1).core(), used.core());
}

TEST_F(SharedPipelinesTest, CountFromTheEndOfTheirUse) {
    std::weak_ptr<PipelineCore> released;
    {
        const ComputePipeline used = affine(1);
        released = used.core();
        for (std::uint32_t group = 2; group < SharedPipelines::kMaxUnused + 9; ++group) affine(group);
    }
    for (std::uint32_t group = 200; group < 210; ++group) affine(group);
    EXPECT_FALSE(released.expired());
}

TEST_F(SharedPipelinesTest, DoNotKeepWhatCouldNotBeMade) {
    EXPECT_THROW(affine(1U << 20U), std::logic_error);
    EXPECT_EQ(device().pipelines().size(), 0U);
}

}  // namespace
}  // namespace scorefield::gpu
