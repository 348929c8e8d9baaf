// The network on the GPU against the double-precision reference, over shapes that reach every kernel.
#include <cmath>
#include <limits>

#include "../gpu/gpu_fixture.hpp"
#include "base/background_job.hpp"
#include "base/error.hpp"
#include "model/network_score.hpp"
#include "nn/gpu_network.hpp"
#include "sample/support.hpp"

namespace scorefield::sample {
namespace {

struct NetworkCase {
    nn::MlpConfig config;
    std::uint32_t particles;
    const char* variant;  ///< how its name must begin; whole, in one dispatch, is fused on devices that are no software
};

std::ostream& operator<<(std::ostream& out, const NetworkCase& c) {
    return out << "d" << c.config.dim << "_w" << c.config.width << "_l" << c.config.depth << "_n" << c.particles;
}

class GpuNetworkTest : public gpu::GpuTest, public ::testing::WithParamInterface<NetworkCase> {};

// Tolerance: float32 sums of at most 136 products of order one, a few layers deep: 1e-5 of the largest magnitudes here
// (measured: at most 3e-6); a swapped index or a missing bias is off by 0.01 and more.
TEST_P(GpuNetworkTest, AgreesWithTheReferenceAndWritesNothingElse) {
    const auto& [config, particles, variant] = GetParam();
    const data::TensorMap tensors = random_network(config, 5);
    nn::GpuNetwork network(device(), model::evaluation_graph(config), tensors);
    nn::GpuEvaluations evaluations(network, particles);
    const bool not_whole = std::string_view(variant) == "whole" && !device().properties().is_software;
    const std::string_view begin = not_whole ? "fused" : variant;
    EXPECT_TRUE(network.variant().starts_with(begin)) << network.variant();
    const model::NetworkScore reference(config, tensors, "test");

    const std::size_t dim = config.dim;
    const std::uint32_t stride = gpu::round_up(particles, gpu::kParticleMultiple) + gpu::kParticleMultiple;
    constexpr std::size_t kRegisters = 3;
    std::vector<float> values(kRegisters * dim * stride, std::numeric_limits<float>::quiet_NaN());
    std::vector<double> src(particles * dim);
    for (std::uint32_t i = 0; i < particles; ++i) {
        for (std::size_t e = 0; e < dim; ++e) {
            const float x = 1.5F * base::normal(9, i, static_cast<std::uint32_t>(e), 0, 78);
            values[(2 * dim + e) * stride + i] = x;
            src[i * dim + e] = static_cast<double>(x);
        }
    }
    const gpu::Buffer buffer = gpu::make_buffer<float>(device(), "test values", values);
    const double times[] = {999, 17, 403.5};
    evaluations.set_times(times);
    gpu::Recorder recorder(device(), "test");
    recorder.begin();
    evaluations.record_uploads(recorder);
    evaluations.record(recorder, buffer,
                       {.src = 2,
                        .dst = 0,
                        .stride = stride,
                        .count = particles,
                        .row = 2,
                        .c_in = 0.75F,
                        .c_skip = 1.25F,
                        .c_out = -2.0F});
    device().wait(device().submit(recorder));
    const std::vector<float> got = gpu::download<float>(device(), buffer);

    std::vector<double> scaled(src.size());
    for (std::size_t i = 0; i < src.size(); ++i) scaled[i] = 0.75 * src[i];
    std::vector<double> output(src.size());
    diffusion::Eval at;
    at.c_noise = times[2];
    reference.evaluate(scaled, at, output);
    double worst = 0;
    for (std::size_t i = 0; i < particles; ++i) {
        for (std::size_t e = 0; e < dim; ++e) {
            const double expected = 1.25 * src[i * dim + e] - 2 * output[i * dim + e];
            const double error = std::abs(expected - static_cast<double>(got[e * stride + i]));
            worst = std::isnan(error) ? std::numeric_limits<double>::infinity() : std::max(worst, error);
        }
    }
    EXPECT_LT(worst, 2e-5);
    // Register 1 and whole workgroups beyond the last particle keep their poison.
    for (std::size_t e = 0; e < dim; ++e) {
        for (std::size_t i = 0; i < stride; ++i) ASSERT_TRUE(std::isnan(got[(dim + e) * stride + i]));
        for (std::size_t i = gpu::round_up(particles, gpu::kParticleMultiple); i < stride; ++i) {
            ASSERT_TRUE(std::isnan(got[e * stride + i]));
        }
    }
}

// Made with some weights, then loaded on the GPU with others, before and after other times: the reference is the
// network of those others. Tolerance: as above; the time table, here in single precision, adds sums of at most 65 terms
// of order 0.3 whose features are rounded once, 1e-6 (measured: at most 3.4e-6).
TEST_P(GpuNetworkTest, LoadsOtherWeightsOnTheDevice) {
    const auto& [config, particles, variant] = GetParam();
    nn::GpuNetwork network(device(), model::evaluation_graph(config), random_network(config, 5));
    nn::GpuEvaluations evaluations(network, particles);
    const data::TensorMap others = random_network(config, 11);
    const model::NetworkScore reference(config, others, "test");
    const gpu::Buffer trained = gpu::make_buffer<float>(device(), "trained", trained_list(config, others));

    const std::size_t dim = config.dim;
    const std::uint32_t stride = gpu::round_up(particles, gpu::kParticleMultiple);
    std::vector<float> values(4 * dim * stride);
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = std::sin(static_cast<float>(i));
    const gpu::Buffer buffer = gpu::make_buffer<float>(device(), "test values", values);
    const double before[] = {999, 17};
    const double after[] = {3, 640, 403.5};
    evaluations.set_times(before);
    network.prepare_loads(nn::tensors_of(config));
    gpu::Recorder recorder(device(), "test");
    recorder.begin();
    network.record_load(recorder, trained);
    evaluations.record_uploads(recorder);
    evaluations.record(recorder, buffer, {.src = 0, .dst = 1, .stride = stride, .count = particles, .row = 1});
    evaluations.set_times(after);
    evaluations.record_uploads(recorder);
    evaluations.record(recorder, buffer, {.src = 2, .dst = 3, .stride = stride, .count = particles, .row = 2});
    device().wait(device().submit(recorder));
    const std::vector<float> got = gpu::download<float>(device(), buffer);

    double worst = 0;
    for (const auto& [src, t] : {std::pair<std::size_t, double>{0, 17}, {2, 403.5}}) {
        std::vector<double> x(particles * dim);
        for (std::size_t i = 0; i < x.size(); ++i) {
            x[i] = static_cast<double>(values[(src * dim + i % dim) * stride + i / dim]);
        }
        std::vector<double> expected(x.size());
        diffusion::Eval at;
        at.c_noise = t;
        reference.evaluate(x, at, expected);
        for (std::size_t i = 0; i < x.size(); ++i) {
            const double error =
                std::abs(expected[i] - static_cast<double>(got[((src + 1) * dim + i % dim) * stride + i / dim]));
            worst = std::isnan(error) ? std::numeric_limits<double>::infinity() : std::max(worst, error);
        }
    }
    EXPECT_LT(worst, 2e-5);
}

class TimeTableTest : public gpu::GpuTest {
  protected:
    const nn::MlpConfig config = {.width = 16, .depth = 1, .features = 4};
    nn::GpuNetwork network{device(), model::evaluation_graph(config), random_network(config, 5)};
    nn::GpuEvaluations evaluations{network, 100};
};

TEST_F(TimeTableTest, OfTooManyStepsAsksForFewerSteps) {
    const gpu::DeviceProperties& limits = device().properties();
    const std::uint64_t bytes = std::min(limits.max_storage_buffer_bytes, limits.max_allocation_bytes);
    // A row has at least one float for each of the 16 hidden units.
    const std::vector<double> times(bytes / (16 * sizeof(float)) + 1);
    try {
        evaluations.make_table(times);
        FAIL() << "a table of " << times.size() << " rows was made";
    } catch (const base::Error& error) {
        EXPECT_EQ(error.fault(), base::Fault::request);
        EXPECT_NE(std::string(error.what()).find("`steps`"), std::string::npos) << error.what();
        EXPECT_NE(std::string(error.what()).find("use fewer steps"), std::string::npos) << error.what();
    }
}

TEST_F(TimeTableTest, CanBeCancelledWhileItIsComputed) {
    const std::vector<double> times(1000, 5);
    int calls = 0;
    const auto cancel_at_the_third = [&] {
        if (++calls == 3) throw base::Cancelled();
    };
    EXPECT_THROW(evaluations.make_table(times, cancel_at_the_third), base::Cancelled);
    EXPECT_EQ(calls, 3);
}

TEST_F(TimeTableTest, ChangesNothingBeforeItIsTaken) {
    const double first[] = {17};
    const double second[] = {640, 3};
    evaluations.set_times(first);
    gpu::Recorder recorder(device(), "test");
    recorder.begin();
    evaluations.record_uploads(recorder);
    ASSERT_TRUE(evaluations.is_up_to_date());
    nn::TimeTable table = evaluations.make_table(second);
    EXPECT_TRUE(evaluations.is_up_to_date());
    evaluations.take(std::move(table));
    EXPECT_FALSE(evaluations.is_up_to_date());
    evaluations.record_uploads(recorder);
    EXPECT_TRUE(evaluations.is_up_to_date());
    device().wait(device().submit(recorder));
}

// The weights of a conditional network, loaded for one class after the other and for all together: the reference is the
// network that weights_of_class leaves of it. Tolerance: as above, and a sum of one more term.
TEST_F(GpuNetworkTest, LoadsTheNetworkOfAClass) {
    constexpr std::size_t kClasses = 3;
    for (const nn::MlpConfig config : {nn::MlpConfig{2, 24, 2, 5}, nn::MlpConfig{2, 136, 1, 4}}) {
        nn::MlpConfig conditional = config;
        conditional.classes = kClasses;
        const data::TensorMap all = random_network(conditional, 21);
        nn::GpuNetwork network(device(), model::evaluation_graph(config), random_network(config, 5));
        nn::GpuEvaluations evaluations(network, 100);
        const gpu::Buffer trained = gpu::make_buffer<float>(device(), "trained", trained_list(conditional, all));
        constexpr std::uint32_t kParticles = 100;
        const std::uint32_t stride = gpu::round_up(kParticles, gpu::kParticleMultiple);
        std::vector<float> values(4 * stride);
        for (std::size_t i = 0; i < values.size(); ++i) values[i] = std::sin(static_cast<float>(i));
        const gpu::Buffer buffer = gpu::make_buffer<float>(device(), "test values", values);
        const double times[] = {17, 403.5};
        evaluations.set_times(times);
        network.prepare_loads(nn::tensors_of(conditional));
        std::vector<double> x(2 * kParticles);
        for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<double>(values[i % 2 * stride + i / 2]);
        for (const std::optional<std::size_t> label : {std::optional<std::size_t>(0), {2}, {}, {1}}) {
            gpu::Recorder recorder(device(), "test");
            recorder.begin();
            network.record_load(recorder, trained, label);
            evaluations.record_uploads(recorder);
            evaluations.record(recorder, buffer, {.src = 0, .dst = 1, .stride = stride, .count = kParticles, .row = 1});
            device().wait(device().submit(recorder));
            const std::vector<float> got = gpu::download<float>(device(), buffer);
            const model::NetworkScore reference(config, nn::weights_of_class(all, conditional, label), "test");
            std::vector<double> expected(x.size());
            diffusion::Eval at;
            at.c_noise = 403.5;
            reference.evaluate(x, at, expected);
            for (std::size_t i = 0; i < x.size(); ++i) {
                ASSERT_NEAR(static_cast<double>(got[(2 + i % 2) * stride + i / 2]), expected[i], 2e-5)
                    << "class " << (label ? static_cast<int>(*label) : -1);
            }
        }
    }
}

INSTANTIATE_TEST_SUITE_P(
    Shapes, GpuNetworkTest,
    ::testing::Values(NetworkCase{{2, 64, 3, 32}, 700, "whole"}, NetworkCase{{2, 64, 5, 32}, 700, "fused"},
                      NetworkCase{{1, 24, 1, 4}, 513, "fused"}, NetworkCase{{3, 21, 2, 7}, 100, "whole"},
                      NetworkCase{{2, 32, 4, 7}, 600, "whole"}, NetworkCase{{2, 8, 5, 1}, 1, "fused"},
                      NetworkCase{{2, 136, 2, 16}, 300, "dense"}, NetworkCase{{3, 100, 1, 5}, 77, "dense"},
                      NetworkCase{{2, 40, 0, 3}, 90, "dense"}, NetworkCase{{4, 16, 2, 5}, 300, "whole"},
                      NetworkCase{{1, 70, 2, 4}, 100, "whole"}, NetworkCase{{5, 24, 2, 5}, 129, "dense"},
                      NetworkCase{{17, 40, 1, 3}, 77, "dense"}, NetworkCase{{100, 24, 2, 4}, 33, "dense"},
                      NetworkCase{{784, 16, 1, 2}, 5, "dense"}),
    [](const auto& parameter) { return testing::PrintToString(parameter.param); });

TEST_F(GpuNetworkTest, MoreParticlesThanOneBlockAgree) {
    const nn::MlpConfig config = {2, 8, 2, 4};
    const data::TensorMap tensors = random_network(config, 6);
    nn::GpuNetwork network(device(), model::evaluation_graph(config), tensors);
    nn::GpuEvaluations evaluations(network, 16384);
    const model::NetworkScore reference(config, tensors, "test");
    constexpr std::uint32_t kParticles = 16384 + 700;  // one block of a software device and a bit
    const std::uint32_t stride = gpu::round_up(kParticles, gpu::kParticleMultiple);
    std::vector<float> values(2 * stride);
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = std::sin(static_cast<float>(i));
    const gpu::Buffer buffer = gpu::make_buffer<float>(device(), "test values", values);
    const double times[] = {250};
    evaluations.set_times(times);
    gpu::Recorder recorder(device(), "test");
    recorder.begin();
    evaluations.record_uploads(recorder);
    evaluations.record(recorder, buffer, {.stride = stride, .count = kParticles});  // in place
    device().wait(device().submit(recorder));
    const std::vector<float> got = gpu::download<float>(device(), buffer);
    diffusion::Eval at;
    at.c_noise = 250;
    for (const std::size_t i : {std::size_t{0}, std::size_t{16383}, std::size_t{16384}, std::size_t{17083}}) {
        const double x[] = {static_cast<double>(values[i]), static_cast<double>(values[stride + i])};
        double expected[2];
        reference.evaluate(x, at, expected);
        EXPECT_NEAR(static_cast<double>(got[i]), expected[0], 2e-5) << i;
        EXPECT_NEAR(static_cast<double>(got[stride + i]), expected[1], 2e-5) << i;
    }
}

}  // namespace
}  // namespace scorefield::sample
