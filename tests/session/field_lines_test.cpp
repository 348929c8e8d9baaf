// Score fields and densities against closed forms and against the definitions of the flow.
#include "session/field_lines.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "base/error.hpp"
#include "diffusion/target_mixture.hpp"
#include "model/network_score.hpp"

namespace scorefield::session {
namespace {

using render::FieldKind;

std::shared_ptr<const model::Model> exact_model(const std::string& name, const std::string& process = "ddpm") {
    model::ModelSpec spec;
    spec.target = model::TargetSpec{.name = name, .argument = {}, .scaling = {}};
    spec.process.name = process;
    spec.prediction = diffusion::Prediction::x0;
    return std::make_shared<const model::Model>(model::open_model(spec));
}

std::shared_ptr<const model::Model> learned_model() {
    model::ModelSpec spec;
    spec.file = "assets/swiss_roll.safetensors";
    return std::make_shared<const model::Model>(model::open_model(spec));
}

/// The evaluation of a program at one time of the process.
diffusion::Eval evaluation_at(const model::Model& model, double t) {
    const diffusion::Marginal marginal = model.process->marginal(t);
    const diffusion::NetworkInput input = diffusion::network_input(model.parametrisation, {t, marginal, 1, t});
    return {.t = t, .alpha = marginal.alpha, .sigma = marginal.sigma, .c_in = input.c_in, .c_noise = input.c_noise};
}

/// The same where σ/α has this value.
diffusion::Eval evaluation_at_ratio(const model::Model& model, double ratio) {
    return evaluation_at(model, model.process->time_at(-std::log(ratio)));
}

const std::vector<double> kPoints = {0.3, -0.2, 1.4, 0.9, -2.2, 0.1, 4, -4, 0, 0, -5, -5.5};

/// ∇ log p of the mixture target mixture_d under noise: one fifth N((−5, −5), I), four fifths N((5, 5), I).
std::array<double, 2> mixture_d_score(double x, double y, const diffusion::Marginal& at) {
    const double variance = at.alpha * at.alpha + at.sigma * at.sigma;
    std::array<double, 2> weights{};
    const std::array<double, 2> means = {-5 * at.alpha, 5 * at.alpha};
    for (std::size_t k = 0; k < 2; ++k) {
        const double square = std::pow(x - means.at(k), 2) + std::pow(y - means.at(k), 2);
        weights.at(k) = (k == 0 ? 0.2 : 0.8) * std::exp(-square / (2 * variance));
    }
    const double mean = (weights[0] * means[0] + weights[1] * means[1]) / (weights[0] + weights[1]);
    return {(mean - x) / variance, (mean - y) / variance};
}

TEST(FieldSource, HasTheExactScoreOfAMixture) {
    const auto model = exact_model("mixture_d", "ve");
    const FieldSource source(model, {});
    for (const double ratio : {0.1, 3.0, 12.0}) {
        const diffusion::Eval at = evaluation_at_ratio(*model, ratio);
        ASSERT_NEAR(at.sigma, ratio, 1e-6 * ratio);
        const std::vector<double> scores = source.vectors(FieldKind::score, kPoints, at, {});
        for (std::size_t i = 0; i < kPoints.size(); i += 2) {
            const auto exact = mixture_d_score(kPoints[i], kPoints[i + 1], {at.alpha, at.sigma});
            const double size = std::hypot(exact[0], exact[1]);
            EXPECT_NEAR(scores[i], exact[0], 1e-9 * size);
            EXPECT_NEAR(scores[i + 1], exact[1], 1e-9 * size);
        }
    }
}

/// Particles of a Gaussian N(0, v) that follow the probability flow keep x/√(α²v + σ²); so dx/dλ is x times the rate
/// of that deviation's logarithm.
TEST(FieldSource, FlowKeepsQuantilesOfAGaussian) {
    for (const char* const name : {"ddpm", "vp", "ve", "edm", "flow", "subvp"}) {
        const auto model = exact_model("gaussian", name);
        const FieldSource source(model, {});
        const diffusion::NoiseProcess& process = *model->process;
        const diffusion::TimeRange times = process.times();
        const double t = times.discrete ? 400.5 : times.lowest_noisy + 0.4 * (times.highest - times.lowest_noisy);
        const diffusion::Eval at = evaluation_at(*model, t);
        constexpr double kStep = 1e-5;
        const auto log_deviation = [&](double time) {
            const diffusion::Marginal marginal = process.marginal(time);
            return 0.5 * std::log(marginal.alpha * marginal.alpha + marginal.sigma * marginal.sigma);
        };
        const double step = kStep * t;
        const double rate =
            (log_deviation(t + step) - log_deviation(t - step)) /
            (diffusion::log_snr(process.marginal(t + step)) - diffusion::log_snr(process.marginal(t - step)));
        const std::vector<double> flow = source.vectors(FieldKind::flow, kPoints, at, {});
        const std::vector<double> drift = source.vectors(FieldKind::drift, kPoints, at, {});
        const std::vector<double> score = source.vectors(FieldKind::score, kPoints, at, {});
        for (std::size_t i = 0; i < kPoints.size(); ++i) {
            EXPECT_NEAR(flow[i], rate * kPoints[i], 1e-6 * std::abs(kPoints[i])) << name;
            EXPECT_NEAR(drift[i] - flow[i], at.sigma * at.sigma * score[i], 1e-12 * std::abs(kPoints[i])) << name;
        }
    }
}

TEST(FieldSource, IsTheNetworksScoreLessThatOfTheDataWhereErrorsAreAsked) {
    const auto model = learned_model();
    data::Points data = {2, 0, {}};
    data.values = {-1, 0.5F, 1, -0.5F, 0.2F, 0.2F};
    data.dim = 2;
    data.count = 3;
    const FieldSource source(model, data);
    const diffusion::Eval at = evaluation_at(*model, 300);
    const std::vector<double> score = source.vectors(FieldKind::score, kPoints, at, {});
    const std::vector<double> error = source.vectors(FieldKind::error, kPoints, at, {});
    const diffusion::EmpiricalTarget exact(data.values, 2);
    std::vector<double> of_data(kPoints.size());
    exact.score(kPoints, {at.alpha, at.sigma}, of_data);
    for (std::size_t i = 0; i < kPoints.size(); ++i) EXPECT_NEAR(error[i], score[i] - of_data[i], 1e-9);
    // The network predicts the noise: s = −ε/σ.
    std::vector<double> noise(kPoints.size());
    model::NetworkScore(model->checkpoint->network, model->checkpoint->tensors, "test").evaluate(kPoints, at, noise);
    // The network in single precision.
    for (std::size_t i = 0; i < kPoints.size(); ++i) EXPECT_NEAR(score[i], -noise[i] / at.sigma, 1e-5 / at.sigma);
}

/// Without any signal d log α/dλ is 1: log σ stays while log α falls. Both end there, so that the flow is x + σ²s.
TEST(FieldSource, HasAFlowWhereNoSignalIsLeft) {
    for (const char* const name : {"flow", "ddpm"}) {
        model::ModelSpec spec;
        spec.target = model::TargetSpec{.name = "gaussian", .argument = {}, .scaling = {}};
        spec.process.name = name;
        if (name == std::string("ddpm")) spec.process.zero_snr = true;
        spec.prediction = diffusion::Prediction::x0;
        const auto model = std::make_shared<const model::Model>(model::open_model(spec));
        const FieldSource source(model, {});
        const double t = model->process->times().highest;
        const diffusion::Marginal end = model->process->marginal(t);
        ASSERT_EQ(end.alpha, 0) << name;
        const diffusion::Eval at = {.t = t, .alpha = end.alpha, .sigma = end.sigma, .c_in = 1, .c_noise = t};
        ASSERT_FALSE(source.refusal(FieldKind::flow, at)) << name;
        const std::vector<double> flow = source.vectors(FieldKind::flow, kPoints, at, {});
        const std::vector<double> score = source.vectors(FieldKind::score, kPoints, at, {});
        for (std::size_t i = 0; i < kPoints.size(); ++i) {
            EXPECT_NEAR(flow[i], kPoints[i] + end.sigma * end.sigma * score[i], 1e-12) << name;
        }
    }
}

TEST(FieldSource, RefusesFieldsThatAreNotDefined) {
    const auto exact = exact_model("mixture_d", "ve");
    const FieldSource source(exact, {});
    const diffusion::Eval at = evaluation_at_ratio(*exact, 3);
    EXPECT_THROW(source.require(FieldKind::error, at), base::Error) << "an exact score has no error";
    diffusion::Eval elsewhere = at;
    elsewhere.alpha = 0.5;
    EXPECT_THROW(source.require(FieldKind::flow, elsewhere), base::Error) << "no level of the process";
    EXPECT_NO_THROW(source.require(FieldKind::score, elsewhere));
    const FieldSource without_data(learned_model(), {});
    EXPECT_THROW(without_data.require(FieldKind::error, at), base::Error) << "nothing is known about the data";
}

TEST(FieldSource, ContoursEncloseTheirSharesOfAnExactDensity) {
    const auto model = exact_model("gaussian", "ve");
    const FieldSource source(model, {});
    const diffusion::Marginal at = {1, 2};
    const DensityGrid density = source.density(at, {{-3, -3}, {3, 3}}).value();
    // A Gaussian of variance v = 5 encloses a share p within r² = −2v·log(1 − p). 4 096 draws give the threshold of a
    // share p with deviation √(p/(1 − p)/4 096) in log density: 0.16 at 99%.
    for (std::size_t i = 0; i < kEnclosedShares.size(); ++i) {
        const double share = kEnclosedShares.at(i);
        const double exact = std::log(1 - share) - std::log(2 * std::numbers::pi * 5);
        EXPECT_NEAR(density.thresholds[i], exact, 4 * std::sqrt(share / (1 - share) / 4096));
    }
    EXPECT_NEAR(density.log_density.at(1, 2), -std::log(2 * std::numbers::pi * 5) - 0.5, 1e-3);
}

TEST(DataDensity, IsThatOfTheDataUnderNoise) {
    // Points of a standard Gaussian by its quantiles on a grid: under noise σ = 0.8, α = 0.6 a Gaussian of variance 1,
    // widened by the kernel's own (1.6e7 points ⁻¹ᐟ³·0.36 = 0.0014).
    data::Points points;
    points.dim = 2;
    constexpr int kSide = 126;
    const auto quantile = [](double p) {
        double z = 0;
        for (int i = 0; i < 60; ++i) {
            z -= (0.5 * std::erfc(-z / std::numbers::sqrt2) - p) * std::sqrt(2 * std::numbers::pi) *
                 std::exp(0.5 * std::min(z * z, 8.0)) * 0.5;
        }
        return z;
    };
    for (int i = 0; i < kSide; ++i) {
        for (int k = 0; k < kSide; ++k) {
            points.values.push_back(static_cast<float>(quantile((i + 0.5) / kSide)));
            points.values.push_back(static_cast<float>(quantile((k + 0.5) / kSide)));
        }
    }
    points.count = kSide * kSide;
    const DensityGrid density = DataDensity(points, DataDensity::Kind::draws).at({0.6, 0.8});
    for (const auto& [x, y] : {std::array{0.0, 0.0}, {0.7, -0.3}, {-1.5, 1}}) {
        const double exact = -std::log(2 * std::numbers::pi) - 0.5 * (x * x + y * y);
        EXPECT_NEAR(density.log_density.at(x, y), exact, 0.03) << x << ' ' << y;
    }
    for (std::size_t i = 0; i < kEnclosedShares.size(); ++i) {
        EXPECT_NEAR(density.thresholds[i], std::log(1 - kEnclosedShares.at(i)) - std::log(2 * std::numbers::pi), 0.06);
    }
}

TEST(DataDensity, OfExactPointsIsTheirMixture) {
    const data::Points points = {3, 2, {-1, 0.5F, 1, -0.5F, 0.2F, 0.2F}};
    const DensityGrid density = DataDensity(points, DataDensity::Kind::exact).at({0.9, 0.4});
    const diffusion::EmpiricalTarget exact(points.values, 2);
    const std::vector<double> places = {0.2, 0.1, -0.9, 0.5, 1.5, -1.2};
    const std::vector<double> expected = exact.log_density(places, {0.9, 0.4});
    // Cells are a seventeenth as wide as the kernel; points are shared by four of them.
    for (std::size_t i = 0; i < expected.size(); ++i) {
        EXPECT_NEAR(density.log_density.at(places[2 * i], places[2 * i + 1]), expected[i], 0.01);
    }
}

TEST(FieldLines, PointAlongTheScoreAtTheirMiddle) {
    const auto model = exact_model("mixture_d", "ve");
    FieldLinesQuestion question;
    question.source = std::make_shared<const FieldSource>(model, data::Points());
    question.at = evaluation_at_ratio(*model, 4);
    question.camera.half_height = 9;
    question.extent = {640, 360};
    question.field = FieldKind::score;
    const auto drawing = field_lines(question);
    ASSERT_GT(drawing->lines.size(), 300U);
    ASSERT_TRUE(drawing->legend);
    EXPECT_EQ(drawing->legend->title, "|score|");
    for (std::size_t i = 0; i < drawing->lines.size(); i += 3) {
        const render::WorldLine& shaft = drawing->lines[i];
        const std::array along = {shaft.to[0] - shaft.from[0], shaft.to[1] - shaft.from[1]};
        const auto exact = mixture_d_score((shaft.from[0] + shaft.to[0]) / 2, (shaft.from[1] + shaft.to[1]) / 2,
                                           {question.at.alpha, question.at.sigma});
        const double sine = (along[0] * exact[1] - along[1] * exact[0]) /
                            (std::hypot(along[0], along[1]) * std::hypot(exact[0], exact[1]));
        EXPECT_NEAR(sine, 0, 1e-9);
        EXPECT_GT(along[0] * exact[0] + along[1] * exact[1], 0);
    }
}

TEST(FieldLines, HaveContoursWithTheirKey) {
    const auto model = exact_model("gaussian", "ve");
    FieldLinesQuestion question;
    question.source = std::make_shared<const FieldSource>(model, data::Points());
    question.at = evaluation_at_ratio(*model, 1);
    question.density = {question.at.alpha, question.at.sigma};
    question.camera.half_height = 6;
    question.extent = {600, 600};
    question.contours = true;
    const auto drawing = field_lines(question);
    ASSERT_EQ(drawing->keys, std::vector<std::string>{"contours enclose 50, 80, 95, 99% of the probability"});
    EXPECT_FALSE(drawing->legend);
    // Circles, the outermost one at r² = −2·2·log(0.01) = 18.4.
    double largest = 0;
    for (const render::WorldLine& line : drawing->lines)
        largest = std::max(largest, std::hypot(line.to[0], line.to[1]));
    EXPECT_NEAR(largest, std::sqrt(18.42), 0.35);
    // Final samples: the data's, at r² = −2·log(0.01) = 9.21.
    question.density = {1, 0};
    double of_data = 0;
    for (const render::WorldLine& line : field_lines(question)->lines) {
        of_data = std::max(of_data, std::hypot(line.to[0], line.to[1]));
    }
    EXPECT_NEAR(of_data, std::sqrt(9.21), 0.25);
}

}  // namespace
}  // namespace scorefield::session
