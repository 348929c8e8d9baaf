// The executor against the interpreter after every step, on the shipped checkpoint and the same noise.
#include <cmath>
#include <limits>
#include <mutex>

#include "../gpu/gpu_fixture.hpp"
#include "base/thread_pool.hpp"
#include "model/checkpoint.hpp"
#include "model/network_score.hpp"
#include "sample/network_source.hpp"
#include "sample/support.hpp"

namespace scorefield::sample {
namespace {

struct ParityCase {
    const char* name;
    diffusion::SamplerSettings sampler;
    int steps;
};

std::ostream& operator<<(std::ostream& out, const ParityCase& c) {
    return out << c.name;
}

class ParityTest : public gpu::GpuTest, public ::testing::WithParamInterface<ParityCase> {};

/// The largest difference over all particles, by state (0: the start).
std::vector<double> differences(const RunRequest& request, const Collected& result, const model::NetworkScore& score) {
    constexpr std::uint32_t kPart = 128;
    const auto dim = static_cast<std::size_t>(score.dim());
    const auto states = static_cast<std::size_t>(request.program.steps) + 1;
    std::vector<double> worst(states);
    std::mutex mutex;
    base::ThreadPool pool;
    pool.run((request.particles + kPart - 1) / kPart, [&](std::size_t part) {
        const auto first = static_cast<std::uint32_t>(part) * kPart;
        const diffusion::ParticleRange range = {first, std::min(kPart, request.particles - first)};
        const auto compare = [&](std::size_t state, std::span<const double> expected) {
            double largest = 0;
            for (std::size_t i = 0; i < expected.size(); ++i) {
                const float got = result.trajectory[(state * request.particles + first) * dim + i];
                const double error = std::abs(expected[i] - static_cast<double>(got));
                largest = std::isnan(error) ? std::numeric_limits<double>::infinity() : std::max(largest, error);
            }
            const std::scoped_lock lock(mutex);
            worst[state] = std::max(worst[state], largest);
        };
        const diffusion::ScoreSource* const sources[] = {&score};
        const std::vector<double> start = initial_state(request.program, request.seed, range, score.dim());
        compare(0, start);
        interpret(request.program, sources, start, request.seed, range,
                  [&](int step, std::span<const double> state) { compare(static_cast<std::size_t>(step) + 1, state); });
    });
    return worst;
}

// Float32 networks stay within a few 1e-6 per step (measured: 1e-5 and less over whole runs); a wrong coefficient or
// index shows far above 1e-4. The start must agree to the last bit.
TEST_P(ParityTest, EveryStepIsTheInterpreters) {
    const model::Checkpoint model = model::read_checkpoint("assets/swiss_roll.safetensors");
    nn::GpuNetwork network(device(), model::evaluation_graph(model.network), model.tensors);
    NetworkSource source(network);
    GpuSource* const sources[] = {&source};
    const model::NetworkScore score(model.network, model.tensors, "test");
    RunRequest request;
    request.program = make_program(GetParam().sampler, GetParam().steps);
    request.seed = 0x123456789ABCDEF;
    // 4 096 where that takes seconds; devices whose groups are small are a hundred times slower.
    request.particles = device().properties().max_workgroup_invocations >= 512 ? 4096 : 96;
    request.trajectory = true;
    const Collected result = collect(device(), sources, request);
    const std::vector<double> worst = differences(request, result, score);
    EXPECT_EQ(worst[0], 0);
    for (std::size_t state = 1; state < worst.size(); ++state) EXPECT_LT(worst[state], 1e-4) << "state " << state;
    EXPECT_GT(*std::max_element(worst.begin(), worst.end()), 0);
}

INSTANTIATE_TEST_SUITE_P(
    Samplers, ParityTest,
    ::testing::Values(ParityCase{"ddim_50", {.name = "ddim"}, 50}, ParityCase{"ddpm_40", {.name = "ddpm"}, 40},
                      ParityCase{"dpmpp_2m_15", {.name = "dpmpp_2m"}, 15},
                      ParityCase{"ddim_half_eta_20", {.name = "ddim", .eta = 0.5}, 20},
                      ParityCase{"ddpm_x0_small_20", {.name = "ddpm", .form = "x0", .variance = "small"}, 20},
                      ParityCase{"ddpm_clipped_20", {.name = "ddpm", .form = "x0", .clip = 1.0}, 20},
                      ParityCase{"ddpm_thresholded_20", {.name = "ddpm", .form = "x0", .threshold = 0.8}, 20}),
    [](const auto& parameter) { return parameter.param.name; });

}  // namespace
}  // namespace scorefield::sample
