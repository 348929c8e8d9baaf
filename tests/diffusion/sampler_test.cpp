#include "diffusion/sampler.hpp"

#include <gmock/gmock.h>

#include "base/random.hpp"
#include "diffusion/exact_score.hpp"
#include "diffusion/spacing.hpp"
#include "gaussian_run.hpp"
#include "sampler_cases.hpp"
#include "support.hpp"

namespace scorefield::diffusion {
namespace {

using testing_support::linear;

using testing_support::describe;
using testing_support::distance;
using testing_support::every_sampler;
using testing_support::exact_denoiser;
using testing_support::FunctionSource;
using testing_support::gaussian;
using testing_support::Line;
using testing_support::Moments;
using testing_support::program_moments;
using testing_support::random_mixture;
using testing_support::times_of;
using testing_support::trajectory;

constexpr std::array kAllPredictions = {Prediction::epsilon, Prediction::x0, Prediction::v};

/// One step x ← step.slope·x + step.offset + noise·z on the moments.
Moments propagate(const Moments& m, const Line& step, double noise) {
    return {step.slope * m.mean + step.offset, step.slope * step.slope * m.variance + noise * noise};
}

/// x ← state·x + denoised·D(x) as one line.
Line combine(double state, double denoised, const Line& denoiser) {
    return {state + denoised * denoiser.slope, denoised * denoiser.offset};
}

/// DDIM(η) (Song, Meng, Ermon 2021, eq. 12 and 16) for any alpha and sigma: x_s = α_s D + √(σ_s²−ς²) ε + ς z with ε =
/// (x − αD)/σ.
Moments ddim_step(const Moments& m, const Marginal& from, const Marginal& to, double eta) {
    const double alpha_ratio = from.alpha * from.alpha / (to.alpha * to.alpha);
    const double ratio = to.sigma * to.sigma / (from.sigma * from.sigma);
    const double variance = eta * eta * ratio * (from.sigma * from.sigma - to.sigma * to.sigma * alpha_ratio);
    const double direction = std::sqrt(to.sigma * to.sigma - variance);
    const Line step =
        combine(direction / from.sigma, to.alpha - direction * from.alpha / from.sigma, exact_denoiser(from));
    return propagate(m, step, std::sqrt(variance));
}

/// Ancestral DDPM as the posterior q(x_s | x_t, x_0 = D), a product of two Gaussians: precision α²_{t|s}/σ²_{t|s} +
/// 1/σ_s² (Kingma et al. 2021), which neither form of the code is written in. Large variance replaces the posterior's
/// by β.
Moments ddpm_step(const Moments& m, const Marginal& from, const Marginal& to, bool large) {
    const double forward = from.alpha / to.alpha;
    const double forward_variance = from.sigma * from.sigma - forward * forward * to.sigma * to.sigma;
    const Line denoiser = exact_denoiser(from);
    if (to.sigma == 0) return propagate(m, denoiser, 0);
    const double precision = forward * forward / forward_variance + 1 / (to.sigma * to.sigma);
    const Line step =
        combine(forward / forward_variance / precision, to.alpha / (to.sigma * to.sigma) / precision, denoiser);
    return propagate(m, step, std::sqrt(large ? forward_variance : 1 / precision));
}

/// DPM-Solver++(2M), algorithm 2 of Lu et al., with the estimates carried along as lines in the start state.
std::vector<Moments> dpmpp_2m_moments(const std::vector<Marginal>& nodes) {
    const auto lambda = [](const Marginal& at) { return std::log(at.alpha / at.sigma); };
    Line state{1, 0};
    Line previous;
    std::vector<Moments> moments;
    for (std::size_t i = 0; i + 1 < nodes.size(); ++i) {
        const auto& [from, to] = std::pair{nodes[i], nodes[i + 1]};
        const Line denoiser = exact_denoiser(from);
        const Line estimate{denoiser.slope * state.slope, denoiser.slope * state.offset + denoiser.offset};
        Line used = estimate;
        const double h = lambda(to) - lambda(from);
        if (i > 0 && to.sigma > 0) {
            const double r = (lambda(from) - lambda(nodes[i - 1])) / h;
            used.slope = (1 + 1 / (2 * r)) * estimate.slope - 1 / (2 * r) * previous.slope;
            used.offset = (1 + 1 / (2 * r)) * estimate.offset - 1 / (2 * r) * previous.offset;
        }
        const double factor = to.sigma == 0 ? 1 : to.alpha * (1 - std::exp(-h));
        state = {to.sigma / from.sigma * state.slope + factor * used.slope,
                 to.sigma / from.sigma * state.offset + factor * used.offset};
        previous = estimate;
        moments.push_back({state.offset, state.slope * state.slope});
    }
    return moments;
}

std::vector<Moments> expected_moments(const SamplerSettings& settings, const NoiseProcess& process,
                                      const std::vector<double>& timesteps) {
    std::vector<Marginal> nodes;
    for (const double t : timesteps) nodes.push_back(process.marginal(t));
    nodes.push_back({});
    if (settings.name == "dpmpp_2m") return dpmpp_2m_moments(nodes);
    std::vector<Moments> moments;
    Moments m{0, 1};
    for (std::size_t i = 0; i + 1 < nodes.size(); ++i) {
        m = settings.name == "ddim" ? ddim_step(m, nodes[i], nodes[i + 1], settings.eta.value_or(0))
                                    : ddpm_step(m, nodes[i], nodes[i + 1], settings.variance == "large");
        moments.push_back(m);
    }
    return moments;
}

// Exact arithmetic but for roundings: 1e-16 times the condition of reading slopes off differences (at most 1e4 here).
TEST(Samplers, FollowTheExactRecursionOfMeanAndVarianceOnAGaussian) {
    for (const char* schedule : {"linear", "cosine", "cosine_seed"}) {
        const auto process = make_process({.schedule = schedule});
        const bool seed = std::string(schedule) == "cosine_seed";
        const std::vector<double> irregular =
            seed ? std::vector<double>{39, 38, 30, 17, 16, 4, 1} : std::vector<double>{990, 870, 869, 500, 90, 3, 0};
        for (const auto& timesteps :
             {irregular, times_of(make_time_grid(process, SpacingSettings{}, 30)), std::vector<double>{20}}) {
            for (const SamplerSettings& settings : every_sampler()) {
                for (const Prediction prediction : kAllPredictions) {
                    const ExactScore source(gaussian(), prediction);
                    const auto actual =
                        program_moments(compile_program(TimeGrid(process, timesteps), prediction, settings), source);
                    const auto expected = expected_moments(settings, *process, timesteps);
                    ASSERT_EQ(actual.size(), expected.size());
                    for (std::size_t k = 0; k < expected.size(); ++k) {
                        const std::string place = describe(settings) + " " + schedule + " step " + std::to_string(k);
                        ASSERT_NEAR(actual[k].mean, expected[k].mean, 1e-11) << place;
                        ASSERT_NEAR(actual[k].variance, expected[k].variance, 1e-11) << place;
                    }
                }
            }
        }
    }
}

// Standard errors of n = 5 000 particles of 4 coordinates, all independent: mean √(v/n), variance v·√(2/n); bound 4.5
// of them.
TEST(Samplers, DrawnParticlesHaveTheRecursionsMoments) {
    constexpr int kDim = 4;  // as many as one block of the generator
    const auto process = linear();
    const std::vector<double> timesteps = times_of(make_time_grid(process, SpacingSettings{}, 12));
    const FunctionSource noise(kDim, [](double x, const Eval& at) {
        const Line denoiser = exact_denoiser({at.alpha, at.sigma});
        return (x - at.alpha * (denoiser.slope * x + denoiser.offset)) / at.sigma;
    });
    for (const SamplerSettings& settings : every_sampler()) {
        const Program program = compile_program(TimeGrid(process, timesteps), Prediction::epsilon, settings);
        const ParticleRange range{0, 5000};
        const auto states = trajectory(program, noise, initial_state(program, 6, range, kDim), 6, range).back();
        const Moments expected = expected_moments(settings, *process, timesteps).back();
        const auto count = static_cast<double>(states.size());
        double mean = 0, variance = 0;
        for (const double x : states) mean += x / count;
        for (const double x : states) variance += (x - mean) * (x - mean) / count;
        EXPECT_NEAR(mean, expected.mean, 4.5 * std::sqrt(expected.variance / count)) << describe(settings);
        EXPECT_NEAR(variance, expected.variance, 4.5 * expected.variance * std::sqrt(2.0 / count))
            << describe(settings);
    }
}

/// All states of 25 particles in a random 2-D mixture.
std::vector<double> states_of(const SamplerSettings& settings, Prediction prediction) {
    const auto process = linear();
    const ExactScore source(random_mixture(2, 3, 8), prediction);
    const Program program = compile_program(make_time_grid(process, SpacingSettings{}, 20), prediction, settings);
    std::vector<double> all;
    const ParticleRange range{3, 25};
    for (const auto& state : trajectory(program, source, initial_state(program, 2, range, 2), 2, range)) {
        all.insert(all.end(), state.begin(), state.end());
    }
    return all;
}

// Roundings of 1e-16 grow by 1/α ≤ 160 at the noisy end and by the flow's own sensitivity.
TEST(Samplers, GiveTheSameStatesWhateverIsPredicted) {
    for (const SamplerSettings& settings : every_sampler()) {
        const auto reference = states_of(settings, Prediction::epsilon);
        EXPECT_LT(distance(states_of(settings, Prediction::x0), reference), 1e-10) << describe(settings);
        EXPECT_LT(distance(states_of(settings, Prediction::v), reference), 1e-10) << describe(settings);
    }
}

TEST(Ddpm, BothFormsGiveTheSameStates) {
    for (const char* variance : {"large", "small"}) {
        const SamplerSettings epsilon{.name = "ddpm", .form = "epsilon", .variance = variance};
        const SamplerSettings x0{.name = "ddpm", .form = "x0", .variance = variance};
        EXPECT_LT(distance(states_of(epsilon, Prediction::epsilon), states_of(x0, Prediction::epsilon)), 1e-12);
    }
}

TEST(Ddim, WithEtaOneIsDdpmWithSmallVariance) {
    const SamplerSettings ddim{.name = "ddim", .eta = 1};
    const SamplerSettings ddpm{.name = "ddpm", .variance = "small"};
    EXPECT_LT(distance(states_of(ddim, Prediction::v), states_of(ddpm, Prediction::v)), 1e-12);
}

/// One particle through the samplers' formulas with the estimate 2x of x_0 clamped and ε taken from the clamped one.
std::vector<double> clipped_by_hand(const SamplerSettings& settings, const NoiseProcess& process,
                                    const std::vector<double>& timesteps, double x, std::uint32_t particle) {
    std::vector<double> states;
    double previous = 0, previous_h = 0;
    for (std::size_t i = 0; i < timesteps.size(); ++i) {
        const Marginal from = process.marginal(timesteps[i]);
        const double x0 = std::clamp(2 * x, -*settings.clip, *settings.clip);
        const double epsilon = (x - from.alpha * x0) / from.sigma;
        if (i + 1 == timesteps.size()) {
            x = x0;
        } else {
            const Marginal to = process.marginal(timesteps[i + 1]);
            const double z = base::normal(9, particle, 0, static_cast<std::uint32_t>(i), base::kSamplerStream);
            const double beta = 1 - std::pow(from.alpha / to.alpha, 2);
            const double h = std::log(to.alpha / to.sigma * from.sigma / from.alpha);
            if (settings.name == "ddim") {
                x = to.alpha * x0 + to.sigma * epsilon;
            } else if (settings.name == "ddpm") {
                x = (x - beta / from.sigma * epsilon) / std::sqrt(1 - beta) + std::sqrt(beta) * z;
            } else {
                const double slope = i == 0 ? 0 : (x0 - previous) / previous_h;
                x = to.sigma / from.sigma * x - to.alpha * (std::exp(-h) - 1) * (x0 + slope * h / 2);
            }
            previous = x0;
            previous_h = h;
        }
        states.push_back(x);
    }
    return states;
}

TEST(Clip, ClampsEveryEstimateOfTheData) {
    const auto process = linear();
    const std::vector<double> timesteps = {999, 700, 650, 300, 200, 50};
    const FunctionSource source(1, [](double scaled, const Eval&) { return 2 * scaled; });
    for (const char* name : {"ddim", "ddpm", "dpmpp_2m"}) {
        const auto forms = name == std::string("ddpm") ? std::vector<std::optional<std::string>>{std::nullopt, "x0"}
                                                       : std::vector<std::optional<std::string>>{std::nullopt};
        for (const auto& form : forms) {
            const SamplerSettings settings{.name = name, .form = form, .clip = 0.7};
            const Program program = compile_program(TimeGrid(process, timesteps), Prediction::x0, settings);
            const std::vector<double> start = {-2, 0.3, 1.9};
            const auto states = trajectory(program, source, start, 9, {5, 3});
            for (std::uint32_t i = 0; i < 3; ++i) {
                const auto expected = clipped_by_hand(settings, *process, timesteps, start[i], 5 + i);
                for (std::size_t k = 0; k < expected.size(); ++k) {
                    EXPECT_NEAR(states[k][i], expected[k], 1e-12) << name << " " << form.value_or("") << " step " << k;
                }
            }
        }
    }
}

TEST(SamplerParameters, HaveAnEffectWhereTheSamplerTakesThemAndTheOthersLeaveThem) {
    EXPECT_TRUE(has_effect({.name = "ddim"}, "eta"));
    EXPECT_FALSE(has_effect({.name = "heun"}, "eta"));
    EXPECT_FALSE(has_effect({.name = "ddpm"}, "mix"));
    EXPECT_TRUE(has_effect({.name = "ddpm", .variance = "mixed"}, "mix"));
    EXPECT_FALSE(has_effect({.name = "ddpm"}, "threshold_max"));
    EXPECT_TRUE(has_effect({.name = "ddpm", .threshold = 0.9}, "threshold_max"));
    EXPECT_TRUE(has_effect({.name = "edm_stochastic"}, "churn_min"));
    EXPECT_FALSE(has_effect({.name = "edm_stochastic", .churn = 0}, "churn_min"));
}

TEST(SamplerParameters, OfAPredictorHaveAnEffectWhereItTakesThem) {
    EXPECT_FALSE(has_effect({.name = "predictor_corrector"}, "eta"));
    EXPECT_TRUE(has_effect({.name = "predictor_corrector", .predictor = "ddim"}, "eta"));
    EXPECT_FALSE(has_effect({.name = "predictor_corrector", .predictor = "ddim"}, "variance"));
    EXPECT_TRUE(has_effect({.name = "predictor_corrector"}, "variance"));
    EXPECT_FALSE(has_effect({.name = "predictor_corrector", .corrector_steps = 0}, "snr"));
}

// What is shown can be set: no parameter that has an effect is refused as one without.
TEST(SamplerParameters, AgreeWithWhatIsDroppedAsIdle) {
    for (const SamplerInfo& info : samplers()) {
        const SamplerSettings bare{.name = std::string(info.name)};
        SamplerSettings set = bare;
        if (!has_effect(bare, "threshold_max")) set.threshold_max = 2;
        if (!has_effect(bare, "limited_noise")) set.limited_noise = false;
        EXPECT_EQ(drop_ineffective(set).limited_noise, std::nullopt) << info.name;
        EXPECT_EQ(drop_ineffective(set).threshold_max, std::nullopt) << info.name;
    }
}

}  // namespace
}  // namespace scorefield::diffusion
