#include <gmock/gmock.h>

#include <map>

#include "base/random.hpp"
#include "diffusion/exact_score.hpp"
#include "diffusion/sampler.hpp"
#include "diffusion/samplers/exponential.hpp"
#include "diffusion/spacing.hpp"
#include "lambda_process.hpp"
#include "support.hpp"

namespace scorefield::diffusion {
namespace {

using testing_support::linear;

using testing_support::distance;
using testing_support::error_of;
using testing_support::FunctionSource;
using testing_support::LambdaProcess;
using testing_support::random_mixture;
using testing_support::times_of;
using testing_support::trajectory;

constexpr double kStart = 4.6;  // λ = −4.6: a multistep method started later shows its low-order warm-up
constexpr double kEnd = -2;
constexpr std::uint32_t kParticles = 12;

const GaussianMixture& target() {
    static const GaussianMixture mixture = random_mixture(2, 3, 21);
    return mixture;
}

/// The states at kEnd, one step before the clean state. `bend` makes the steps uneven: 0 even in λ.
std::vector<double> states_at_end(const SamplerSettings& settings, int steps, double bend) {
    std::vector<double> times;
    for (int i = 0; i <= steps; ++i) {
        const double u = static_cast<double>(i) / steps;
        times.push_back(kStart + (u + bend * u * (1 - u)) * (kEnd - kStart));
    }
    const Program program =
        compile_program(TimeGrid(std::make_shared<LambdaProcess>(), times), Prediction::epsilon, settings);
    const ExactScore source(target(), Prediction::epsilon);
    const std::vector<double> start = initial_state(Program{}, 4, {0, kParticles}, 2);
    return trajectory(program, source, start, 0, {0, kParticles})[static_cast<std::size_t>(steps) - 1];
}

/// The probability flow by a method of fourth order with steps so fine that its error, (6.6/3000)⁴ of the scale of the
/// problem, is far below what is measured.
const std::vector<double>& reference_states() {
    static const std::vector<double> states = states_at_end({.name = "lms", .order = 4}, 6000, 0);
    return states;
}

double error_at_end(const SamplerSettings& settings, int steps, double bend) {
    const std::vector<double> actual = states_at_end(settings, steps, bend);
    const std::vector<double>& expected = reference_states();
    double sum = 0;
    for (std::size_t i = 0; i < expected.size(); ++i) sum += (actual[i] - expected[i]) * (actual[i] - expected[i]);
    return std::sqrt(sum / static_cast<double>(expected.size()));
}

/// log₂ of the ratio of errors between N and 2N steps.
double measured_order(const SamplerSettings& settings, double bend = 0) {
    constexpr int kSteps = 120;
    return std::log2(error_at_end(settings, kSteps, bend) / error_at_end(settings, 2 * kSteps, bend));
}

struct OrderCase {
    SamplerSettings settings;
    double order = 0;
    double bend = 0.4;
};

// Expected: the papers' orders. DPM-Solver++(3M) and multistep DPM-Solver-3 weigh the second difference by half of
// what the parabola needs (METHODS: 3M is 2); the midpoint form of single-step DPM-Solver-3 wants its stages at thirds
// of λ; iPNDM and PNDM take uneven steps for even ones, which costs all but the second order. UniPC-3 ends here on a
// prediction that its corrector has not seen: small last steps. The theory's order is the limit of small steps; at
// these the next order still shows in the first digit.
TEST(MultistepSamplers, HaveTheirOrderOfAccuracy) {
    const std::vector<OrderCase> cases = {
        {{.name = "dpmpp_2m", .order = 1}, 1},
        {{.name = "dpmpp_2m"}, 2},
        {{.name = "dpmpp_2m", .variant = "heun"}, 2},
        {{.name = "dpmpp_2m", .order = 3}, 2},
        {{.name = "dpmpp_3m"}, 2},
        {{.name = "dpmpp_3m", .order = 1}, 1},
        {{.name = "dpmpp_3m", .order = 2}, 2},
        {{.name = "dpm", .order = 1}, 1},
        {{.name = "dpm"}, 2},
        {{.name = "dpm", .variant = "heun"}, 2},
        {{.name = "dpm", .order = 3}, 2},
        {{.name = "dpm_single", .order = 2}, 2},
        {{.name = "dpm_single", .order = 2, .variant = "heun", .predict_x0 = true}, 2},
        {{.name = "dpm_single", .order = 3}, 3, 0},
        {{.name = "dpm_single", .order = 3, .predict_x0 = true}, 3, 0},
        {{.name = "dpm_single", .order = 3, .variant = "heun"}, 3},
        {{.name = "dpm_single", .order = 3, .variant = "heun", .predict_x0 = true}, 3},
        {{.name = "lms", .order = 1}, 1},
        {{.name = "lms", .order = 2}, 2},
        {{.name = "lms", .order = 3}, 3},
        {{.name = "lms", .order = 4}, 4},
        {{.name = "ipndm"}, 2},
        {{.name = "pndm", .warm_up = false}, 2},
        {{.name = "pndm", .warm_up = true}, 2},
        {{.name = "deis", .order = 1}, 1},
        {{.name = "deis", .order = 2}, 2},
        {{.name = "deis", .order = 3}, 3},
        {{.name = "unipc", .order = 1, .lower_order_final = false, .uncorrected_steps = 1000}, 1},
        {{.name = "unipc", .order = 2, .lower_order_final = false, .uncorrected_steps = 1000}, 2},
        {{.name = "unipc", .order = 3, .lower_order_final = false, .uncorrected_steps = 1000}, 3},
        {{.name = "unipc", .order = 1, .lower_order_final = false}, 2},
        {{.name = "unipc", .order = 2, .lower_order_final = false}, 3},
        {{.name = "unipc", .order = 3, .lower_order_final = false}, 4, 0.8},
        {{.name = "unipc", .order = 4, .lower_order_final = false}, 5, 0.8},
        {{.name = "unipc", .order = 2, .variant = "bh1", .lower_order_final = false}, 3},
        {{.name = "unipc", .order = 2, .predict_x0 = false, .lower_order_final = false}, 3},
        {{.name = "unipc", .order = 3, .variant = "bh1", .predict_x0 = false, .lower_order_final = false}, 4, 0.8},
    };
    for (const OrderCase& c : cases) {
        EXPECT_NEAR(measured_order(c.settings, c.bend), c.order, 0.35)
            << c.settings.name << " " << c.settings.order.value_or(0) << " " << c.settings.variant.value_or("");
    }
}

std::vector<double> final_states(const SamplerSettings& settings, int steps, std::optional<double> end = {}) {
    const auto process = linear();
    const Program program =
        compile_program(TimeGrid(process, times_of(make_time_grid(process, SpacingSettings{}, steps)), end),
                        Prediction::epsilon, settings);
    const ExactScore source(target(), Prediction::epsilon);
    return trajectory(program, source, initial_state(program, 4, {0, kParticles}, 2), 0, {0, kParticles}).back();
}

// Different sums of the same terms: roundings of 1e-16 over 20 steps with coefficients up to 1e2.
TEST(MultistepSamplers, OfFirstOrderAreDdim) {
    const std::vector<SamplerSettings> all = {
        {.name = "dpmpp_2m", .order = 1},
        {.name = "dpm", .order = 1},
        {.name = "dpm_single", .order = 1},
        {.name = "dpm_single", .order = 1, .predict_x0 = true},
        {.name = "deis", .order = 1},
        {.name = "lms", .order = 1},
        {.name = "ipndm", .order = 1},
        {.name = "unipc", .order = 1, .uncorrected_steps = 20},
        {.name = "unipc", .order = 1, .variant = "bh1", .predict_x0 = false, .uncorrected_steps = 20},
    };
    for (const std::optional<double> end : {std::optional<double>(), std::optional<double>(0.0)}) {
        const std::vector<double> expected = final_states({.name = "ddim"}, 20, end);
        for (const SamplerSettings& settings : all) {
            EXPECT_LT(distance(final_states(settings, 20, end), expected), 1e-12) << settings.name;
        }
    }
}

// With fewer than 15 steps the last one is of first order, which euler_at_final makes it at any number.
TEST(MultistepSamplers, OfFewStepsLowerTheirOrderAtTheEnd) {
    const SamplerSettings second = {.name = "dpm", .order = 2};
    SamplerSettings kept = second;
    kept.lower_order_final = false;
    SamplerSettings first_last = kept;
    first_last.euler_at_final = true;
    EXPECT_LT(distance(final_states(second, 14, 0.0), final_states(first_last, 14, 0.0)), 1e-13);
    EXPECT_GT(distance(final_states(second, 14, 0.0), final_states(kept, 14, 0.0)), 1e-6);
    EXPECT_LT(distance(final_states(second, 15, 0.0), final_states(kept, 15, 0.0)), 1e-13);
}

TEST(MultistepSamplers, SpendOneEvaluationOnAStep) {
    for (const char* name :
         {"dpmpp_2m", "dpmpp_3m", "dpmpp_sde", "dpm", "dpm_single", "unipc", "lms", "ipndm", "deis"}) {
        for (const int steps : {1, 2, 3, 7, 20}) {
            const auto process = linear();
            const TimeGrid grid = make_time_grid(process, SpacingSettings{}, steps);
            EXPECT_EQ(compile_program(grid, Prediction::v, {.name = name}).evaluations(), steps) << name;
        }
    }
}

TEST(MultistepSamplers, PndmSpendsNineMoreOnItsRungeKuttaStart) {
    const auto process = linear();
    const auto evaluations = [&](int steps, std::optional<bool> warm_up) {
        const TimeGrid grid = make_time_grid(process, SpacingSettings{}, steps);
        return compile_program(grid, Prediction::v, {.name = "pndm", .warm_up = warm_up}).evaluations();
    };
    EXPECT_EQ(evaluations(10, true), 19);
    EXPECT_EQ(evaluations(10, {}), 19);
    EXPECT_EQ(evaluations(10, false), 11);
    EXPECT_EQ(evaluations(3, {}), 4);
    EXPECT_EQ(evaluations(1, {}), 1);
}

/// mean + start·N(0, 1) + Σ draws·z of one particle: what a program does to a Gaussian with its exact score.
struct Form {
    double mean = 0;
    double start = 0;
    std::map<std::uint32_t, double> draws = {};

    void add(const Form& other, double factor) {
        mean += factor * other.mean;
        start += factor * other.start;
        for (const auto& [index, value] : other.draws) draws[index] += factor * value;
    }
    double variance() const {
        double sum = start * start;
        for (const auto& [index, value] : draws) sum += value * value;
        return sum;
    }
};

constexpr double kMean = 0.8;
constexpr double kVariance = 0.3;

/// The result's law, exactly: every register is a form, every evaluation the Gaussian's exact noise.
Form law(const Program& program) {
    std::vector<Form> registers(static_cast<std::size_t>(program.registers));
    const auto at = [&](int reg) -> Form& { return registers[static_cast<std::size_t>(reg)]; };
    at(program.init_register).start = program.start.scale[0];
    for (const Op& op : program.ops) {
        Form result;
        if (const auto* eval = std::get_if<Eval>(&op.instruction)) {
            const double variance = eval->alpha * eval->alpha * kVariance + eval->sigma * eval->sigma;
            result.add(at(eval->src), eval->c_skip + eval->c_out * eval->sigma / variance);
            result.mean -= eval->c_out * eval->sigma / variance * eval->alpha * kMean;
            at(eval->dst) = result;
        } else {
            const Blend& blend = std::get<Blend>(op.instruction);
            for (const Term& term : blend.terms) result.add(at(term.reg), term.coefficient);
            for (const NoiseTerm& noise : blend.noise) {
                EXPECT_EQ(noise.stream, base::kSamplerStream);
                result.draws[noise.index] += noise.coefficient;
            }
            at(blend.dst) = result;
        }
    }
    return at(program.result);
}

/// |variance − target's| after so many steps even in λ to σ = e^kEnd.
double law_error(const SamplerSettings& settings, int steps) {
    std::vector<double> times;
    for (int i = 0; i < steps; ++i) times.push_back(6 + i * (kEnd - 6) / steps);
    const auto process = std::make_shared<LambdaProcess>();
    const Form result = law(compile_program(TimeGrid(process, times, kEnd), Prediction::epsilon, settings));
    const Marginal end = process->marginal(kEnd);
    return std::abs(result.variance() - (end.alpha * end.alpha * kVariance + end.sigma * end.sigma)) +
           std::abs(result.mean - end.alpha * kMean);
}

// The reverse SDE keeps the marginals whatever it starts from, so that the law tends to the target's: of first order
// as h, of second as h². What is left of the start at λ = −6, e^−12 of the variance, is below the errors here.
TEST(MultistepSamplers, OfTheReverseSdeTendToTheTargetsLaw) {
    struct Case {
        SamplerSettings settings;
        double order;
    };
    const std::vector<Case> cases = {
        {{.name = "dpmpp_sde", .order = 1}, 1},
        {{.name = "dpmpp_sde", .order = 2}, 2},
        {{.name = "dpmpp_sde", .order = 2, .variant = "heun"}, 2},
        {{.name = "dpmpp_sde", .order = 2, .variant = "heun", .predict_x0 = false}, 2},
    };
    for (const Case& c : cases) {
        const double coarse = law_error(c.settings, 60);
        const double fine = law_error(c.settings, 120);
        EXPECT_LT(coarse, 0.05);
        EXPECT_NEAR(std::log2(coarse / fine), c.order, 0.35)
            << c.settings.order.value_or(0) << " " << c.settings.variant.value_or("") << " " << coarse;
    }
}

// k-diffusion's two stages: the deterministic part takes the second estimate alone, so the law is of first order or
// better.
TEST(MultistepSamplers, OfTwoStagesTendToTheTargetsLaw) {
    const SamplerSettings settings = {.name = "dpmpp_sde", .variant = "single"};
    const double coarse = law_error(settings, 60);
    EXPECT_LT(coarse, 0.02);
    EXPECT_LT(law_error(settings, 120), 0.6 * coarse);
}

TEST(MultistepSamplers, OfTheReverseSdeFollowOnePath) {
    const auto draws = [&](int steps) {
        std::vector<double> times;
        for (int i = 0; i < steps; ++i) times.push_back(4 + i * (kEnd - 4) / steps);
        return law(compile_program(TimeGrid(std::make_shared<LambdaProcess>(), times, kEnd), Prediction::epsilon,
                                   {.name = "dpmpp_sde", .one_path = true}))
            .draws;
    };
    // The covariance of the results of 100 and of 200 steps: near the variance, where independent draws have 0.
    const auto coarse = draws(100);
    const auto fine = draws(200);
    double covariance = 0, variance = 0;
    for (const auto& [index, value] : coarse) {
        variance += value * value;
        if (const auto found = fine.find(index); found != fine.end()) covariance += value * found->second;
    }
    EXPECT_NEAR(covariance / variance, 1, 0.05);
}

TEST(MultistepSamplers, RefuseOrdersThatTheStepsDoNotAllow) {
    const auto message = [](const SamplerSettings& settings, int steps) {
        return error_of([&] { final_states(settings, steps); });
    };
    EXPECT_EQ(message({.name = "deis", .order = 3}, 2),
              "too few steps (`sampler.order`): order 3 needs the estimates of 3 steps, there are 2; use `steps` 3 or "
              "more, or `sampler.order` 2");
    EXPECT_EQ(message({.name = "dpmpp_2m", .order = 4}, 20),
              "order out of range (`sampler.order`): 4 is not in 1 … 3; give 1 … 3");
    EXPECT_EQ(message({.name = "pndm", .warm_up = true}, 3),
              "too few steps (`sampler.warm_up`): the Runge-Kutta start needs 3 steps, there are 3; use `steps` 4 or "
              "more, or `sampler.warm_up` off");
    EXPECT_EQ(message({.name = "deis"}, 2), "no error");
}

// φ_1(1) = e − 1, φ_2(1) = e − 2, φ_3(1) = e − 2.5; the series and the recursion meet at |z| = 1.
TEST(ExponentialIntegrals, HaveTheirKnownValues) {
    EXPECT_NEAR(phi(1, 1), std::exp(1) - 1, 1e-15);
    EXPECT_NEAR(phi(2, 1), std::exp(1) - 2, 1e-15);
    EXPECT_NEAR(phi(3, 1), std::exp(1) - 2.5, 1e-15);
    EXPECT_EQ(phi(3, 0), 1.0 / 6);
    for (const int k : {0, 1, 2, 3, 4}) {
        for (const double z : {-1.0, 1.0}) EXPECT_NEAR(phi(k, z * 0.9999999) / phi(k, z * 1.0000001), 1, 1e-6);
    }
}

// ∫_0^1 p(v) e^{hv} dv of p = 2 − 3v + v², through its values at any three nodes; at h = 1 it is 6e − 13 + … by parts:
// ∫e^v = e−1, ∫v e^v = 1, ∫v² e^v = e−2.
TEST(ExponentialIntegrals, IntegratePolynomialsExactly) {
    const std::vector<double> nodes = {0, -0.7, 1.9};
    const auto integral = [&](const std::vector<double>& moments) {
        const std::vector<double> weights = interpolation_weights(nodes, moments);
        double sum = 0;
        for (std::size_t i = 0; i < nodes.size(); ++i) sum += weights[i] * (2 - 3 * nodes[i] + nodes[i] * nodes[i]);
        return sum;
    };
    EXPECT_NEAR(integral(power_moments(3)), 2 - 1.5 + 1.0 / 3, 1e-15);
    const double e = std::exp(1);
    EXPECT_NEAR(integral(exponential_moments(3, 1)), 2 * (e - 1) - 3 + (e - 2), 1e-14);
}

}  // namespace
}  // namespace scorefield::diffusion
