// What the trace of a device shows of frames.
#include <optional>

#include "session/offline_frames.hpp"
#include "tests/base/traced_events.hpp"
#include "tests/gpu/gpu_fixture.hpp"

namespace scorefield::session {
namespace {

TEST(FrameTrace, DividesFramesIntoPhasesAndPasses) {
    constexpr int kFrames = 3;
    const base::ScratchFolder cache_folder;
    base::Trace trace(kFrames + 1);
    gpu::DeviceRequest request;
    request.cache_folder = cache_folder.path();
    request.trace = &trace;
    gpu::Device device(request);
    {
        sample::SamplingSpec spec;
        spec.steps = kFrames;
        spec.particles = 1000;
        model::ModelSpec exact;
        exact.target = model::TargetSpec{.name = "gaussian", .argument = {}, .scaling = {}};
        model::Model model = model::open_model(exact);
        const PreparedRun run = prepare_run(spec, model);
        Scene scene(device, std::move(model), run, {}, {{64, 48}, VK_FORMAT_R8G8B8A8_UNORM});
        OfflineFrames frames(device, scene, "", [](const render::Picture&) {});
        for (int state = 1; state <= kFrames; ++state) {
            scene.player().playback().stop_at(state);
            frames.add({});
        }
        frames.finish();
    }
    base::expect_nested(base::events_of(trace));
    const std::vector<base::TracedEvent> frames = base::events_of(trace, 1, "frame");
    ASSERT_EQ(frames.size(), kFrames + 1U) << "with the one that writes the last pictures";
    for (std::size_t i = 0; i < kFrames; ++i) {
        EXPECT_EQ(frames[i].args.at("frame"), i);
        EXPECT_EQ(frames[i].args.at("step"), i + 1);
        EXPECT_EQ(frames[i].args.at("steps"), kFrames);
        EXPECT_EQ(frames[i].args.at("particles"), 1000);
        EXPECT_EQ(frames[i].args.at("sampler"), "ddim");
    }
    for (const char* phase : {"write", "wait", "advance", "draw", "submit"}) {
        EXPECT_GE(base::events_of(trace, 1, phase).size(), kFrames) << phase;
    }
    if (device.properties().timestamp_seconds == 0) return;
    const std::vector<base::TracedEvent> drawn = base::events_of(trace, 2, "frame");
    ASSERT_EQ(drawn.size(), static_cast<std::size_t>(kFrames));
    for (const char* pass : {"network", "sampler", "splat", "tone map", "annotation"}) {
        for (const base::TracedEvent& event : base::events_of(trace, 2, pass)) {
            if (event.args.empty()) continue;  // a dispatch, or one of the warm-up
            const base::TracedEvent& frame = drawn.at(event.args.at("frame").get<std::size_t>());
            EXPECT_GE(event.begin, frame.begin) << pass;
            EXPECT_LE(event.end, frame.end) << pass;
        }
        EXPECT_GE(base::events_of(trace, 2, pass).size(), kFrames) << pass;
    }
}

}  // namespace
}  // namespace scorefield::session
