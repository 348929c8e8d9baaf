// How a run hands its states over: in order, in bounded pieces, whatever the submissions.
#include "session/batched_run.hpp"

#include "base/error.hpp"
#include "sample/small_network_test.hpp"

namespace scorefield::session {
namespace {

/// A network that seems so expensive that every part of an evaluation is a submission of its own.
class Expensive : public sample::NetworkSource {
  public:
    using NetworkSource::NetworkSource;
    double operations() const override { return 1e12; }
};

class BatchedRunTest : public sample::SmallNetworkTest {
  protected:
    RunRequest request(std::uint32_t particles, std::uint32_t chunk) {
        RunRequest request;
        diffusion::SamplerSettings settings;
        settings.name = "ddpm";
        request.program = sample::make_program(settings, 5);
        request.particles = particles;
        request.chunk = chunk;
        return request;
    }
};

struct Place {
    int state;
    std::uint32_t first;
    std::size_t rows;
    bool operator==(const Place&) const = default;
};

std::ostream& operator<<(std::ostream& out, const Place& place) {
    return out << "state " << place.state << ", particles " << place.first << " + " << place.rows;
}

TEST_F(BatchedRunTest, BatchesComeInOrder) {
    for (const bool trajectory : {false, true}) {
        RunRequest asked = request(700, 300);
        asked.trajectory = trajectory;
        std::vector<Place> got;
        run_batches(device(), sources, asked, [&](const Batch& batch) {
            got.push_back({batch.state, batch.first, batch.rows.size() / 2});
        });
        std::vector<Place> expected;
        for (const auto& [first, rows] : {std::pair<std::uint32_t, std::size_t>{0, 300}, {300, 300}, {600, 100}}) {
            for (int state = trajectory ? 0 : 5; state <= 5; ++state) expected.push_back({state, first, rows});
        }
        EXPECT_EQ(got, expected);
    }
}

TEST_F(BatchedRunTest, SubmissionsChangeNothing) {
    RunRequest asked = request(700, 300);
    asked.trajectory = true;
    const sample::Collected whole = sample::collect(device(), sources, asked);
    Expensive expensive(network);
    sample::GpuSource* const expensive_sources[] = {&expensive};
    const sample::Collected pieces = sample::collect(device(), expensive_sources, asked);
    EXPECT_EQ(pieces.trajectory, whole.trajectory);
    EXPECT_EQ(pieces.samples, whole.samples);
    asked.trajectory = false;
    EXPECT_EQ(sample::collect(device(), expensive_sources, asked).samples, whole.samples);
}

TEST_F(BatchedRunTest, ASinkMayEndTheRun) {
    int batches = 0;
    const BatchSink sink = [&](const Batch&) {
        if (++batches == 2) throw std::runtime_error("enough");
    };
    EXPECT_THROW(run_batches(device(), sources, request(1000, 100), sink), std::runtime_error);
    EXPECT_EQ(batches, 2);
}

TEST_F(BatchedRunTest, OnlyFiniteSamplesAreHandedOver) {
    RunRequest asked = request(300, 100);
    asked.first = 1000;
    std::vector<float> init(600, 0.5F);
    init[2 * 217 + 1] = std::numeric_limits<float>::infinity();
    asked.init = rows_of(init, 2);
    std::uint32_t handed_over = 0;
    const BatchSink sink = [&](const Batch& batch) { handed_over = batch.first + 100; };
    try {
        run_batches(device(), sources, asked, sink);
        FAIL() << "no error";
    } catch (const base::Error& error) {
        EXPECT_NE(std::string(error.what()).find("particle 1217"), std::string::npos) << error.what();
        EXPECT_EQ(error.exit_status(), 1);
    }
    EXPECT_EQ(handed_over, 200U);
}

TEST_F(BatchedRunTest, ProgressCountsParticleSteps) {
    std::vector<std::uint64_t> done;
    RunRequest asked = request(250, 100);
    asked.progress = [&](std::uint64_t particle_steps) { done.push_back(particle_steps); };
    run_batches(device(), sources, asked, [](const Batch&) {});
    EXPECT_EQ(done, (std::vector<std::uint64_t>{0, 500, 1000}));
}

}  // namespace
}  // namespace scorefield::session
