// What a device's trace shows of recordings.
#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "base/trace.hpp"
#include "gpu/gpu_fixture.hpp"
#include "shaders/gpu/affine.comp.hpp"
#include "tests/base/traced_events.hpp"
#include "tests/gpu/affine_push.h"

namespace scorefield::gpu {
namespace {

using Affine = shaders::AffineTestPush;
using Clock = base::Trace::Clock;

class RecordingTraceTest : public ::testing::Test {
  protected:
    RecordingTraceTest() {
        DeviceRequest request;
        request.validation = Validation::sync;
        request.cache_folder = cache_folder_.path();
        request.trace = &trace_;
        device_.emplace(request);
    }

    void TearDown() override {
        const std::shared_ptr<const MessageLog> log = device_->message_log();
        device_.reset();
        for (const std::string& message : log->messages()) ADD_FAILURE() << message;
    }

    std::int64_t now() const {
        return std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now() - begin_).count();
    }

    std::vector<base::TracedEvent> events() const { return base::events_of(trace_); }

    bool has_clock() const { return device_->properties().timestamp_seconds > 0; }

    base::ScratchFolder cache_folder_;
    const Clock::time_point begin_ = Clock::now();
    base::Trace trace_{10};
    std::optional<Device> device_;
};

TEST_F(RecordingTraceTest, ShowsSubmissionsScopesAndPasses) {
    const ComputePipeline affine(*device_, "affine", shaders::gpu_affine_comp);
    const Buffer a(*device_, "a", 256);
    const Buffer b(*device_, "b", 256);
    Recorder recorder(*device_, "work");
    // A submission without passes in scopes: for the next one, their timestamps seem to cost nothing.
    recorder.begin();
    recorder.fill(b, 1);
    device_->wait(device_->submit(recorder));
    recorder.timings();
    recorder.begin();
    recorder.fill(a, 0);
    {
        auto scope = recorder.scope("network");
        scope.add_operations(64);
        recorder.dispatch(affine, {reads(a), writes(b)}, Affine{64, 1}, 1);
        recorder.copy(b, a);
    }
    const base::TraceArg arg = {"frame", 7};
    recorder.describe("frame", {&arg, 1});
    const std::int64_t before = now();
    device_->wait(device_->submit(recorder));
    const std::size_t earlier = events().size();
    recorder.timings();
    recorder.timings();
    const std::int64_t after = now();
    if (!has_clock()) GTEST_SKIP() << "the device has no timestamps";
    std::vector<base::TracedEvent> shown = events();
    shown.erase(shown.begin(), shown.begin() + static_cast<std::ptrdiff_t>(earlier));
    ASSERT_EQ(shown.size(), 5U);
    const std::vector<std::string> names = {"frame", "fill", "network", "affine", "copy"};
    for (std::size_t i = 0; i < names.size(); ++i) EXPECT_EQ(shown[i].name, names[i]);
    // The trace was begun after begin_, so its times are smaller.
    EXPECT_LE(shown[0].end, after);
    EXPECT_LE(shown[0].end - shown[0].begin, after - before);
    EXPECT_GE(shown[1].begin, shown[0].begin);
    EXPECT_LE(shown[1].end, shown[2].begin);
    EXPECT_GE(shown[3].begin, shown[2].begin);
    EXPECT_EQ(shown[3].end, shown[4].begin);
    EXPECT_LE(shown[4].end, shown[2].end);
    EXPECT_LE(shown[2].end, shown[0].end);
    base::expect_nested(shown);
    EXPECT_EQ(shown[0].args.at("frame"), 7);
    EXPECT_EQ(shown[2].args.at("frame"), 7);
    EXPECT_EQ(shown[2].args.at("operations"), 64);
}

TEST_F(RecordingTraceTest, PutsSubmissionsBetweenSubmitAndCompletion) {
    const Buffer a(*device_, "a", 1 << 20);
    Recorder recorder(*device_, "work");
    struct Bounds {
        std::int64_t submit;
        std::int64_t seen;
    };
    std::vector<Bounds> bounds;
    for (std::uint32_t i = 0; i < 20; ++i) {
        recorder.begin();
        recorder.fill(a, i);
        const std::int64_t submit = now();
        device_->wait(device_->submit(recorder));
        recorder.timings();
        bounds.push_back({submit, now()});
    }
    if (!has_clock()) GTEST_SKIP() << "the device has no timestamps";
    std::vector<base::TracedEvent> works = events();
    std::erase_if(works, [](const base::TracedEvent& shown) { return shown.name != "work"; });
    ASSERT_EQ(works.size(), bounds.size());
    // What lies between the begin of the test and that of the trace.
    constexpr std::int64_t kSetUp = 1'000'000;
    for (std::size_t i = 0; i < works.size(); ++i) {
        EXPECT_GE(works[i].begin, bounds[i].submit - kSetUp);
        EXPECT_LE(works[i].end, bounds[i].seen);
        EXPECT_TRUE(i == 0 || works[i].begin >= works[i - 1].end);
    }
}

TEST_F(RecordingTraceTest, ShowsTheLastSubmissionOfARecorderThatIsGone) {
    const Buffer a(*device_, "a", 256);
    {
        Recorder recorder(*device_, "gone");
        recorder.begin();
        recorder.fill(a, 1);
        device_->submit(recorder);
    }
    {
        Recorder recorder(*device_, "abandoned");
        recorder.begin();
        recorder.fill(a, 1);
    }
    device_->wait_idle();
    if (!has_clock()) GTEST_SKIP() << "the device has no timestamps";
    const std::vector<base::TracedEvent> shown = events();
    ASSERT_EQ(shown.size(), 2U);
    EXPECT_EQ(shown[0].name, "gone");
}

}  // namespace
}  // namespace scorefield::gpu
