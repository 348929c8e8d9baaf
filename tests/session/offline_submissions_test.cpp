// Two recordings in turn, and what is reported of them.
#include "session/offline_submissions.hpp"

#include <utility>
#include <vector>

#include "gpu/buffer.hpp"
#include "tests/gpu/gpu_fixture.hpp"

namespace scorefield::session {
namespace {

using OfflineSubmissionsTest = gpu::GpuTest;

TEST_F(OfflineSubmissionsTest, AreReportedOnceAndInOrderWhenTheGpuHasExecutedThem) {
    const gpu::Buffer buffer(device(), "filled", 256);
    std::vector<gpu::Submission> submitted;
    std::vector<std::pair<std::size_t, std::size_t>> reported;  // slot, number of pending submissions
    OfflineSubmissions submissions(device(), "test", [&](std::size_t slot, std::span<const gpu::Timing> /*timings*/) {
        EXPECT_TRUE(device().completed(submitted.at(reported.size())));
        reported.emplace_back(slot, submissions.pending());
    });
    for (std::uint32_t i = 0; i < 3; ++i) {
        submissions.begin().fill(buffer, i);
        EXPECT_EQ(submissions.slot(), i % 2);
        submitted.push_back(submissions.submit());
    }
    // The third recording needed the slot of the first submission.
    EXPECT_EQ(reported, (std::vector<std::pair<std::size_t, std::size_t>>{{0, 2}}));
    EXPECT_EQ(submissions.pending(), 2U);
    submissions.finish();
    submissions.finish();
    EXPECT_EQ(reported, (std::vector<std::pair<std::size_t, std::size_t>>{{0, 2}, {1, 2}, {0, 1}}));
    EXPECT_EQ(submissions.pending(), 0U);
}

}  // namespace
}  // namespace scorefield::session
