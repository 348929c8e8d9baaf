#include <gmock/gmock.h>

#include "base/random.hpp"
#include "diffusion/machine.hpp"
#include "diffusion/pilot.hpp"
#include "diffusion/sampler.hpp"
#include "gaussian_run.hpp"
#include "support.hpp"

namespace scorefield::diffusion {
namespace {

using testing::HasSubstr;
using testing_support::error_of;
using testing_support::exact_denoiser;
using testing_support::exact_score;
using testing_support::gaussian;
using testing_support::Line;
using testing_support::Moments;
using testing_support::program_moments;
using testing_support::random_mixture;
using testing_support::trajectory;

/// x ← x + drift·score + noise·z.
Moments langevin_moments(const Moments& m, const Line& score, double drift, double noise) {
    const double slope = 1 + drift * score.slope;
    return {slope * m.mean + drift * score.offset, slope * slope * m.variance + noise * noise};
}

void expect_near(const std::vector<Moments>& actual, const std::vector<Moments>& expected, const std::string& what) {
    ASSERT_EQ(actual.size(), expected.size()) << what;
    for (std::size_t k = 0; k < expected.size(); ++k) {
        // Roundings.
        const double size = std::abs(expected[k].mean) + std::sqrt(expected[k].variance);
        EXPECT_NEAR(actual[k].mean, expected[k].mean, 1e-10 * size) << what << ", step " << k;
        EXPECT_NEAR(actual[k].variance, expected[k].variance, 1e-10 * size * size) << what << ", step " << k;
    }
}

TEST(Langevin, FollowsItsRecursionAtTheLowestNoiseOrWithoutAny) {
    const auto process = make_process({.name = "vp"});
    const ExactScore source(gaussian(), Prediction::score);
    const TimeGrid grid(process, {0.9, 0.5, 0.3, 0.1});
    for (const bool clean : {false, true}) {
        const Marginal at = clean ? Marginal{} : process->marginal(process->times().lowest_noisy);
        Moments m = {0, 1};
        std::vector<Moments> expected;
        for (int k = 0; k < 4; ++k) {
            m = langevin_moments(m, exact_score(at), 0.02, std::sqrt(0.04));
            expected.push_back(m);
        }
        const SamplerSettings settings{.name = "langevin", .step_size = 0.02, .clean = clean};
        expect_near(program_moments(compile_program(grid, Prediction::score, settings), source), expected,
                    clean ? "clean" : "noisy");
    }
    EXPECT_THAT(error_of([&] { compile_program(grid, Prediction::epsilon, {.name = "langevin", .clean = true}); }),
                HasSubstr("no score without noise (`sampler.clean`)"));
}

// On y = x/α, written from the paper.
TEST(AnnealedLangevin, FollowsAlgorithm1) {
    for (const char* name : {"ve", "vp"}) {
        const auto process = make_process({.name = name});
        const std::vector<double> times = {0.9, 0.6, 0.2};
        const auto ratio = [&](double t) {
            const Marginal at = process->marginal(t);
            return at.sigma / at.alpha;
        };
        for (const bool denoise : {false, true}) {
            const double start = process->prior_scale() / process->marginal(0.9).alpha;
            Moments m = {0, start * start};
            std::vector<Moments> expected;
            for (std::size_t i = 0; i < times.size(); ++i) {
                const double step = 0.001 * std::pow(ratio(times[i]) / ratio(0.2), 2);
                for (int k = 0; k < 5; ++k) {
                    m = langevin_moments(m, exact_score({1, ratio(times[i])}), step / 2, std::sqrt(step));
                }
                // The state stands in the scale of the next level.
                const double next = i + 1 < times.size() ? process->marginal(times[i + 1]).alpha : 1;
                expected.push_back({m.mean * next, m.variance * next * next});
            }
            const Line end = exact_denoiser({1, ratio(0.2)});
            if (denoise) expected.back() = {end.slope * m.mean + end.offset, end.slope * end.slope * m.variance};
            const SamplerSettings settings{
                .name = "annealed_langevin", .step_size = 0.001, .iterations = 5, .final_denoise = denoise};
            const Program program = compile_program({process, times}, Prediction::epsilon, settings);
            EXPECT_EQ(program.evaluations(), 15 + (denoise ? 1 : 0));
            expect_near(program_moments(program, ExactScore(gaussian(), Prediction::epsilon)), expected, name);
        }
    }
}

// Weights 0.6 and 0.4 from a start in between; a fraction of n = 1000 draws, within 4.5 standard errors.
TEST(AnnealedLangevin, FindsTheWeightsOfTheModes) {
    const GaussianMixture target({{0.6, {2}, {0.25}}, {0.4, {-2}, {0.04}}});
    const auto process = make_process({.name = "ve", .sigma_min = 0.1, .sigma_max = 10.0});
    std::vector<double> times;
    times.reserve(10);
    for (int i = 0; i < 10; ++i) times.push_back(1 - i / 9.0);
    const Program program =
        compile_program({process, times}, Prediction::score, {.name = "annealed_langevin", .iterations = 50});
    const ParticleRange range{0, 1000};
    const auto states =
        trajectory(program, ExactScore(target, Prediction::score), initial_state(program, 3, range, 1), 3, range);
    double right = 0;
    for (const double x : states.back()) right += x > 0 ? 1.0 / range.count : 0;
    EXPECT_NEAR(right, 0.6, 4.5 * std::sqrt(0.6 * 0.4 / range.count));
}

class PredictorCorrector : public testing::Test {
  protected:
    static constexpr std::uint32_t kParticles = 300;
    static constexpr std::uint64_t kSeed = 5;

    Program compile(const SamplerSettings& settings, const TimeGrid& grid) {
        Pilot pilot(source_, kSeed, kParticles);
        return compile_program(grid, Prediction::epsilon, settings, &pilot);
    }
    std::string refusal(const SamplerSettings& settings) {
        return error_of([&] { compile(settings, grid_); });
    }

    ExactScore source_{random_mixture(2, 3, 8), Prediction::epsilon};
    std::shared_ptr<const NoiseProcess> process_ = make_process({.name = "vp"});
    TimeGrid grid_{process_, {0.9, 0.6, 0.3, 0.1}};
};

double mean_norm(const std::vector<double>& states) {
    double sum = 0;
    for (std::size_t i = 0; i < states.size(); i += 2) sum += std::hypot(states[i], states[i + 1]);
    return sum / (static_cast<double>(states.size()) / 2);
}

// ε = 2α(r‖z‖/‖score‖)² from the states of the program itself, with β(t) = 0.1 + 19.9t in 4 steps.
TEST_F(PredictorCorrector, CorrectsItsOwnOutputByTheNormBasedStep) {
    const Program program =
        compile({.name = "predictor_corrector", .predictor = "ddim", .corrector_steps = 2, .snr = 0.2}, grid_);
    const ParticleRange range{0, kParticles};
    const ScoreSource* const sources[] = {&source_};
    Machine machine(sources, kSeed, range, 2);
    machine.load(0, initial_state(program, kSeed, range, 2), "the start");
    const std::vector<double> times = {0.9, 0.6, 0.3, 0.1};
    std::uint32_t draw = 0;
    double evaluated_at = 0;
    for (const Op& op : program.ops) {
        if (const auto* eval = std::get_if<Eval>(&op.instruction)) evaluated_at = eval->t;
        if (const auto* blend = std::get_if<Blend>(&op.instruction)) {
            const double level = times[static_cast<std::size_t>(op.step) + 1];
            EXPECT_EQ(evaluated_at, level);
            std::vector<double> z;
            for (std::uint32_t i = 0; i < kParticles; ++i) {
                for (const std::uint32_t e : {0U, 1U}) {
                    z.push_back(static_cast<double>(base::normal(kSeed, i, e, draw, base::kCorrectorStream)));
                }
            }
            const double ratio = 0.2 * mean_norm(z) / mean_norm(machine.state(1));
            const double size = 2 * (1 - (0.1 + 19.9 * level) / 4) * ratio * ratio;
            const double expected = std::max(size, 0.0);
            ASSERT_EQ(blend->noise.size(), expected == 0 ? 0U : 1U);
            if (expected > 0) {
                EXPECT_NEAR(blend->terms.at(1).coefficient, expected, 1e-12);
                EXPECT_NEAR(blend->noise[0].coefficient, std::sqrt(2 * expected), 1e-12);
                EXPECT_EQ(blend->noise[0].index, draw);
                EXPECT_EQ(blend->noise[0].stream, base::kCorrectorStream);
            }
            ++draw;
        }
        machine.run(op.instruction);
    }
    EXPECT_EQ(draw, 6U);
    EXPECT_EQ(program.evaluations(), 10);
}

TEST_F(PredictorCorrector, WithoutCorrectionsIsThePredictorWhicheverItIs) {
    int predictors = 0;
    for (const SamplerInfo& info : samplers()) {
        if (!info.predictor) continue;
        ++predictors;
        const std::string name(info.name);
        const Program corrected =
            compile({.name = "predictor_corrector", .predictor = name, .corrector_steps = 0}, grid_);
        EXPECT_EQ(corrected.ops, compile({.name = name}, grid_).ops) << name;
    }
    EXPECT_GE(predictors, 12);
    const SamplerSettings passed{.name = "predictor_corrector",
                                 .gamma = 0.3,
                                 .variant = "exponential",
                                 .predictor = "gamma",
                                 .corrector_steps = 0};
    EXPECT_EQ(compile(passed, grid_).ops,
              compile({.name = "gamma", .gamma = 0.3, .variant = "exponential"}, grid_).ops);
}

// With the exact score the corrector brings a predictor without any noise nearer to the marginal's variance.
TEST(PredictorCorrectorOnAGaussian, ReachesTheMarginal) {
    const auto process = make_process({.name = "ve", .sigma_min = 0.01, .sigma_max = 10.0});
    const ExactScore source(gaussian(), Prediction::score);
    Pilot pilot(source, 1, 1000);
    std::vector<double> times;
    times.reserve(40);
    for (int i = 0; i < 40; ++i) times.push_back(1 - i / 40.0);
    const auto deviation = [&](int corrections) {
        const SamplerSettings settings{
            .name = "predictor_corrector", .variance = "small", .predictor = "ddpm", .corrector_steps = corrections};
        const Program program = compile_program(TimeGrid(process, times, 0.0), Prediction::score, settings, &pilot);
        const double exact = testing_support::kVariance + 1e-4;
        return std::abs(program_moments(program, source).back().variance / exact - 1);
    };
    EXPECT_LT(deviation(2), deviation(0) / 2);
    EXPECT_LT(deviation(2), 0.1);
}

TEST_F(PredictorCorrector, RefusesWithFlagAndCure) {
    const auto with = [](const char* predictor) {
        return SamplerSettings{.name = "predictor_corrector", .predictor = predictor};
    };
    EXPECT_THAT(refusal(with("dpmpp_2m")),
                HasSubstr("no predictor (`sampler.predictor`): dpmpp_2m is not a one-step sampler"));
    EXPECT_THAT(refusal(with("dpmpp_2m")), HasSubstr("give one of ddim, ddpm"));
    EXPECT_THAT(refusal(with("predictor_corrector")), HasSubstr("no predictor"));
    EXPECT_THAT(refusal(with("eulr")), HasSubstr("(`sampler.predictor`): no such name; did you mean 'euler'?"));
    EXPECT_THAT(refusal({.name = "predictor_corrector", .eta = 0.5, .predictor = "euler"}),
                HasSubstr("(`sampler.eta`): the sampler euler has no such parameter"));
    EXPECT_THAT(refusal({.name = "predictor_corrector", .variant = "bh1", .predictor = "gamma"}),
                HasSubstr("(`sampler.variant`)"));
    EXPECT_THAT(error_of([&] { compile_program(grid_, Prediction::v, with("ddim")); }),
                HasSubstr("give `model` or `target`"));
}

}  // namespace
}  // namespace scorefield::diffusion
