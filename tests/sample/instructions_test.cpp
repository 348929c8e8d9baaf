// Every instruction but `eval` against the interpreter, on states of any size; evaluations of several sources.
#include <cmath>
#include <limits>
#include <numeric>

#include "../gpu/gpu_fixture.hpp"
#include "base/error.hpp"
#include "model/network_score.hpp"
#include "sample/executor.hpp"
#include "sample/network_source.hpp"
#include "sample/support.hpp"

namespace scorefield::sample {
namespace {

/// Gives programs without evaluations their dimension.
class NoSource : public GpuSource {
  public:
    explicit NoSource(std::uint32_t dim) : dim_(dim) {}
    std::uint32_t dim() const override { return dim_; }
    double operations() const override { return 1; }
    const std::string& variant() const override { return variant_; }
    std::unique_ptr<GpuEvaluations> make_evaluations(std::uint32_t /*particles*/) override {
        return std::make_unique<NoEvaluations>();
    }

  private:
    class NoEvaluations : public GpuEvaluations {
      public:
        Take make_tables(std::span<const diffusion::Eval> /*evals*/,
                         const std::function<void()>& /*check_cancelled*/) override {
            return [] {};
        }
        bool is_up_to_date() const override { return true; }
        bool has_other_weights() const override { return false; }
        void record_uploads(gpu::Recorder& /*recorder*/) override {}
        std::uint32_t block() const override { return UINT32_MAX; }
        std::uint32_t parts() const override { return 1; }
        void record(gpu::Recorder& /*recorder*/, const gpu::Buffer& /*values*/, const EvalBlock& /*block*/,
                    std::uint32_t /*part*/) override {}
    };

    std::uint32_t dim_;
    std::string variant_ = "none";
};

std::vector<double> widened(std::span<const float> values) {
    return {values.begin(), values.end()};
}

class InstructionsTest : public gpu::GpuTest {
  protected:
    static constexpr std::uint32_t kParticles = 257;

    static std::vector<float> draws(std::uint32_t dim, std::uint32_t stream, float scale) {
        std::vector<float> values(std::size_t{kParticles} * dim);
        for (std::size_t i = 0; i < values.size(); ++i) {
            values[i] = scale * base::normal(1, static_cast<std::uint32_t>(i), 0, 0, stream);
        }
        return values;
    }

    /// The states after every step, or the final ones where there is no trajectory.
    struct Both {
        std::vector<float> gpu;
        std::vector<double> host;
    };

    static Both run_both(const RunRequest& request, std::uint32_t dim) {
        NoSource source(dim);
        GpuSource* const sources[] = {&source};
        const Collected collected = collect(device(), sources, request);
        Both both;
        const auto after_start = static_cast<std::ptrdiff_t>(collected.samples.size());
        both.gpu = collected.samples;
        if (request.trajectory) {
            both.gpu.assign(collected.trajectory.begin() + after_start, collected.trajectory.end());
        }
        std::vector<float> start(std::size_t{request.particles} * dim);
        request.init(0, start);
        const diffusion::ProgramInputs inputs = {widened(request.known), widened(request.mask)};
        interpret(
            request.program, {}, widened(start), request.seed, {request.first, request.particles},
            [&](int step, std::span<const double> state) {
                if (!request.trajectory && step + 1 < request.program.steps) return;
                both.host.insert(both.host.end(), state.begin(), state.end());
            },
            inputs);
        return both;
    }

    /// Within a few roundings of numbers of this size.
    static void expect_near(const Both& both, double tolerance) {
        ASSERT_EQ(both.gpu.size(), both.host.size());
        for (std::size_t i = 0; i < both.host.size(); ++i) {
            ASSERT_NEAR(static_cast<double>(both.gpu[i]), both.host[i], tolerance) << "element " << i;
        }
    }
};

RunRequest one_op(const diffusion::Instruction& instruction, std::uint32_t particles, std::span<const float> init) {
    RunRequest request;
    request.program.steps = 1;
    request.program.ops = {{0, instruction}};
    request.particles = particles;
    request.chunk = 100;
    request.init = rows_of(init, init.size() / particles);
    return request;
}

// Every number of terms and draws that is run in another way, the target among the terms: a sum of up to 7 + 20
// products below 10, each rounded once more by every addition after it.
TEST_F(InstructionsTest, BlendsOfAnyNumberOfTermsAndDrawsAreTheInterpreters) {
    for (const std::uint32_t dim : {1U, 2U, 3U, 6U}) {
        SCOPED_TRACE("dim " + std::to_string(dim));
        const std::vector<float> init = draws(dim, 54, 1);
        RunRequest request = one_op(diffusion::Blend{1, {{0, 0.5}}, {}}, kParticles, init);
        request.program.registers = 2;
        request.program.result = 1;
        request.seed = 0x5EED'0000'0000'0009;
        request.first = 12;
        request.trajectory = true;
        for (int terms = 0; terms <= 7; ++terms) {
            for (const int count : {0, 1, 2, 3, 4, 7, 8, 9, 20}) {
                diffusion::Blend blend = {1, {}, {}};
                for (int t = 0; t < terms; ++t) blend.terms.push_back({(t + terms) % 2, 0.3 - 0.1 * t});
                for (int n = 0; n < count; ++n) {
                    const auto index = static_cast<std::uint32_t>(100 * request.program.steps + n);
                    blend.noise.push_back({0.4 - 0.05 * n, static_cast<std::uint32_t>(n % 3), index});
                }
                request.program.ops.push_back({request.program.steps++, blend});
            }
        }
        expect_near(run_both(request, dim), 3e-5);
    }
}

/// One step for each threshold, all from the start.
RunRequest thresholds(const std::vector<diffusion::Threshold>& each, std::uint32_t particles,
                      std::span<const float> init) {
    RunRequest request = one_op(diffusion::Blend{1, {{0, 1}}, {}}, particles, init);
    request.program.steps = 0;
    request.program.ops.clear();
    for (const diffusion::Threshold& threshold : each) {
        request.program.ops.push_back({request.program.steps, diffusion::Blend{1, {{0, 1}}, {}}});
        request.program.ops.push_back({request.program.steps++, threshold});
    }
    request.program.registers = 2;
    request.program.result = 1;
    request.trajectory = true;
    return request;
}

// The quantile is exact but for one interpolation; then one division: two roundings of numbers up to 1.
constexpr double kThresholdTolerance = 3e-7;

TEST_F(InstructionsTest, ThresholdIsTheInterpretersInEveryDimensionAndAtEveryRatio) {
    std::vector<diffusion::Threshold> each;
    for (const double ratio : {1e-9, 0.3, 0.5, 0.75, 0.995, 1.0}) {
        for (const double most : {1.0, 2.5, 1e9}) each.push_back({1, ratio, most});
    }
    for (const std::uint32_t dim : {1U, 2U, 3U, 5U, 17U, 100U}) {
        SCOPED_TRACE("dim " + std::to_string(dim));
        const std::vector<float> init = draws(dim, 50, 3);
        expect_near(run_both(thresholds(each, kParticles, init), dim), kThresholdTolerance);
    }
}

TEST_F(InstructionsTest, ThresholdCountsEqualMagnitudesAndZeros) {
    constexpr std::uint32_t kDim = 6;
    std::vector<float> init(std::size_t{kParticles} * kDim);
    const float few[] = {0.0F, -0.0F, 2, -2, 2, 4, 1e-40F, 1e30F};
    for (std::size_t i = 0; i < init.size(); ++i) {
        init[i] = few[base::philox4x32({static_cast<std::uint32_t>(i)}, {})[0] % 8];
    }
    std::vector<diffusion::Threshold> each;
    for (const double ratio : {0.2, 0.39, 0.4, 0.41, 0.6, 0.8, 0.9, 1.0}) each.push_back({1, ratio, 1e38});
    expect_near(run_both(thresholds(each, kParticles, init), kDim), kThresholdTolerance);
}

TEST_F(InstructionsTest, ClampAndThresholdLeaveWhatIsNotANumberToTheFiniteCheck) {
    for (const diffusion::Instruction& instruction :
         {diffusion::Instruction(diffusion::Clamp{}), diffusion::Instruction(diffusion::Threshold{})}) {
        std::vector<float> init(12, 0.5F);
        init[9] = std::numeric_limits<float>::quiet_NaN();
        try {
            run_both(one_op(instruction, 4, init), 3);
            FAIL() << "no error";
        } catch (const base::Error& error) {
            EXPECT_NE(std::string(error.what()).find("particle 3"), std::string::npos);
        }
    }
}

// Start, known values and mask of different particles, elements and batches all differ, so a mix-up shows.
TEST_F(InstructionsTest, MasksMixKnownValuesIn) {
    for (const std::uint32_t dim : {1U, 2U, 7U}) {
        SCOPED_TRACE("dim " + std::to_string(dim));
        const std::vector<float> init = draws(dim, 51, 1);
        const std::vector<float> known = draws(dim, 52, 2);
        const std::vector<float> mask = draws(dim, 53, 0.5F);
        RunRequest request = one_op(diffusion::Mask{3, 1, 0}, kParticles, init);
        request.program.registers = 4;
        request.program.known_register = 1;
        request.program.mask_register = 2;
        request.program.result = 3;
        request.known = known;
        request.mask = mask;
        // In place, and over a source.
        request.program.steps = 2;
        request.program.ops.push_back({1, diffusion::Blend{0, {{0, 0.5}}, {{1, base::kSamplerStream, 1}}}});
        request.program.ops.push_back({1, diffusion::Mask{3, 0, 3}});
        // Sums of three products of numbers below 60: their roundings.
        expect_near(run_both(request, dim), 3e-5);
    }
}

TEST_F(InstructionsTest, SourcesAnswerTheirOwnEvaluations) {
    const nn::MlpConfig config = {2, 16, 2, 4};
    const data::TensorMap first_tensors = random_network(config, 3);
    const data::TensorMap second_tensors = random_network(config, 4);
    nn::GpuNetwork first_network(device(), model::evaluation_graph(config), first_tensors);
    nn::GpuNetwork second_network(device(), model::evaluation_graph(config), second_tensors);
    NetworkSource first(first_network);
    NetworkSource second(second_network);
    GpuSource* const sources[] = {&first, &second};

    RunRequest request;
    request.program.steps = 3;
    request.program.registers = 3;
    request.particles = 1000;
    request.chunk = 300;
    request.seed = 5;
    // Guidance, its order and times different in every step.
    const auto eval = [](int dst, int source, double time) {
        return diffusion::Eval{.dst = dst, .source = source, .c_in = 0.7, .c_noise = time, .c_skip = 0.1, .c_out = 0.9};
    };
    const diffusion::Blend guide = {0, {{0, 0.5}, {1, -0.5}, {2, 1.5}}, {}};
    request.program.ops = {{0, eval(1, 0, 900)}, {0, eval(2, 1, 850)}, {0, guide},
                           {1, eval(2, 1, 500)}, {1, eval(1, 1, 450)}, {1, guide},
                           {2, eval(1, 0, 20)},  {2, eval(2, 1, 10)},  {2, guide}};
    const std::vector<float> got = collect(device(), sources, request).samples;

    const model::NetworkScore first_score(config, first_tensors, "test");
    const model::NetworkScore second_score(config, second_tensors, "test");
    const diffusion::ScoreSource* const scores[] = {&first_score, &second_score};
    const diffusion::ParticleRange range = {0, 1000};
    const std::vector<double> expected =
        interpret(request.program, scores, initial_state(request.program, 5, range, 2), 5, range);
    // Float32 networks err by a few 1e-6 each.
    for (std::size_t i = 0; i < expected.size(); ++i) {
        ASSERT_NEAR(static_cast<double>(got[i]), expected[i], 3e-5) << "element " << i;
    }
}

TEST_F(InstructionsTest, SourcesNeedNotBeAsked) {
    const nn::MlpConfig config = {2, 8, 1, 4};
    nn::GpuNetwork network(device(), model::evaluation_graph(config), random_network(config, 3));
    NetworkSource asked(network);
    NetworkSource idle(network);
    GpuSource* const sources[] = {&asked, &idle};
    const std::vector<float> init = {1, 2, 3, 4};
    EXPECT_EQ(collect(device(), sources, one_op(diffusion::Blend{0, {{0, 2}}, {}}, 2, init)).samples,
              (std::vector<float>{2, 4, 6, 8}));
}

}  // namespace
}  // namespace scorefield::sample
