#include <gmock/gmock.h>

#include "diffusion/exact_score.hpp"
#include "diffusion/sampler.hpp"
#include "lambda_process.hpp"
#include "support.hpp"

namespace scorefield::diffusion {
namespace {

using testing_support::LambdaProcess;
using testing_support::random_mixture;
using testing_support::trajectory;

constexpr double kStart = 4.6;  // λ = −4.6: a multistep method started later shows its low-order warm-up
constexpr double kEnd = -2;
constexpr std::uint32_t kParticles = 24;

const GaussianMixture& target() {
    static const GaussianMixture mixture = random_mixture(2, 3, 21);
    return mixture;
}

std::vector<double> start_states() {
    return initial_state(Program{}, 4, {0, kParticles}, 2);
}

/// The probability flow from kStart to kEnd by classical Runge–Kutta on y = x/α: dy/dt = ε(x)·d(σ/α)/dt = −σ·score·eᵗ.
std::vector<double> reference_states() {
    constexpr int kSteps = 4000;  // error (6.6/4000)⁴, far below what is measured
    const LambdaProcess process;
    const auto slope = [&](double t, const std::array<double, 2>& y) {
        const Marginal at = process.marginal(t);
        const std::array<double, 2> x = {at.alpha * y[0], at.alpha * y[1]};
        std::array<double, 2> score{};
        target().score(x, at, score);
        const double factor = -at.sigma * std::exp(t);
        return std::array{factor * score[0], factor * score[1]};
    };
    const auto moved = [](const std::array<double, 2>& y, const std::array<double, 2>& by, double h) {
        return std::array{y[0] + h * by[0], y[1] + h * by[1]};
    };
    const double h = (kEnd - kStart) / kSteps;
    std::vector<double> states = start_states();
    for (std::size_t i = 0; i < states.size(); i += 2) {
        const double start_alpha = process.marginal(kStart).alpha;
        std::array<double, 2> y = {states[i] / start_alpha, states[i + 1] / start_alpha};
        for (int k = 0; k < kSteps; ++k) {
            const double t = kStart + k * h;
            const auto k1 = slope(t, y);
            const auto k2 = slope(t + h / 2, moved(y, k1, h / 2));
            const auto k3 = slope(t + h / 2, moved(y, k2, h / 2));
            const auto k4 = slope(t + h, moved(y, k3, h));
            for (std::size_t e = 0; e < 2; ++e) y[e] += h / 6 * (k1[e] + 2 * k2[e] + 2 * k3[e] + k4[e]);
        }
        states[i] = process.marginal(kEnd).alpha * y[0];
        states[i + 1] = process.marginal(kEnd).alpha * y[1];
    }
    return states;
}

/// Root mean square error of `sampler` at kEnd after `steps` steps, i.e. before its last step to the clean state.
double error_at_end(const std::string& sampler, int steps, const std::vector<double>& reference) {
    std::vector<double> timesteps;
    for (int i = 0; i <= steps; ++i) timesteps.push_back(kStart + i * (kEnd - kStart) / steps);
    const Program program =
        compile_program(TimeGrid(std::make_shared<LambdaProcess>(), timesteps), Prediction::epsilon, {.name = sampler});
    const ExactScore source(target(), Prediction::epsilon);
    const auto states = trajectory(program, source, start_states(), 0, {0, kParticles});
    const std::vector<double>& at_end = states[static_cast<std::size_t>(steps) - 1];
    double sum = 0;
    for (std::size_t i = 0; i < reference.size(); ++i) sum += (at_end[i] - reference[i]) * (at_end[i] - reference[i]);
    return std::sqrt(sum / static_cast<double>(reference.size()));
}

/// log₂ of the ratio of errors between N and 2N steps, for two values of N.
std::vector<double> orders(const std::string& sampler) {
    const std::vector<double> reference = reference_states();
    std::vector<double> errors;
    for (const int steps : {160, 320, 640}) errors.push_back(error_at_end(sampler, steps, reference));
    return {std::log2(errors[0] / errors[1]), std::log2(errors[1] / errors[2])};
}

// The theory's order is the limit of small steps; at these the next order still shows in the second digit.
TEST(OrderOfAccuracy, DdimIsOne) {
    EXPECT_THAT(orders("ddim"), testing::Each(testing::DoubleNear(1, 0.1)));
}

TEST(OrderOfAccuracy, DpmSolverPlusPlus2MIsTwo) {
    EXPECT_THAT(orders("dpmpp_2m"), testing::Each(testing::DoubleNear(2, 0.2)));
}

}  // namespace
}  // namespace scorefield::diffusion
