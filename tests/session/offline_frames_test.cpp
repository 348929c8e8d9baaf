// Frames for files, without the command `render`.
#include "session/offline_frames.hpp"

#include <fstream>
#include <limits>
#include <string>
#include <vector>

#include "tests/gpu/gpu_fixture.hpp"

namespace scorefield::session {
namespace {

constexpr std::uint32_t kFrameParticles = 3000;
constexpr int kResult = 6;

class OfflineFramesTest : public gpu::GpuTest {
  protected:
    struct Written {
        std::vector<render::Picture> pictures;
        std::uint64_t submissions = 0;
        std::vector<std::string> log;  ///< lines of the frame log
    };

    /// Writes start, state 2 and result of a stochastic run, then the data, with `operations` per submission.
    static Written write(double operations) {
        sample::SamplingSpec spec;
        spec.sampler.name = "ddpm";
        spec.spacing.name = "leading";
        spec.steps = kResult;
        spec.particles = kFrameParticles;
        model::ModelSpec exact;
        exact.target = model::TargetSpec{.name = "gaussian", .argument = {}, .scaling = {}};
        model::Model model = model::open_model(exact);
        const PreparedRun run = prepare_run(spec, model);
        const Reference reference = open_reference("", model);
        Scene scene(device(), std::move(model), run, reference, {64, 48});
        const base::ScratchFolder folder;
        Written written;
        OfflineFrames frames(
            device(), scene, (folder / "frames.csv").string(),
            [&](const render::Picture& picture) { written.pictures.push_back(picture); }, operations);
        const std::uint64_t before = device().last_submission().value;
        for (const int state : {0, 2, kResult}) {
            scene.player().playback().stop_at(state);
            frames.add({});
        }
        frames.add_data({});
        EXPECT_EQ(frames.count(), 4U);
        written.submissions = device().last_submission().value - before;
        frames.finish();
        std::ifstream log(folder / "frames.csv");
        for (std::string line; std::getline(log, line);) written.log.push_back(line);
        return written;
    }
};

TEST_F(OfflineFramesTest, CutLargeStepsIntoSubmissionsWithoutChangingAPixel) {
    const Written whole = write(std::numeric_limits<double>::infinity());
    EXPECT_EQ(whole.submissions, 4U);
    ASSERT_EQ(whole.pictures.size(), 4U);
    EXPECT_NE(whole.pictures[0], whole.pictures[1]);
    EXPECT_NE(whole.pictures[1], whole.pictures[2]);
    // Each submission holds the smallest unit of work: one op of 512 particles. A step has at least two ops.
    const Written cut = write(1);
    EXPECT_GE(cut.submissions, 4U + kResult * 2 * (kFrameParticles / 512));
    EXPECT_EQ(cut.pictures, whole.pictures);
    // The log still has one row per frame.
    EXPECT_EQ(cut.log.size(), 1U + 4U);
    EXPECT_EQ(cut.log.size(), whole.log.size());
}

}  // namespace
}  // namespace scorefield::session
