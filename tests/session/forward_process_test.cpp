// Data under noise on the device, against the host's normals.
#include "session/forward_process.hpp"

#include <stdexcept>

#include "base/random.hpp"
#include "data/points.hpp"
#include "gpu/transfer.hpp"
#include "tests/gpu/gpu_fixture.hpp"

namespace scorefield::session {
namespace {

class ForwardProcessTest : public gpu::GpuTest {};

TEST_F(ForwardProcessTest, IsDataUnderTheNoiseOfEachParticle) {
    constexpr std::uint32_t kPoints = 37;
    for (const std::uint32_t dim : {1U, 2U, 3U}) {
        std::vector<float> rows;
        for (std::uint32_t i = 0; i < kPoints * dim; ++i) rows.push_back(base::normal(3, i, 0, 0, 9));
        const gpu::Buffer data = gpu::make_buffer<float>(device(), "data", data::to_planes(rows, dim));
        for (const std::uint32_t count : {1U, 36U, 300U}) {
            ForwardProcess process(device(), dim, 300);
            process.take_values(
                gpu::make_buffer<float>(device(), "poisoned", std::vector<float>(std::size_t{300} * dim, NAN)));
            gpu::Recorder recorder(device(), "forward process");
            recorder.begin();
            process.record(recorder, data, kPoints, count, {0.6, 0.8});
            device().wait(device().submit(recorder));
            const render::Particles particles = process.particles();
            ASSERT_EQ(particles.count, count);
            const std::vector<float> values = gpu::download<float>(device(), particles.values);
            for (std::uint32_t i = 0; i < count; ++i) {
                for (std::uint32_t e = 0; e < dim; ++e) {
                    const double x = static_cast<double>(rows[std::size_t{i % kPoints} * dim + e]);
                    const double z = static_cast<double>(base::normal(0, i, e, 0, kForwardStream));
                    // Two roundings of a sum of this size.
                    EXPECT_NEAR(static_cast<double>(values[e * particles.stride + i]), 0.6 * x + 0.8 * z, 1e-6);
                }
            }
            for (std::size_t rest = std::size_t{count} * dim; rest < values.size(); ++rest) {
                EXPECT_TRUE(std::isnan(values[rest])) << "beyond the particles";
            }
        }
    }
}

TEST_F(ForwardProcessTest, RefusesMoreParticlesThanItHasRoomForAndGrows) {
    ForwardProcess process(device(), 2, 10);
    const gpu::Buffer data = gpu::make_buffer<float>(device(), "data", std::vector<float>{1, 2});
    gpu::Recorder recorder(device(), "forward process");
    recorder.begin();
    EXPECT_THROW(process.record(recorder, data, 1, 11, {}), std::logic_error);
    process.reserve(5);
    EXPECT_EQ(process.capacity(), 10U);
    process.reserve(20);
    EXPECT_EQ(process.capacity(), 20U);
    EXPECT_NO_THROW(process.record(recorder, data, 1, 20, {}));
    device().wait(device().submit(recorder));
}

}  // namespace
}  // namespace scorefield::session
