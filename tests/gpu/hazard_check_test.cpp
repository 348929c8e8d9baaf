#include "gpu/hazard_check.hpp"

#include <gmock/gmock.h>

#include <ctime>
#include <random>
#include <string>

#include "tests/gpu/stepwise_hazard_check.hpp"

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

/// Passes, barriers and acquires at random, so that most accesses are not ordered. Resources 3 and 4 are images.
HazardLog random_hazards(unsigned seed, int entries) {
    constexpr VkPipelineStageFlags2 stages[] = {kCompute,
                                                kTransfer,
                                                kFragment,
                                                kCompute | kFragment,
                                                VK_PIPELINE_STAGE_2_HOST_BIT,
                                                VK_PIPELINE_STAGE_2_ALL_GRAPHICS_BIT,
                                                VK_PIPELINE_STAGE_2_ALL_COMMANDS_BIT};
    constexpr VkAccessFlags2 accesses[] = {kRead,
                                           kWrite,
                                           kRead | kWrite,
                                           kTransferWrite,
                                           VK_ACCESS_2_SHADER_READ_BIT,
                                           VK_ACCESS_2_UNIFORM_READ_BIT,
                                           VK_ACCESS_2_MEMORY_READ_BIT | VK_ACCESS_2_MEMORY_WRITE_BIT,
                                           0};
    constexpr VkImageLayout layouts[] = {kGeneral, VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL, kNone};
    std::mt19937 random(seed);
    const auto one_of = [&](const auto& choices) { return choices[random() % std::size(choices)]; };
    const auto resource = [&] { return random() % 4 + 1; };
    const auto is_image = [](std::uint64_t id) { return id > 2; };
    HazardLog log;
    for (int i = 0; i < entries; ++i) {
        const auto kind = random() % 16;
        if (kind == 0) {
            log.emplace_back(LoggedAcquire{3, "resource 3", one_of(stages)});
        } else if (kind < 8) {
            LoggedBarriers batch;
            for (auto rest = random() % 3 + 1; rest > 0; --rest) {
                const std::uint64_t id = random() % 2 == 0 ? 0 : resource();
                LoggedBarrier barrier = {id, one_of(stages), one_of(accesses), one_of(stages), one_of(accesses)};
                if (is_image(id)) {
                    barrier.old_layout = one_of(layouts);
                    barrier.new_layout = one_of(layouts);
                }
                batch.barriers.push_back(barrier);
            }
            log.emplace_back(batch);
        } else {
            LoggedPass pass{"pass " + std::to_string(i), {}};
            for (auto rest = random() % 2 + 1; rest > 0; --rest) {
                const std::uint64_t id = resource();
                pass.uses.push_back({id, "resource " + std::to_string(id), one_of(stages), one_of(accesses),
                                     is_image(id) ? one_of(layouts) : kNone});
            }
            log.emplace_back(pass);
        }
    }
    return log;
}

TEST(HazardCheck, FindsWhatTheStepByStepReferenceFinds) {
    std::size_t without_findings = 0;
    std::size_t findings = 0;
    for (unsigned seed = 0; seed < 4000; ++seed) {
        const HazardLog log = random_hazards(seed, seed % 2 == 0 ? 6 : 60);
        const std::vector<std::string> expected = stepwise::check_hazards(log);
        ASSERT_EQ(check_hazards(log), expected) << "seed " << seed;
        findings += expected.size();
        if (expected.empty()) ++without_findings;
    }
    EXPECT_GT(findings, 10'000U);
    EXPECT_GT(without_findings, 100U);
}

/// Dispatches that write and read in turn, with the barriers that order them, and beside them buffers of which each is
/// written once, as for uploads.
HazardLog long_log(std::uint64_t passes) {
    HazardLog log;
    for (std::uint64_t i = 0; i < passes; ++i) {
        log.push_back(kWritePass);
        log.push_back(barrier(kCompute, kWrite, kCompute, kRead, 0));
        log.push_back(kReadPass);
        log.push_back(barrier(kCompute, 0, kCompute, 0, 0));
        log.emplace_back(LoggedPass{"upload", {{100 + i, "staging", kCompute, kWrite, kNone}}});
    }
    return log;
}

double processor_seconds(const HazardLog& log) {
    const std::clock_t begin = std::clock();
    EXPECT_THAT(check_hazards(log), IsEmpty());
    return static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
}

// 16 times the passes: 16 times the time where it is linear, 256 times where it is quadratic. Between them there is a
// factor of 4 for the caches and for other programs.
TEST(HazardCheck, TakesTimeInProportionToTheLog) {
    const HazardLog log = long_log(2'000);
    const HazardLog longer = long_log(32'000);
    EXPECT_LT(processor_seconds(longer), 64 * processor_seconds(log));
}

}  // namespace
}  // namespace scorefield::gpu
