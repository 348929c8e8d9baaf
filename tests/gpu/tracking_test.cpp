#include "gpu/tracking.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <random>
#include <stdexcept>

#include "gpu/hazard_check.hpp"
#include "tests/gpu/stepwise_hazard_check.hpp"

namespace scorefield::gpu {
namespace {

constexpr VkPipelineStageFlags2 kCompute = VK_PIPELINE_STAGE_2_COMPUTE_SHADER_BIT;
constexpr VkPipelineStageFlags2 kTransfer = VK_PIPELINE_STAGE_2_ALL_TRANSFER_BIT;
constexpr VkPipelineStageFlags2 kFragment = VK_PIPELINE_STAGE_2_FRAGMENT_SHADER_BIT;
constexpr VkPipelineStageFlags2 kVertex = VK_PIPELINE_STAGE_2_VERTEX_SHADER_BIT;
constexpr VkAccessFlags2 kRead = VK_ACCESS_2_SHADER_STORAGE_READ_BIT;
constexpr VkAccessFlags2 kWrite = VK_ACCESS_2_SHADER_STORAGE_WRITE_BIT;

template <class Handle>
Handle any_handle() {
    // Only has to differ from the null handle.
    return reinterpret_cast<Handle>(std::uintptr_t{1});  // NOLINT(performance-no-int-to-ptr)
}

std::unique_ptr<Resource> make_resource(std::uint64_t id, bool image) {
    auto resource = std::make_unique<Resource>();
    resource->id = id;
    resource->name = "resource " + std::to_string(id);
    if (image) {
        resource->image = any_handle<VkImage>();
    } else {
        resource->buffer = any_handle<VkBuffer>();
    }
    return resource;
}

/// A tracker whose passes and barriers go to a log, without a device.
class Sandbox {
  public:
    void pass(const std::string& name, const std::vector<ResourceUse>& uses) {
        tracker_.pass(uses, batch);
        LoggedBarriers barriers;
        if (batch.memory) add(barriers, *batch.memory, 0, VK_IMAGE_LAYOUT_UNDEFINED, VK_IMAGE_LAYOUT_UNDEFINED);
        for (std::size_t i = 0; i < batch.transitions.size(); ++i) {
            const VkImageMemoryBarrier2& b = batch.transitions[i];
            add(barriers, b, batch.transition_ids[i], b.oldLayout, b.newLayout);
        }
        if (!barriers.barriers.empty()) log.emplace_back(barriers);
        LoggedPass logged{name, {}};
        for (const auto& [resource, use] : uses) {
            logged.uses.push_back({resource->id, resource->name, use.stages, use.access, use.layout});
        }
        log.emplace_back(logged);
    }

    BarrierBatch batch;
    HazardLog log;

  private:
    static void add(LoggedBarriers& to, const auto& b, std::uint64_t id, VkImageLayout from, VkImageLayout into) {
        to.barriers.push_back({id, b.srcStageMask, b.srcAccessMask, b.dstStageMask, b.dstAccessMask, from, into});
    }

    BarrierTracker tracker_;
};

TEST(Tracker, ReadAfterWriteIsAMemoryBarrierOnceAndWriteAfterReadOnlyExecution) {
    const auto state = make_resource(1, false);
    Sandbox sandbox;
    sandbox.pass("write", {{state.get(), {kCompute, kWrite}}});
    EXPECT_TRUE(sandbox.batch.empty());
    sandbox.pass("read", {{state.get(), {kCompute, kRead}}});
    ASSERT_TRUE(sandbox.batch.memory);
    EXPECT_EQ(sandbox.batch.memory->srcStageMask, kCompute);
    EXPECT_EQ(sandbox.batch.memory->srcAccessMask, kWrite);
    EXPECT_EQ(sandbox.batch.memory->dstAccessMask, kRead);
    sandbox.pass("read again", {{state.get(), {kCompute, kRead}}});
    EXPECT_TRUE(sandbox.batch.empty());
    sandbox.pass("overwrite", {{state.get(), {kCompute, kWrite}}});
    ASSERT_TRUE(sandbox.batch.memory);
    EXPECT_EQ(sandbox.batch.memory->srcAccessMask, 0U);
    EXPECT_EQ(sandbox.batch.memory->dstAccessMask, 0U);
}

TEST(Tracker, WhatABarrierForAnotherResourceImpliesIsNotRepeated) {
    const auto a = make_resource(1, false);
    const auto b = make_resource(2, false);
    const auto c = make_resource(3, false);
    Sandbox sandbox;
    sandbox.pass("write both", {{a.get(), {kCompute, kWrite}}, {b.get(), {kCompute, kWrite}}});
    sandbox.pass("a to c", {{a.get(), {kCompute, kRead}}, {c.get(), {kCompute, kWrite}}});
    EXPECT_TRUE(sandbox.batch.memory);
    sandbox.pass("read b", {{b.get(), {kCompute, kRead}}});
    EXPECT_TRUE(sandbox.batch.empty()) << "visible since the barrier for a";
    sandbox.pass("c to b", {{c.get(), {kCompute, kRead}}, {b.get(), {kCompute, kWrite}}});
    EXPECT_TRUE(sandbox.batch.memory);
    sandbox.pass("overwrite a", {{a.get(), {kCompute, kWrite}}});
    EXPECT_TRUE(sandbox.batch.empty()) << "its reader finished before the barrier for c";
}

TEST(Tracker, ABarrierForAReaderDoesNotLetAnotherResourceBeOverwritten) {
    const auto a = make_resource(1, false);
    const auto b = make_resource(2, false);
    Sandbox sandbox;
    sandbox.pass("copy", {{a.get(), {kTransfer, VK_ACCESS_2_TRANSFER_WRITE_BIT}},
                          {b.get(), {kTransfer, VK_ACCESS_2_TRANSFER_WRITE_BIT}}});
    sandbox.pass("read a", {{a.get(), {kCompute, kRead}}});
    sandbox.pass("overwrite b", {{b.get(), {kCompute, kWrite}}});
    ASSERT_TRUE(sandbox.batch.memory) << "the barrier before made nothing visible to writes";
    EXPECT_EQ(sandbox.batch.memory->srcAccessMask, VK_ACCESS_2_TRANSFER_WRITE_BIT);
    EXPECT_EQ(sandbox.batch.memory->dstAccessMask, kWrite);
}

TEST(Tracker, RefusesWhatItDoesNotTrack) {
    const auto a = make_resource(1, false);
    Sandbox sandbox;
    EXPECT_THROW(sandbox.pass("x", {{a.get(), {VK_PIPELINE_STAGE_2_ALL_COMMANDS_BIT, kRead}}}), std::logic_error);
    EXPECT_THROW(sandbox.pass("x", {{a.get(), {kCompute, VK_ACCESS_2_TRANSFER_WRITE_BIT}}}), std::logic_error);
}

TEST(Tracker, OneRecordingAtATime) {
    BarrierTracker tracker;
    EXPECT_EQ(tracker.open("first"), 1U);
    EXPECT_THROW(tracker.open("second"), std::logic_error);
    tracker.keep();
    EXPECT_EQ(tracker.open("second"), 2U);
}

/// Passes with random uses of a few buffers and images.
HazardLog random_log(unsigned seed, int passes) {
    constexpr std::uint64_t kResources = 6;
    std::vector<std::unique_ptr<Resource>> resources;
    for (std::uint64_t id = 1; id <= kResources; ++id) resources.push_back(make_resource(id, id > 4));
    const Use uses[] = {{kCompute, kRead},
                        {kCompute, kWrite},
                        {kCompute, kRead | kWrite},
                        {kVertex | kFragment, kRead},
                        {kFragment, VK_ACCESS_2_SHADER_SAMPLED_READ_BIT},
                        {kTransfer, VK_ACCESS_2_TRANSFER_READ_BIT},
                        {kTransfer, VK_ACCESS_2_TRANSFER_WRITE_BIT}};
    std::mt19937 random(seed);
    Sandbox sandbox;
    for (int i = 0; i < passes; ++i) {
        std::vector<ResourceUse> chosen;
        for (const auto& resource : resources) {
            if (random() % 3 != 0) continue;
            Use use = uses[random() % std::size(uses)];
            const bool transfer = use.stages == kTransfer;
            if (resource->image != VK_NULL_HANDLE) {
                use.layout = transfer ? VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL : VK_IMAGE_LAYOUT_GENERAL;
            }
            chosen.push_back({resource.get(), use});
        }
        sandbox.pass("pass " + std::to_string(i), chosen);
    }
    return sandbox.log;
}

TEST(Tracker, RandomProgramsHaveNoHazards) {
    for (unsigned seed = 0; seed < 50; ++seed) {
        const auto findings = check_hazards(random_log(seed, 200));
        ASSERT_TRUE(findings.empty()) << "seed " << seed << ": " << findings.front();
    }
}

// No derived barrier is useless: without any single one of them the checker finds a hazard.
TEST(Tracker, DroppingAnySingleBarrierOfARandomProgramIsFound) {
    for (unsigned seed = 0; seed < 5; ++seed) {
        const HazardLog whole = random_log(seed, 60);
        int dropped = 0;
        for (std::size_t entry = 0; entry < whole.size(); ++entry) {
            const auto* batch = std::get_if<LoggedBarriers>(&whole[entry]);
            if (batch == nullptr) continue;
            for (std::size_t i = 0; i < batch->barriers.size(); ++i, ++dropped) {
                HazardLog faulty = whole;
                auto& barriers = std::get<LoggedBarriers>(faulty[entry]).barriers;
                barriers.erase(barriers.begin() + static_cast<std::ptrdiff_t>(i));
                const std::vector<std::string> findings = check_hazards(faulty);
                EXPECT_FALSE(findings.empty())
                    << "seed " << seed << ", barrier " << i << " before entry " << entry + 1 << " is useless";
                EXPECT_EQ(findings, stepwise::check_hazards(faulty));
            }
        }
        EXPECT_GT(dropped, 30);
    }
}

}  // namespace
}  // namespace scorefield::gpu
