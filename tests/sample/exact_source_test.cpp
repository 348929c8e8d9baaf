// Exact targets on the GPU against the double-precision answers, within bounds worked out point by point.
#include "sample/exact_source.hpp"

#include <gmock/gmock.h>

#include <cmath>
#include <limits>

#include "../gpu/gpu_fixture.hpp"
#include "base/error.hpp"
#include "nn/gpu_network.hpp"
#include "sample/exact_cases.hpp"
#include "sample/support.hpp"

namespace scorefield::sample {
namespace {

using namespace exact_test;

constexpr float kPoison = std::numeric_limits<float>::quiet_NaN();

class ExactSourceTestBase : public gpu::GpuTest {
  protected:
    /// Three registers, poisoned but for number 2, which holds the points.
    static gpu::Buffer make_values(std::span<const double> x, std::size_t dim, std::uint32_t stride) {
        std::vector<float> values(3 * dim * stride, kPoison);
        for (std::size_t i = 0; i < x.size(); ++i) {
            values[(2 * dim + i % dim) * stride + i / dim] = static_cast<float>(x[i]);
        }
        return gpu::make_buffer<float>(device(), "test values", values);
    }
};

class ExactSourceTest : public ExactSourceTestBase, public ::testing::WithParamInterface<ExactCase> {};

// The bounds themselves are asked to be small, so that they can be exceeded.
TEST_P(ExactSourceTest, AgreesWithDoublePrecisionAndWritesNothingElse) {
    const auto& [kind, terms, dim, particles, prediction] = GetParam();
    const Parametrisation parametrisation(prediction, 0.7);
    const std::shared_ptr<const Target> target = make_target(kind, terms, dim);
    const std::uint32_t stride = gpu::round_up(particles, gpu::kParticleMultiple) + gpu::kParticleMultiple;
    const struct {
        Marginal at;
        std::uint32_t row = 0;
    } cases[] = {{{1, 1e-3}, 1}, {{1, 0.1}, 2}, {{0.6, 0.8}, 3}, {{1e-3, 1}, 3}, {{0, 1}, 0}, {{1, 100}, 2}};
    const std::unique_ptr<GpuSource> source = make_exact_source(device(), *target, parametrisation);
    const std::unique_ptr<GpuEvaluations> evaluations = source->make_evaluations(particles);
    gpu::Recorder recorder(device(), "test");
    std::vector<double> bounds;
    for (const auto& [at, row] : cases) {
        if (at.alpha == 0 && prediction == Prediction::edm) continue;  // has no value there
        const std::vector<Eval> evals = evals_at(at, parametrisation);
        evaluations->prepare(std::span(&evals[row], 1));
        const std::vector<double> x = states_at(*target, at, particles);
        const gpu::Buffer values = make_values(x, dim, stride);
        recorder.begin();
        evaluations->record_uploads(recorder);
        record_whole(*evaluations, recorder, values, {.src = 2, .stride = stride, .count = particles});
        device().wait(device().submit(recorder));
        const std::vector<float> got = gpu::download<float>(device(), values);

        std::vector<double> output(x.size());
        diffusion::ExactScore(target, parametrisation).evaluate(x, evals[row], output);
        const ExactForm answer = answer_of(evals[row], parametrisation);
        for (std::size_t i = 0; i < particles; ++i) {
            const std::vector<double> bound = error_bound(*target, std::span(x).subspan(i * dim, dim), at, answer);
            for (std::size_t e = 0; e < dim; ++e) {
                const double expected = evals[row].c_skip * x[i * dim + e] + evals[row].c_out * output[i * dim + e];
                ASSERT_LE(std::abs(static_cast<double>(got[e * stride + i]) - expected), bound[e])
                    << "alpha " << at.alpha << " sigma " << at.sigma << " row " << row << " particle " << i
                    << " expected " << expected;
                const double size = std::abs(answer.of_denoised) + std::abs(answer.of_score) / at.sigma;
                bounds.push_back(bound[e] / (size + std::abs(expected)));
            }
        }
        // Register 1 and whole workgroups beyond the last particle keep their poison.
        for (std::size_t e = 0; e < dim; ++e) {
            for (std::size_t i = 0; i < stride; ++i) ASSERT_TRUE(std::isnan(got[(dim + e) * stride + i]));
            for (std::size_t i = gpu::round_up(particles, gpu::kParticleMultiple); i < stride; ++i) {
                ASSERT_TRUE(std::isnan(got[e * stride + i]));
            }
        }
    }
    std::sort(bounds.begin(), bounds.end());
    EXPECT_LT(bounds[bounds.size() / 2], 1e-5 * static_cast<double>(std::max<std::size_t>(10, dim)));
    EXPECT_LT(bounds[bounds.size() * 8 / 10], 1e-2);
}

INSTANTIATE_TEST_SUITE_P(Targets, ExactSourceTest, ::testing::ValuesIn(kExactCases),
                         [](const auto& parameter) { return testing::PrintToString(parameter.param); });

class ExactSources : public ExactSourceTestBase {};

// Rows in any order in one recording share the tables of one marginal and the sums between passes; so do blocks of
// particles. Alone and in one go each must be the same to the last bit.
TEST_F(ExactSources, RowsAndBlocksInOneRecordingAreWhatTheyAreAlone) {
    for (const auto& [kind, dim] : {std::pair<const char*, std::size_t>{"mixture", 2},
                                    {"empirical", 2},
                                    {"mixture", 4},
                                    {"diagonal", 4},
                                    {"empirical", 4}}) {
        const std::shared_ptr<const Target> target = make_target(kind, 130, dim);
        constexpr std::uint32_t kParticles = 16384 + 700;  // one block of a software device and a bit
        const std::uint32_t stride = gpu::round_up(kParticles, gpu::kParticleMultiple);
        const std::unique_ptr<GpuSource> source = make_exact_source(device(), *target, Prediction::epsilon);
        const std::unique_ptr<GpuEvaluations> evaluations = source->make_evaluations(kParticles);
        std::vector<Eval> evals;
        for (const Marginal& at : {Marginal{1, 0.1}, {0.6, 0.8}, {0.1, 0.995}}) {
            evals.push_back(evals_at(at, Prediction::epsilon)[3]);
        }
        evaluations->prepare(evals);
        const std::vector<double> x = states_at(*target, {0.6, 0.8}, kParticles);
        const auto values_after = [&, dim = dim](std::span<const EvalBlock> blocks, bool at_once) {
            const gpu::Buffer values = make_values(x, dim, stride);
            gpu::Recorder recorder(device(), "test");
            for (std::size_t i = 0; i < blocks.size(); ++i) {
                if (i == 0 || !at_once) recorder.begin();
                if (i == 0) evaluations->record_uploads(recorder);
                record_whole(*evaluations, recorder, values, blocks[i]);
                if (i + 1 == blocks.size() || !at_once) device().wait(device().submit(recorder));
            }
            return gpu::download<std::uint32_t>(device(), values);  // bits
        };
        const EvalBlock whole[] = {{.row = 2, .src = 2, .dst = 0, .stride = stride, .count = kParticles},
                                   {.row = 0, .src = 2, .dst = 1, .stride = stride, .count = kParticles},
                                   {.row = 1, .src = 1, .dst = 1, .stride = stride, .count = kParticles}};  // in place
        std::vector<EvalBlock> parts;
        for (EvalBlock block : whole) {
            for (block.first = 0; block.first < kParticles; block.first += 2 * gpu::kParticleMultiple) {
                block.count = std::min(2 * gpu::kParticleMultiple, kParticles - block.first);
                parts.push_back(block);
            }
        }
        const std::vector<std::uint32_t> alone = values_after(whole, false);
        EXPECT_EQ(values_after(whole, true), alone) << kind;
        EXPECT_EQ(values_after(parts, true), alone) << kind;
    }
}

// The limits of what is told: no sum of exponentials may come out empty, no difference of infinities.
TEST_F(ExactSources, AreFiniteAtAllExtremes) {
    const GaussianMixture thin(
        {{1, {-1e3, 0}, {1e-16, 0, 0, 1e4}}, {1e-9, {2, 1e5}, {0, 0, 0, 0}}, {3, {0, 0}, {1e12, 0, 0, 1e-20}}});
    const EmpiricalTarget data(std::vector<float>{0, 0, 1e6F, -1e6F, 3, 1e-6F, 3, 1e-6F}, 2);
    const float coordinates[] = {0, 1e-20F, 1, -3, 1e3F, -1e6F, 1e12F};
    std::vector<double> x;
    for (const float a : coordinates) {
        for (const float b : coordinates) x.insert(x.end(), {static_cast<double>(a), static_cast<double>(b)});
    }
    const auto count = static_cast<std::uint32_t>(x.size() / 2);
    for (const Target* target : {static_cast<const Target*>(&thin), static_cast<const Target*>(&data)}) {
        const std::unique_ptr<GpuSource> source = make_exact_source(device(), *target, Prediction::x0);
        const std::unique_ptr<GpuEvaluations> evaluations = source->make_evaluations(count);
        for (const Marginal& at : {Marginal{1, 1e-9}, {1, 1e-4}, {0, 1}, {1e-6, 1}, {1, 1e6}, {1e3, 1}}) {
            const Eval eval = {.alpha = at.alpha, .sigma = at.sigma};
            evaluations->prepare(std::span(&eval, 1));
            const gpu::Buffer values = make_values(x, 2, gpu::kParticleMultiple);
            gpu::Recorder recorder(device(), "test");
            recorder.begin();
            evaluations->record_uploads(recorder);
            record_whole(*evaluations, recorder, values, {.src = 2, .stride = gpu::kParticleMultiple, .count = count});
            device().wait(device().submit(recorder));
            const std::vector<float> got = gpu::download<float>(device(), values);
            for (std::uint32_t i = 0; i < 2 * count; ++i) {
                ASSERT_TRUE(std::isfinite(got[i / count * gpu::kParticleMultiple + i % count]))
                    << target->name() << " alpha " << at.alpha << " sigma " << at.sigma << " at " << x[i % count * 2]
                    << ", " << x[i % count * 2 + 1];
            }
        }
    }
}

// Langevin asks the clean density for its score: of N(1, 4) at x it is −(x − 1)/4.
TEST_F(ExactSources, WithoutNoiseMixturesStillHaveAScore) {
    const GaussianMixture mixture({{1, {1}, {4}}});
    const std::unique_ptr<GpuSource> source = make_exact_source(device(), mixture, Prediction::score);
    const std::unique_ptr<GpuEvaluations> evaluations = source->make_evaluations(2);
    const Eval eval = {.alpha = 1, .sigma = 0};
    evaluations->prepare(std::span(&eval, 1));
    const gpu::Buffer values = make_values(std::vector{-3.0, 5.0}, 1, gpu::kParticleMultiple);
    gpu::Recorder recorder(device(), "test");
    recorder.begin();
    evaluations->record_uploads(recorder);
    record_whole(*evaluations, recorder, values, {.src = 2, .stride = gpu::kParticleMultiple, .count = 2});
    device().wait(device().submit(recorder));
    const std::vector<float> got = gpu::download<float>(device(), values);
    EXPECT_NEAR(got[0], 1.0F, 1e-6F);
    EXPECT_NEAR(got[1], -1.0F, 1e-6F);
}

// DDIM carries N(0, v) to N(0, v) by a factor below 1 per step (v < 1), so that errors only add up: every step's own
// bound, at the interpreter's states, and 4 roundings of the start.
TEST_F(ExactSources, RunProgramsAsTheInterpreterDoes) {
    const auto target = std::make_shared<const GaussianMixture>(
        std::vector<diffusion::MixtureComponent>{{1, {0, 0}, {0.5, 0.3, 0.3, 0.5}}});
    RunRequest request;
    request.program = make_program({.name = "ddim"}, 20);
    request.seed = 4;
    request.particles = 600;
    const std::unique_ptr<GpuSource> source = make_exact_source(device(), *target, Prediction::epsilon);
    GpuSource* const sources[] = {source.get()};
    const std::vector<float> got = collect(device(), sources, request).samples;

    const diffusion::ExactScore reference(target, Prediction::epsilon);
    const diffusion::ScoreSource* const references[] = {&reference};
    const diffusion::ParticleRange all = {0, request.particles};
    std::vector<double> state = initial_state(request.program, request.seed, all, 2);
    double tolerance = 4 * kRounding * 5;
    const auto add_bounds = [&](int step, std::span<const double> after) {
        const auto* eval = std::get_if<Eval>(&request.program.ops.at(static_cast<std::size_t>(step)).instruction);
        ASSERT_NE(eval, nullptr);  // a step of DDIM is one evaluation
        double worst = 0;
        for (std::size_t i = 0; i < state.size(); i += 2) {
            const auto bound = error_bound(*target, std::span(state).subspan(i, 2), {eval->alpha, eval->sigma},
                                           answer_of(*eval, Prediction::epsilon));
            worst = std::max({worst, bound[0], bound[1]});
        }
        tolerance += worst;
        state.assign(after.begin(), after.end());
    };
    const std::vector<double> start = state;
    const std::vector<double> expected = interpret(request.program, references, start, request.seed, all, add_bounds);
    EXPECT_LT(tolerance, 2e-3);
    for (std::size_t i = 0; i < expected.size(); ++i) {
        ASSERT_NEAR(static_cast<double>(got[i]), expected[i], tolerance) << i;
    }
}

TEST_F(ExactSources, RefuseEvaluationsWithoutAnswer) {
    const GaussianMixture mixture({{1, {1}, {4}}});
    const GaussianMixture half_flat({{1, {1, 0}, {4, 0, 0, 0}}});
    const EmpiricalTarget data(std::vector<float>{1, 2}, 1);
    const auto refusal = [&](const Target& target, Prediction prediction, const Eval& eval) {
        const std::unique_ptr<GpuSource> source = make_exact_source(device(), target, prediction);
        const std::unique_ptr<GpuEvaluations> evaluations = source->make_evaluations(1);
        const Eval evals[] = {{.alpha = 1, .sigma = 1}, eval};
        return diffusion::testing_support::error_of([&] { evaluations->prepare(evals); });
    };
    const Eval clean = {.alpha = 1, .sigma = 0};
    EXPECT_EQ(refusal(mixture, Prediction::x0, clean), "no error");
    EXPECT_THAT(refusal(mixture, Prediction::epsilon, clean),
                testing::HasSubstr("(evaluation 1): at alpha 1 and sigma 0"));
    EXPECT_THAT(refusal(half_flat, Prediction::score, clean), testing::HasSubstr("point masses have no score"));
    EXPECT_THAT(refusal(data, Prediction::score, clean),
                testing::HasSubstr(
                    "(evaluation 1): its sigma is 0, and point masses have no score without noise; choose a `target`"));
    EXPECT_THAT(refusal(mixture, Prediction::score, {.alpha = 1, .sigma = -1}), testing::HasSubstr("its sigma is -1"));
}

}  // namespace
}  // namespace scorefield::sample
