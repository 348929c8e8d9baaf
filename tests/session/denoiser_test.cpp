// What is predicted from a state, against the double-precision answers of targets and networks.
#include "session/denoiser.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "session/prepared_run.hpp"

namespace scorefield::session {
namespace {

constexpr std::uint32_t kParticles = 300;

std::shared_ptr<const model::Model> exact_model(const std::string& target, std::string_view process = "ddpm",
                                                diffusion::Prediction prediction = diffusion::Prediction::x0) {
    model::ModelSpec spec;
    spec.target = model::TargetSpec{.name = target, .argument = {}, .scaling = {}};
    spec.process.name = process;
    spec.prediction = prediction;
    return std::make_shared<const model::Model>(model::open_model(spec));
}

std::shared_ptr<const model::Model> learned_model(const std::string& name) {
    model::ModelSpec spec;
    spec.file = "assets/" + name + ".safetensors";
    return std::make_shared<const model::Model>(model::open_model(spec));
}

PreparedRun run_of(const model::Model& model, const std::string& sampler = "ddim") {
    sample::SamplingSpec spec;
    spec.sampler.name = sampler;
    spec.steps = 9;
    spec.particles = kParticles;
    return prepare_run(spec, model);
}

/// Normal draws with this deviation about 0, as single and as double precision.
struct States {
    States(std::size_t dim, double deviation, unsigned seed) : points{kParticles, dim, {}, {}, {}} {
        std::mt19937 random(seed);
        std::normal_distribution<double> normal(0, deviation);
        for (std::size_t i = 0; i < kParticles * dim; ++i) {
            points.values.push_back(static_cast<float>(normal(random)));
            exact.push_back(static_cast<double>(points.values.back()));
        }
    }

    data::Points points;
    std::vector<double> exact;
};

/// The exact answer in double precision for random states, wherever they are. The kernels work in single precision:
/// where the answer changes from one component to another, it has the error of an exponent, up to 100 there, times the
/// distance of the components, 14.
TEST(Denoiser, IsTheExactOneOfAMixtureForEveryProcessAndSampler) {
    for (const diffusion::ProcessInfo& process : diffusion::processes()) {
        for (const std::string sampler : {"ddim", "heun"}) {
            const auto model = exact_model("mixture_d", process.name);
            const PreparedRun run = run_of(*model, sampler);
            const Denoiser denoiser(model);
            const std::vector<RunState> states = run_states_of(run.program);
            for (const RunState& state : states) {
                const auto at = denoiser.evaluation(run.program, state);
                ASSERT_EQ(at.has_value(), !state.is_result) << process.name << " " << state.number;
                if (!at) continue;
                EXPECT_EQ(at->sigma, state.sigma);
                EXPECT_EQ(at->alpha, state.alpha);
                const States random(2, std::hypot(5 * state.alpha, state.sigma), 5);
                std::vector<double> expected(random.exact.size());
                model->target->denoise(random.exact, {state.alpha, state.sigma}, expected);
                const data::Points predicted = denoiser.predict(random.points, *at);
                ASSERT_EQ(predicted.count, kParticles);
                for (std::size_t i = 0; i < expected.size(); ++i) {
                    ASSERT_NEAR(static_cast<double>(predicted.values[i]), expected[i],
                                1e-3 + 1e-4 * std::abs(expected[i]))
                        << process.name << " " << sampler << " " << state.number;
                }
            }
        }
    }
}

/// Where nothing of the signal is left, the exact answer is the mean of the data.
TEST(Denoiser, IsTheMeanOfTheDataWithoutSignal) {
    const auto model = exact_model("mixture_d", "flow", diffusion::Prediction::velocity);
    const diffusion::AxisMoments moments = model->target->moments();
    const States random(2, 1, 2);
    const diffusion::Eval at = {.dst = 1, .t = 1, .alpha = 0, .sigma = 1, .c_skip = 0, .c_out = 1};
    const data::Points predicted = Denoiser(model).predict(random.points, at);
    for (std::size_t i = 0; i < predicted.values.size(); ++i) {
        EXPECT_NEAR(static_cast<double>(predicted.values[i]), moments.mean[i % 2], 1e-5);
    }
}

/// x_0 from the state and the network's output: the definition of epsilon, and Karras et al. 2022, table 1.
double x0_from(const diffusion::Parametrisation& parametrisation, const RunState& state, double x, double output) {
    if (parametrisation.prediction == diffusion::Prediction::epsilon) return (x - state.sigma * output) / state.alpha;
    EXPECT_EQ(parametrisation.prediction, diffusion::Prediction::edm);
    const double ratio = state.sigma / state.alpha;
    const double spread = std::hypot(ratio, parametrisation.sigma_data);
    const double kept = parametrisation.sigma_data / spread;
    return kept * kept * x / state.alpha + ratio * kept * output;
}

/// The network's output in double precision, turned into x_0 by the definition of its prediction. With epsilon, x_0 has
/// the rounding of the output times σ/α.
TEST(Denoiser, IsThatOfTheNetworkInDoublePrecision) {
    for (const std::string name : {"swiss_roll", "torus_knot"}) {
        const auto model = learned_model(name);
        const PreparedRun run = run_of(*model);
        const Denoiser denoiser(model);
        const std::unique_ptr<diffusion::ScoreSource> reference = model->host_score();
        for (const RunState& state : run_states_of(run.program)) {
            const auto at = denoiser.evaluation(run.program, state);
            ASSERT_EQ(at.has_value(), !state.is_result) << name;
            if (!at) continue;
            const States random(model->dim(), std::hypot(state.alpha, state.sigma), 7);
            std::vector<double> scaled = random.exact;
            for (double& value : scaled) value *= at->c_in;
            std::vector<double> output(scaled.size());
            reference->evaluate(scaled, *at, output);
            const data::Points predicted = denoiser.predict(random.points, *at);
            for (std::size_t i = 0; i < output.size(); ++i) {
                const double expected = x0_from(model->parametrisation, state, random.exact[i], output[i]);
                ASSERT_NEAR(static_cast<double>(predicted.values[i]), expected,
                            1e-4 * std::max(1.0, state.sigma / state.alpha))
                    << name << " " << state.number;
            }
        }
    }
}

TEST(Denoiser, StopsWhenItIsCancelled) {
    const auto model = exact_model("mixture_d");
    const States random(2, 1, 1);
    const auto at = Denoiser(model).evaluation(run_of(*model).program, {.t = 999, .alpha = 0.1, .sigma = 1});
    ASSERT_TRUE(at);
    struct Stopped {};
    EXPECT_THROW(Denoiser(model).predict(random.points, *at, [] { throw Stopped(); }), Stopped);
}

TEST(Denoiser, IsRefusedForProgramsWithoutAScore) {
    const auto model = exact_model("three_states");
    diffusion::Program program = run_of(*model).program;
    EXPECT_FALSE(prediction_refusal(*model, program));
    program.ops = {{0, diffusion::Blend{0, {{0, 1}}, {}}}};
    const auto refusal = prediction_refusal(*model, program);
    ASSERT_TRUE(refusal);
    EXPECT_NE(std::string(refusal->what()).find("`look.show`"), std::string::npos) << refusal->what();
}

}  // namespace
}  // namespace scorefield::session
