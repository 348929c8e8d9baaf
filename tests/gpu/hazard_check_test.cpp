#include "gpu/hazard_check.hpp"

#include <gmock/gmock.h>

namespace scorefield::gpu {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr VkPipelineStageFlags2 kCompute = VK_PIPELINE_STAGE_2_COMPUTE_SHADER_BIT;
constexpr VkPipelineStageFlags2 kTransfer = VK_PIPELINE_STAGE_2_ALL_TRANSFER_BIT;
constexpr VkPipelineStageFlags2 kFragment = VK_PIPELINE_STAGE_2_FRAGMENT_SHADER_BIT;
constexpr VkAccessFlags2 kRead = VK_ACCESS_2_SHADER_STORAGE_READ_BIT;
constexpr VkAccessFlags2 kWrite = VK_ACCESS_2_SHADER_STORAGE_WRITE_BIT;
constexpr VkAccessFlags2 kTransferWrite = VK_ACCESS_2_TRANSFER_WRITE_BIT;
constexpr VkImageLayout kGeneral = VK_IMAGE_LAYOUT_GENERAL;
constexpr VkImageLayout kNone = VK_IMAGE_LAYOUT_UNDEFINED;

LogEntry pass(const std::string& name, VkPipelineStageFlags2 stages, VkAccessFlags2 access,
              VkImageLayout layout = kNone) {
    return LoggedPass{name, {{7, "state", stages, access, layout}}};
}

LogEntry barrier(VkPipelineStageFlags2 src_stages, VkAccessFlags2 src_access, VkPipelineStageFlags2 dst_stages,
                 VkAccessFlags2 dst_access, std::uint64_t resource = 7) {
    return LoggedBarriers{{{resource, src_stages, src_access, dst_stages, dst_access, kNone, kNone}}};
}

LogEntry transition(VkPipelineStageFlags2 src_stages, VkAccessFlags2 src_access, VkImageLayout from, VkImageLayout to) {
    return LoggedBarriers{{{7, src_stages, src_access, kCompute, kRead, from, to}}};
}

const LogEntry kWritePass = pass("write", kCompute, kWrite);
const LogEntry kReadPass = pass("read", kCompute, kRead);

TEST(HazardCheck, AcceptsOrderedAccesses) {
    EXPECT_THAT(check_hazards({kWritePass, barrier(kCompute, kWrite, kCompute, kRead), kReadPass, kReadPass,
                               barrier(kCompute, 0, kCompute, 0, 0), kWritePass}),
                IsEmpty());
}

TEST(HazardCheck, FindsMissingBarriersOfEveryKind) {
    EXPECT_THAT(check_hazards({kWritePass, kReadPass}), ElementsAre(HasSubstr("read after write on 'state'")));
    EXPECT_THAT(check_hazards({kReadPass, kWritePass}), ElementsAre(HasSubstr("write after read")));
    EXPECT_THAT(check_hazards({kWritePass, kWritePass}), ElementsAre(HasSubstr("write after write")));
    EXPECT_THAT(check_hazards({kWritePass, pass("both", kCompute, kRead | kWrite)}),
                ElementsAre(HasSubstr("'both' is not ordered after 'write'")));
}

TEST(HazardCheck, AWriteMustBeVisibleToTheNext) {
    const auto writes_around = [](const LogEntry& between) { return check_hazards({kWritePass, between, kWritePass}); };
    EXPECT_THAT(writes_around(barrier(kCompute, kWrite, kCompute, kWrite)), IsEmpty());
    EXPECT_THAT(writes_around(barrier(kCompute, kWrite, kCompute, kRead)),
                ElementsAre(HasSubstr("write after write on 'state'")));
    EXPECT_THAT(check_hazards({kWritePass, barrier(kCompute, kWrite, kCompute, kRead), kReadPass,
                               barrier(kCompute, 0, kCompute, 0, 0), kWritePass}),
                IsEmpty())
        << "seen by the reader in between";
}

TEST(HazardCheck, ABarrierElsewhereDoesNotHelp) {
    const auto after_write = [](const LogEntry& between) { return check_hazards({kWritePass, between, kReadPass}); };
    EXPECT_THAT(after_write(barrier(kCompute, kWrite, kCompute, kRead)), IsEmpty());
    EXPECT_THAT(after_write(barrier(kCompute, kWrite, kCompute, kRead, 0)), IsEmpty());
    EXPECT_EQ(after_write(barrier(kCompute, kWrite, kCompute, kRead, 8)).size(), 1U) << "another resource";
    EXPECT_EQ(after_write(barrier(kTransfer, kWrite, kCompute, kRead)).size(), 1U) << "another source stage";
    EXPECT_EQ(after_write(barrier(kCompute, kWrite, kTransfer, kRead)).size(), 1U) << "another destination stage";
    EXPECT_EQ(after_write(barrier(kCompute, kTransferWrite, kCompute, kRead)).size(), 1U) << "not made available";
    EXPECT_EQ(after_write(barrier(kCompute, kWrite, kCompute, VK_ACCESS_2_UNIFORM_READ_BIT)).size(), 1U)
        << "not visible";
    EXPECT_EQ(after_write(barrier(kCompute, 0, kCompute, 0)).size(), 1U) << "execution only";
    EXPECT_EQ(check_hazards({barrier(kCompute, kWrite, kCompute, kRead), kWritePass, kReadPass}).size(), 1U)
        << "too early";
}

TEST(HazardCheck, FollowsChainsOfBarriers) {
    EXPECT_THAT(check_hazards({kWritePass, barrier(kCompute, kWrite, kTransfer, 0),
                               barrier(kTransfer, 0, kFragment, kRead), pass("draw", kFragment, kRead)}),
                IsEmpty());
    EXPECT_EQ(check_hazards({kWritePass, barrier(kCompute, kWrite, kTransfer, 0),
                             barrier(kCompute, 0, kFragment, kRead), pass("draw", kFragment, kRead)})
                  .size(),
              1U)
        << "the second barrier does not wait until the write is available";
    EXPECT_EQ(check_hazards({kReadPass, barrier(kCompute, 0, kTransfer, 0), barrier(kFragment, 0, kFragment, 0),
                             pass("draw", kFragment, kWrite)})
                  .size(),
              1U);
    // Barriers of one call stand side by side.
    EXPECT_EQ(check_hazards({kReadPass,
                             LoggedBarriers{{{0, kCompute, 0, kTransfer, 0, kNone, kNone},
                                             {0, kTransfer, 0, kFragment, 0, kNone, kNone}}},
                             pass("draw", kFragment, kWrite)})
                  .size(),
              1U);
}

TEST(HazardCheck, EveryStageOfAPassCounts) {
    const LogEntry wide = pass("wide", kCompute | kFragment, kRead);
    EXPECT_EQ(check_hazards({kWritePass, barrier(kCompute, kWrite, kCompute, kRead), wide}).size(), 1U);
    EXPECT_THAT(check_hazards({kWritePass, barrier(kCompute, kWrite, kCompute | kFragment, kRead), wide}), IsEmpty());
    EXPECT_EQ(check_hazards({wide, barrier(kCompute, 0, kCompute, 0), kWritePass}).size(), 1U);
    EXPECT_THAT(check_hazards({wide, barrier(kCompute | kFragment, 0, kCompute, 0), kWritePass}), IsEmpty());
}

TEST(HazardCheck, ImagesMustBeInTheirLayout) {
    const LogEntry paint = pass("paint", kCompute, kWrite, kGeneral);
    const LogEntry sample = pass("sample", kCompute, kRead, VK_IMAGE_LAYOUT_SHADER_READ_ONLY_OPTIMAL);
    const LogEntry to_general = transition(0, 0, kNone, kGeneral);
    EXPECT_THAT(check_hazards({paint}), ElementsAre(HasSubstr("layout of 'state'")));
    EXPECT_THAT(check_hazards({to_general, pass("look", kCompute, kRead, kGeneral)}), IsEmpty());
    EXPECT_THAT(
        check_hazards({to_general, paint,
                       transition(kCompute, kWrite, kGeneral, VK_IMAGE_LAYOUT_SHADER_READ_ONLY_OPTIMAL), sample}),
        IsEmpty());
    EXPECT_THAT(
        check_hazards({to_general, paint,
                       transition(kFragment, kWrite, kGeneral, VK_IMAGE_LAYOUT_SHADER_READ_ONLY_OPTIMAL), sample}),
        ElementsAre(HasSubstr("'layout transition' is not ordered after 'paint'")));
    EXPECT_THAT(check_hazards({to_general, paint,
                               transition(kCompute, kWrite, VK_IMAGE_LAYOUT_TRANSFER_SRC_OPTIMAL,
                                          VK_IMAGE_LAYOUT_SHADER_READ_ONLY_OPTIMAL),
                               sample}),
                ElementsAre(HasSubstr("a transition from")));
    EXPECT_THAT(check_hazards({to_general, paint, sample}).front(), HasSubstr("layout of 'state': 'sample'"));
}

TEST(HazardCheck, AnAcquiredImageIsReadyOnlyForTheStagesThatWaited) {
    const LogEntry acquire = LoggedAcquire{7, "state", kTransfer};
    const LogEntry paint = pass("paint", kCompute, kRead, kGeneral);
    EXPECT_THAT(check_hazards({acquire, transition(kTransfer, 0, kNone, kGeneral), paint}), IsEmpty());
    EXPECT_EQ(check_hazards({acquire, transition(kCompute, 0, kNone, kGeneral), paint}).size(), 1U);
}

}  // namespace
}  // namespace scorefield::gpu
