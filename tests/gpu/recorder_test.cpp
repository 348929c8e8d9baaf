#include "gpu/recorder.hpp"

#include <gmock/gmock.h>

#include <cstdint>
#include <string>
#include <thread>
#include <vector>

#include "gpu/gpu_fixture.hpp"
#include "shaders/gpu/affine.comp.hpp"
#include "tests/gpu/affine_push.h"

namespace scorefield::gpu {
namespace {

using Affine = shaders::AffineTestPush;

class RecorderTest : public GpuTest {
  protected:
    ComputePipeline affine_{device(), "affine", shaders::gpu_affine_comp};

    /// to = scale * from, 64 floats.
    void scale(Recorder& recorder, const Buffer& from, const Buffer& to, float factor) {
        recorder.dispatch(affine_, {reads(from), writes(to)}, Affine{64, factor}, 1);
    }
};

// Ping-pong over two buffers: read after write and write after read between every two passes, and across submits.
TEST_F(RecorderTest, ChainsAcrossSubmitsAreOrderedAndRight) {
    const Buffer a = make_buffer<float>(device(), "a", std::vector<float>(64, 1.0F));
    const Buffer b(device(), "b", 256);
    Recorder first(device(), "first");
    Recorder second(device(), "second");
    for (Recorder* recorder : {&first, &second}) {
        recorder->begin();
        for (int i = 0; i < 3; ++i) {
            scale(*recorder, a, b, 2);
            scale(*recorder, b, a, 1);
        }
        device().submit(*recorder);
    }
    EXPECT_EQ(download<float>(device(), a), std::vector<float>(64, 64.0F));
}

TEST_F(RecorderTest, RecordsOneBarrierWhereOneIsNeededAndNoneBetweenReaders) {
    const Buffer a(device(), "a", 256);
    const Buffer b(device(), "b", 256);
    const Buffer c(device(), "c", 256);
    Recorder recorder(device(), "readers");
    recorder.begin();
    recorder.fill(a, 0);
    scale(recorder, a, b, 1);
    scale(recorder, a, c, 1);
    device().submit(recorder);
    std::size_t barriers = 0;
    for (const LogEntry& entry : device().hazard_log()) {
        if (const auto* batch = std::get_if<LoggedBarriers>(&entry)) barriers += batch->barriers.size();
    }
    EXPECT_EQ(barriers, 1U);
    EXPECT_EQ(device().hazard_log().size(), 4U);
}

// The validation layer's opinion (synchronization validation reports an error otherwise).
TEST_F(RecorderTest, AFilledBufferIsOverwrittenUnread) {
    const Buffer a(device(), "a", 256);
    const Buffer b(device(), "b", 256);
    const Buffer c(device(), "c", 256);
    Recorder recorder(device(), "overwritten");
    recorder.begin();
    recorder.fill(a, 0x40000000);
    recorder.fill(b, 0);
    scale(recorder, a, c, 1);
    scale(recorder, c, b, 2);
    device().submit(recorder);
    EXPECT_EQ(download<float>(device(), b), std::vector<float>(64, 4.0F));
}

// The barriers of a real recording are all needed: the checker notices the loss of any single one.
TEST_F(RecorderTest, DroppingAnyBarrierOfARealLogIsFound) {
    const Buffer a = make_buffer<float>(device(), "a", std::vector<float>(64, 1.0F));
    const Buffer b(device(), "b", 256);
    const Buffer host(device(), "host", 256, MemoryUse::readback);
    const Image image(device(), "image", VK_FORMAT_R32_SFLOAT, {8, 8},
                      VK_IMAGE_USAGE_TRANSFER_SRC_BIT | VK_IMAGE_USAGE_TRANSFER_DST_BIT);
    for (int submit = 0; submit < 2; ++submit) {
        Recorder recorder(device(), "real");
        recorder.begin();
        scale(recorder, a, b, 2);
        scale(recorder, b, a, 2);
        recorder.copy(a, image);
        recorder.copy(image, b);
        scale(recorder, b, a, 2);
        recorder.copy(a, host);
        device().wait(device().submit(recorder));
    }
    const HazardLog whole = device().hazard_log();
    ASSERT_TRUE(check_hazards(whole).empty());
    int dropped = 0;
    for (std::size_t entry = 0; entry < whole.size(); ++entry) {
        const auto* batch = std::get_if<LoggedBarriers>(&whole[entry]);
        if (batch == nullptr) continue;
        for (std::size_t i = 0; i < batch->barriers.size(); ++i, ++dropped) {
            HazardLog faulty = whole;
            auto& barriers = std::get<LoggedBarriers>(faulty[entry]).barriers;
            barriers.erase(barriers.begin() + static_cast<std::ptrdiff_t>(i));
            EXPECT_FALSE(check_hazards(faulty).empty()) << "barrier " << i << " of entry " << entry << " is useless";
        }
    }
    EXPECT_GT(dropped, 12);
    EXPECT_EQ(host.mapped<const float>()[0], 64.0F);
}

TEST_F(RecorderTest, AbandonedRecordingsLeaveNoTrace) {
    const Buffer a = make_buffer<float>(device(), "a", std::vector<float>(64, 3.0F));
    const Buffer b(device(), "b", 256);
    {
        Recorder lost(device(), "lost");
        lost.begin();
        scale(lost, a, b, 5);
        const auto scope = lost.scope("open");
        EXPECT_THROW(device().submit(lost), std::logic_error) << "inside a scope";
    }
    Recorder recorder(device(), "next");
    recorder.begin();
    recorder.fill(a, 0);
    recorder.begin();  // forgets the fill
    scale(recorder, a, b, 1);
    device().submit(recorder);
    EXPECT_EQ(download<float>(device(), b), std::vector<float>(64, 3.0F));
}

TEST_F(RecorderTest, RefusesToBeginInFlightOrTwoAtOnce) {
    Recorder recorder(device(), "one");
    Recorder other(device(), "two");
    recorder.begin();
    EXPECT_THROW(other.begin(), std::logic_error);
    const Buffer a(device(), "a", 1 << 24);
    for (int i = 0; i < 8; ++i) recorder.fill(a, 1);
    const Submission submission = device().submit(recorder);
    if (!device().completed(submission)) {
        try {
            recorder.begin();
            EXPECT_TRUE(device().completed(submission));
        } catch (const std::logic_error&) {
        }
    }
    device().wait(submission);
    EXPECT_TRUE(device().completed(submission));
    other.begin();
    EXPECT_THROW(device().submit(recorder), std::logic_error) << "nothing recorded";
}

/// The validation layer would crash here, in most runs, if recorders destroyed their command pools (command_pools.hpp).
TEST_F(RecorderTest, IsMadeAndDroppedOnThreadsThatRecordLabels) {
    const auto record = [](int rounds) {
        const Buffer buffer(device(), "of one thread", 256);
        for (int round = 0; round < rounds; ++round) {
            {
                Recorder recorder(device(), "short-lived");
                recorder.begin();
                const auto scope = recorder.scope("scope " + std::to_string(round));
                recorder.fill(buffer, 7);
            }
            device().wait(device().last_submission());
        }
    };
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) threads.emplace_back(record, 500);
    for (std::thread& thread : threads) thread.join();
    const Buffer buffer(device(), "afterwards", 256);
    Recorder recorder(device(), "afterwards");
    recorder.begin();
    recorder.fill(buffer, 5);
    device().submit(recorder);
    EXPECT_EQ(download<std::uint32_t>(device(), buffer), std::vector<std::uint32_t>(64, 5));
}

TEST_F(RecorderTest, ScopesAreTimedAndMayRepeat) {
    const Buffer a = make_buffer<float>(device(), "a", std::vector<float>(64, 1.0F));
    const Buffer b(device(), "b", 256);
    Recorder recorder(device(), "timed");
    for (int round = 0; round < 3; ++round) {
        recorder.begin();
        {
            const auto outer = recorder.scope("all");
            for (int i = 0; i < 300; ++i) {
                const auto scope = recorder.scope(i % 2 == 0 ? "forth" : "back");
                scale(recorder, i % 2 == 0 ? a : b, i % 2 == 0 ? b : a, 1);
            }
        }
        const Submission submission = device().submit(recorder);
        device().wait(submission);
        const std::vector<Timing> timings = recorder.timings();
        if (device().properties().timestamp_seconds == 0) {
            EXPECT_TRUE(timings.empty());
            continue;
        }
        ASSERT_EQ(timings.size(), 301U);
        EXPECT_EQ(timings[0].name, "all");
        EXPECT_EQ(timings[1].name, "forth");
        EXPECT_EQ(timings[2].name, "back");
        double sum = 0;
        for (std::size_t i = 1; i < timings.size(); ++i) {
            EXPECT_GE(timings[i].seconds, 0);
            sum += timings[i].seconds;
        }
        EXPECT_GT(timings[0].seconds, 0);
        EXPECT_LT(timings[0].seconds, 60);
        EXPECT_LE(sum, timings[0].seconds + 1e-9);
    }
}

TEST_F(RecorderTest, ExternalPassesAreOrderedByWhatTheyDeclare) {
    const Buffer a(device(), "a", 256);
    const Buffer b(device(), "b", 256);
    Recorder recorder(device(), "external");
    recorder.begin();
    recorder.fill(a, 5);
    const ExternalUse uses[] = {
        {&a, nullptr, {VK_PIPELINE_STAGE_2_ALL_TRANSFER_BIT, VK_ACCESS_2_TRANSFER_READ_BIT, VK_IMAGE_LAYOUT_UNDEFINED}},
        {&b,
         nullptr,
         {VK_PIPELINE_STAGE_2_ALL_TRANSFER_BIT, VK_ACCESS_2_TRANSFER_WRITE_BIT, VK_IMAGE_LAYOUT_UNDEFINED}}};
    recorder.external("foreign copy", uses, [&](VkCommandBuffer commands) {
        const VkBufferCopy region{0, 0, 256};
        vkCmdCopyBuffer(commands, a.handle(), b.handle(), 1, &region);
    });
    device().submit(recorder);
    EXPECT_EQ(download<std::uint32_t>(device(), b), std::vector<std::uint32_t>(64, 5));
}

}  // namespace
}  // namespace scorefield::gpu
