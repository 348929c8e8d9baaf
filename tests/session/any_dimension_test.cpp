// Only drawing is limited to three dimensions: what plays and samples a model is not.
#include <limits>

#include "gpu/readback.hpp"
#include "session/batched_run.hpp"
#include "session/gpu_score.hpp"
#include "session/player.hpp"
#include "tests/gpu/gpu_fixture.hpp"

namespace scorefield::session {
namespace {

constexpr std::uint32_t kCount = 700;
constexpr int kFive = 5;

class AnyDimensionTest : public gpu::GpuTest {
  protected:
    static model::Model gaussian() {
        model::ModelSpec exact;
        exact.target =
            model::TargetSpec{.name = "gaussian", .argument = {}, .variance = 0.5, .dim = kFive, .scaling = {}};
        return model::open_model(exact);
    }

    static sample::SamplingSpec spec() {
        sample::SamplingSpec spec;
        spec.sampler.name = "ddpm";
        spec.spacing.name = "leading";
        spec.steps = 6;
        spec.particles = kCount;
        return spec;
    }

    /// The states that a player shows, as rows (particles, dim).
    static std::vector<float> shown_by(const Player& player, gpu::Recorder& recorder) {
        const sample::ParticleView view = player.particles();
        const std::size_t size = view.register_bytes() / sizeof(float);
        gpu::Readback<float> readback(device(), "shown", size);
        readback.record(recorder, view.values, view.reg * size, size);
        readback.submitted(device().submit(recorder));
        const std::span<const float> planes = readback.wait();
        std::vector<float> rows;
        for (std::size_t i = 0; i < view.count; ++i) {
            for (std::size_t e = 0; e < view.dim; ++e) rows.push_back(planes[e * view.stride + i]);
        }
        return rows;
    }
};

// Both move a population of the same program, so that they agree bit for bit.
TEST_F(AnyDimensionTest, APlayerAndARunInBatchesComputeTheSameSamplesInFiveDimensions) {
    const model::Model model = gaussian();
    GpuScore score(device(), model);
    Player player(device(), make_shown_score(device(), model, Computes::device), prepare_run(spec(), model));
    player.playback().stop_at(spec().steps);
    gpu::Recorder recorder(device(), "player");
    recorder.begin();
    player.record(recorder, std::numeric_limits<double>::infinity(), [] {});
    EXPECT_TRUE(player.up_to_date());
    const std::vector<float> shown = shown_by(player, recorder);

    RunRequest request = request_for(compile_run(spec(), model, {}, {}));
    request.chunk = 200;
    sample::GpuSource* const sources[] = {&score.source()};
    std::vector<float> samples;
    run_batches(device(), sources, request,
                [&](const Batch& batch) { samples.insert(samples.end(), batch.rows.begin(), batch.rows.end()); });
    ASSERT_EQ(samples.size(), std::size_t{kCount} * kFive);
    EXPECT_EQ(shown, samples);
}

}  // namespace
}  // namespace scorefield::session
