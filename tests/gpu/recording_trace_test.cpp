// What a device's trace shows of recordings.
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/trace.hpp"
#include "gpu/gpu_fixture.hpp"
#include "shaders/gpu/affine.comp.hpp"
#include "tests/gpu/affine_push.h"

namespace scorefield::gpu {
namespace {

using Affine = shaders::AffineTestPush;
using nlohmann::json;
using Clock = base::Trace::Clock;

/// An event, in microseconds since the begin of the test.
struct Shown {
    std::string name;
    double begin = 0;
    double end = 0;
    json args;
};

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

    double now() const { return std::chrono::duration<double, std::micro>(Clock::now() - begin_).count(); }

    std::vector<Shown> events() const {
        std::string text;
        trace_.write([&](std::string_view piece) { text += piece; });
        std::vector<Shown> shown;
        const json file = json::parse(text);
        for (const json& event : file.at("traceEvents")) {
            if (event.at("ph") != "X") continue;
            EXPECT_EQ(event.at("tid"), 2);
            const double begin = event.at("ts");
            shown.push_back(
                {event.at("name"), begin, begin + event.at("dur").get<double>(), event.value("args", json::object())});
        }
        return shown;
    }

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
    recorder.begin();
    recorder.fill(a, 0);
    {
        auto scope = recorder.scope("network");
        scope.add_operations(64);
        recorder.dispatch(affine, {reads(a), writes(b)}, Affine{64, 1}, 1);
        recorder.copy(b, a);
    }
    const base::TraceArg arg = {"frame", 7, nullptr};
    recorder.describe("frame", {&arg, 1});
    const double before = now();
    device_->wait(device_->submit(recorder));
    EXPECT_TRUE(events().empty());
    recorder.timings();
    recorder.timings();
    const double after = now();
    if (!has_clock()) GTEST_SKIP() << "the device has no timestamps";
    const std::vector<Shown> shown = events();
    ASSERT_EQ(shown.size(), 5U);
    const std::vector<std::string> names = {"frame", "fill", "network", "affine", "copy"};
    for (std::size_t i = 0; i < names.size(); ++i) EXPECT_EQ(shown[i].name, names[i]);
    // The trace was begun after begin_, so its times are smaller.
    EXPECT_LE(shown[0].end, after + 1);
    EXPECT_LE(shown[0].end - shown[0].begin, after - before + 1);
    EXPECT_GE(shown[1].begin, shown[0].begin - 0.001);
    EXPECT_LE(shown[1].end, shown[2].begin + 0.001);
    EXPECT_GE(shown[3].begin, shown[2].begin - 0.001);
    EXPECT_NEAR(shown[3].end, shown[4].begin, 0.002);
    EXPECT_LE(shown[4].end, shown[2].end + 0.002);
    EXPECT_LE(shown[2].end, shown[0].end + 0.001);
    EXPECT_EQ(shown[0].args.at("frame"), 7);
    EXPECT_EQ(shown[2].args.at("frame"), 7);
    EXPECT_EQ(shown[2].args.at("operations"), 64);
}

TEST_F(RecordingTraceTest, PutsSubmissionsBetweenSubmitAndCompletion) {
    const Buffer a(*device_, "a", 1 << 20);
    Recorder recorder(*device_, "work");
    struct Bounds {
        double submit;
        double seen;
    };
    std::vector<Bounds> bounds;
    for (std::uint32_t i = 0; i < 20; ++i) {
        recorder.begin();
        recorder.fill(a, i);
        const double submit = now();
        device_->wait(device_->submit(recorder));
        recorder.timings();
        bounds.push_back({submit, now()});
    }
    if (!has_clock()) GTEST_SKIP() << "the device has no timestamps";
    std::vector<Shown> works = events();
    std::erase_if(works, [](const Shown& shown) { return shown.name != "work"; });
    ASSERT_EQ(works.size(), bounds.size());
    // What lies between the begin of the test and that of the trace.
    constexpr double kSetUp = 1000;
    for (std::size_t i = 0; i < works.size(); ++i) {
        EXPECT_GE(works[i].begin, bounds[i].submit - kSetUp);
        EXPECT_LE(works[i].end, bounds[i].seen + 0.001);
        EXPECT_TRUE(i == 0 || works[i].begin >= works[i - 1].end - 0.001);
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
    const std::vector<Shown> shown = events();
    ASSERT_EQ(shown.size(), 2U);
    EXPECT_EQ(shown[0].name, "gone");
}

}  // namespace
}  // namespace scorefield::gpu
