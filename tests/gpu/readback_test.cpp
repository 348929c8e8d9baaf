#include "gpu/readback.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cstdint>
#include <numeric>
#include <span>
#include <stdexcept>
#include <vector>

#include "gpu/gpu_fixture.hpp"

namespace scorefield::gpu {
namespace {

using Values = std::vector<float>;

class ReadbackTest : public GpuTest {
  protected:
    static Buffer numbers() {
        Values values(64);
        std::iota(values.begin(), values.end(), 0.0F);
        return make_buffer<float>(device(), "numbers", values);
    }
    static Values copy_of(std::span<const float> values) { return {values.begin(), values.end()}; }
};

TEST_F(ReadbackTest, GivesThePartsOfARecordingOnceWhenTheyHaveArrived) {
    const Buffer source = numbers();
    Readback<float> readback(device(), "read-back", 4);
    EXPECT_EQ(readback.size(), 4U);
    EXPECT_FALSE(readback.pending());
    Recorder recorder(device(), "parts");
    recorder.begin();
    readback.record(recorder, source, 10, 2);
    readback.record(recorder, source, 32, 2, 2);
    EXPECT_TRUE(readback.pending());
    EXPECT_FALSE(readback.take());
    const Submission submission = device().submit(recorder);
    readback.submitted(submission);
    EXPECT_TRUE(readback.pending());
    device().wait(submission);
    const auto values = readback.take();
    ASSERT_TRUE(values);
    EXPECT_EQ(copy_of(*values), (Values{10, 11, 32, 33}));
    EXPECT_FALSE(readback.pending());
    EXPECT_FALSE(readback.take());
}

TEST_F(ReadbackTest, WaitsAndIsUsedAgain) {
    const Buffer source = numbers();
    Readback<float> readback(device(), "read-back", 64);
    Recorder recorder(device(), "whole");
    for (const float value : {1.0F, 2.0F}) {
        recorder.begin();
        recorder.fill(source, std::bit_cast<std::uint32_t>(value));
        readback.record(recorder, source);
        readback.submitted(device().submit(recorder));
        EXPECT_EQ(copy_of(readback.wait()), Values(64, value));
    }
}

// A discarded copy still arrives, before the next one: its values are never given.
TEST_F(ReadbackTest, DiscardedValuesAreReplacedByTheNext) {
    const Buffer source = numbers();
    Readback<float> readback(device(), "read-back", 1);
    Recorder first(device(), "first");
    first.begin();
    readback.record(first, source, 5, 1);
    readback.submitted(device().submit(first));
    readback.discard();
    EXPECT_FALSE(readback.pending());
    Recorder second(device(), "second");
    second.begin();
    readback.record(second, source, 6, 1);
    readback.submitted(device().submit(second));
    EXPECT_EQ(copy_of(readback.wait()), Values{6});
}

TEST_F(ReadbackTest, SaysWhenItIsMisused) {
    const Buffer source = numbers();
    Readback<float> readback(device(), "read-back", 1);
    EXPECT_THROW(readback.wait(), std::logic_error);
    Recorder recorder(device(), "misuse");
    recorder.begin();
    readback.record(recorder, source, 0, 1);
    EXPECT_THROW(readback.wait(), std::logic_error);
    readback.submitted(device().submit(recorder));
    Recorder next(device(), "next");
    next.begin();
    EXPECT_THROW(readback.record(next, source, 0, 1), std::logic_error);
    EXPECT_EQ(copy_of(readback.wait()), Values{0});
}

}  // namespace
}  // namespace scorefield::gpu
