// Mixtures from files and the targets that have a name.
#include "diffusion/target_file.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <cmath>
#include <numbers>

#include "diffusion/targets.hpp"
#include "support.hpp"

namespace scorefield::diffusion {
namespace {

using testing::DoubleNear;
using testing::ElementsAre;
using testing::HasSubstr;
using testing_support::error_of;

std::string refusal(const std::string& text) {
    std::string error = error_of([&] { mixture_from_json(text, "m.json"); });
    EXPECT_EQ(error.find('\n'), std::string::npos) << error;
    return error;
}

// The textbook's density of what the file says: 0.25·N(1, 0.5²) + 0.75·N(−2, 3²) at 0.
TEST(MixtureFile, ReadsSigmas) {
    const GaussianMixture mixture =
        mixture_from_json(R"({"weights": [0.25, 0.75], "means": [[1], [-2]], "sigmas": [0.5, 3]})", "m.json");
    const double expected = 0.25 / 0.5 * std::exp(-2) + 0.75 / 3 * std::exp(-4.0 / 18);
    EXPECT_NEAR(mixture.log_density(std::vector{0.0}, {})[0], std::log(expected / std::sqrt(2 * M_PI)), 1e-14);
}

// The density at the mean of N(μ, Σ) is 1/(2π√det Σ), det = 2·0.5 − 0.36; its score elsewhere −Σ⁻¹(x − μ).
TEST(MixtureFile, ReadsCovariances) {
    const GaussianMixture mixture =
        mixture_from_json(R"({"weights": [1], "means": [[1, 2]], "covariances": [[[2, 0.6], [0.6, 0.5]]]})", "m.json");
    EXPECT_NEAR(mixture.log_density(std::vector{1.0, 2.0}, {})[0], -std::log(2 * M_PI * 0.8), 1e-14);
    std::vector<double> score(2);
    mixture.score(std::vector{2.0, 2.0}, {}, score);
    EXPECT_THAT(score, ElementsAre(DoubleNear(-0.5 / 0.64, 1e-13), DoubleNear(0.6 / 0.64, 1e-13)));
}

// In five dimensions, sigmas and diagonal covariances describe the same mixture. Expected: the log density of N(0, 4)
// at 1, five times.
TEST(MixtureFile, ReadsMoreThanThreeDimensions) {
    const GaussianMixture round =
        mixture_from_json(R"({"weights":[1],"means":[[0,0,0,0,0]],"sigmas":[2]})", "round.json");
    const GaussianMixture full = mixture_from_json(
        R"({"weights":[1],"means":[[0,0,0,0,0]],"covariances":[[[4,0,0,0,0],[0,4,0,0,0],[0,0,4,0,0],[0,0,0,4,0],[0,0,0,0,4]]]})",
        "full.json");
    const std::vector<double> x(5, 1.0);
    const double expected = -5.0 / 8 - 2.5 * std::log(2 * std::numbers::pi * 4);
    EXPECT_NEAR(round.log_density(x, {})[0], expected, 1e-13);
    EXPECT_EQ(full.log_density(x, {})[0], round.log_density(x, {})[0]);
}

TEST(MixtureFile, DividesWeightsByTheirSum) {
    const GaussianMixture mixture =
        mixture_from_json(R"({"weights": [0.333, 0.333, 0.333], "means": [[1], [-2], [0]], "sigmas": [1, 2, 3]})", "m");
    for (const auto& component : mixture.components()) EXPECT_NEAR(component.weight, 1.0 / 3, 1e-15);
    mixture_from_json(R"({"weights": [0.5, 0.501], "means": [[1], [-2]], "sigmas": [1, 2]})", "m");
}

// A product in single precision and its transposed: 0.6 differs in its last digits.
TEST(MixtureFile, TakesCovariancesThatAreSymmetricButForRounding) {
    const GaussianMixture mixture = mixture_from_json(
        R"({"weights": [1], "means": [[1, 2]], "covariances": [[[2, 0.60000008], [0.59999996, 0.5]]]})", "m.json");
    EXPECT_NEAR(mixture.log_density(std::vector{1.0, 2.0}, {})[0], -std::log(2 * M_PI * 0.8), 1e-7);
    std::vector<double> score(2);
    mixture.score(std::vector{2.0, 3.0}, {}, score);
    EXPECT_NEAR(score[0], -(0.5 - 0.6) / 0.64, 1e-6);
    EXPECT_NEAR(score[1], -(2 - 0.6) / 0.64, 1e-6);
}

TEST(MixtureFile, TakesThousandsOfComponentsAndThinOnes) {
    std::string weights, means, covariances;
    for (int k = 0; k < 3000; ++k) {
        const char* comma = k == 0 ? "" : ",";
        weights += fmt::format("{}{:.17g}", comma, 1.0 / 3000);
        means += fmt::format("{}[{},0,1]", comma, k);
        covariances += fmt::format("{}[[1,0,0],[0,1e-14,0],[0,0,2]]", comma);
    }
    const GaussianMixture mixture = mixture_from_json(
        fmt::format(R"({{"weights":[{}],"means":[{}],"covariances":[{}]}})", weights, means, covariances), "m.json");
    EXPECT_EQ(mixture.components().size(), 3000U);
    EXPECT_EQ(mixture.dim(), 3);
    EXPECT_EQ(mixture.components()[7].mean[0], 7);
    EXPECT_EQ(mixture.components()[7].variances[1], 1e-14);
}

TEST(MixtureFile, NamesWhatScikitLearnHasOtherwise) {
    for (const char* name : {"weights_", "means_", "covariances_"}) {
        std::string text = R"({"weights":[1],"means":[[0]],"covariances":[[[1]]]})";
        const std::string plain = std::string(name).substr(0, std::string(name).size() - 1);
        text.replace(text.find(plain), plain.size(), name);
        EXPECT_THAT(refusal(text),
                    HasSubstr(fmt::format("(m.json: {}): unknown field; name the fields weights", name)));
    }
    EXPECT_THAT(refusal(R"({"weights":[1],"means":[[0]],"covariances":[[[1]]],"covariance_type":"full"})"),
                HasSubstr("(m.json: covariance_type): unknown field; name the fields weights, means and covariances"));
    // spherical, diag, tied
    EXPECT_THAT(refusal(R"({"weights":[0.5,0.5],"means":[[0,0],[1,1]],"covariances":[1,2]})"),
                HasSubstr("(m.json: covariances[0]): not a matrix; give a full matrix for each component"));
    EXPECT_THAT(refusal(R"({"weights":[0.5,0.5],"means":[[0,0],[1,1]],"covariances":[[1,2],[2,1]]})"),
                HasSubstr("(m.json: covariances[0]): not a matrix; give a full matrix for each component"));
    EXPECT_THAT(refusal(R"({"weights":[1],"means":[[0,0]],"covariances":[[1,0],[0,1]]})"),
                HasSubstr("(m.json: covariances): 2 entries for 1 weights; give a full matrix for each component"));
}

TEST(MixtureFile, RefusesWhatIsNoMixtureAndNamesThePlace) {
    EXPECT_THAT(refusal("{"), HasSubstr("invalid Gaussian mixture (m.json): parse error"));
    EXPECT_THAT(refusal("[]"), HasSubstr("(m.json): not an object"));
    EXPECT_THAT(refusal(R"({"weights":[1],"means":[[0]],"sigma":[1]})"), HasSubstr("(m.json: sigma): unknown field"));
    EXPECT_THAT(refusal(R"({"means":[[0]],"sigmas":[1]})"), HasSubstr("field 'weights' is missing"));
    EXPECT_THAT(refusal(R"({"weights":[1],"sigmas":[1]})"), HasSubstr("field 'means' is missing"));
    EXPECT_THAT(refusal(R"({"weights":[1],"means":[[0]]})"), HasSubstr("neither sigmas nor covariances"));
    EXPECT_THAT(refusal(R"({"weights":[1],"means":[[0]],"sigmas":[1],"covariances":[[[1]]]})"),
                HasSubstr("both sigmas and covariances"));

    EXPECT_THAT(refusal(R"({"weights":1,"means":[[0]],"sigmas":[1]})"), HasSubstr("(m.json: weights): not an array"));
    EXPECT_THAT(refusal(R"({"weights":[],"means":[],"sigmas":[]})"), HasSubstr("weights): there is no component"));
    EXPECT_THAT(refusal(R"({"weights":[0.5,0.498],"means":[[0],[1]],"sigmas":[1,1]})"),
                HasSubstr("weights): the weights sum to 0.998"));
    EXPECT_THAT(refusal(R"({"weights":[1.5,-0.5],"means":[[0],[1]],"sigmas":[1,1]})"),
                HasSubstr("weights[1]): not positive"));
    EXPECT_THAT(refusal(R"({"weights":[1,0],"means":[[0],[1]],"sigmas":[1,1]})"),
                HasSubstr("weights[1]): not positive"));
    EXPECT_THAT(refusal(R"({"weights":["1"],"means":[[0]],"sigmas":[1]})"), HasSubstr("weights[0]): not a number"));
    EXPECT_THAT(refusal(R"({"weights":[1],"means":[[NaN]],"sigmas":[1]})"), HasSubstr("m.json): parse error"));
    EXPECT_THAT(refusal(R"({"weights":[1],"means":[[null]],"sigmas":[1]})"), HasSubstr("means[0][0]): not a number"));
    EXPECT_THAT(refusal(R"({"weights":[1],"means":[[1e999]],"sigmas":[1]})"), HasSubstr("m.json): number overflow"));

    EXPECT_THAT(refusal(R"({"weights":[0.5,0.5],"means":[[0]],"sigmas":[1,1]})"),
                HasSubstr("means): 1 entries for 2 weights"));
    EXPECT_THAT(refusal(R"({"weights":[0.5,0.5],"means":[[0],[0,1]],"sigmas":[1,1]})"),
                HasSubstr("means[1]): 2 coordinates where the first mean has 1"));
    EXPECT_THAT(refusal(R"({"weights":[1],"means":[[]],"sigmas":[1]})"), HasSubstr("0 dimensions"));
    std::string zeros = "0";
    for (int i = 0; i < 4096; ++i) zeros += ",0";
    EXPECT_THAT(refusal(R"({"weights":[1],"means":[[)" + zeros + R"(]],"sigmas":[1]})"),
                HasSubstr("4097 dimensions are not 1 … 4096"));
    EXPECT_THAT(refusal(R"({"weights":[1],"means":[0],"sigmas":[1]})"), HasSubstr("means[0]): not an array"));
    EXPECT_THAT(refusal(R"({"weights":[1],"means":[[2e12]],"sigmas":[1]})"), HasSubstr("means[0][0]): not within"));

    EXPECT_THAT(refusal(R"({"weights":[0.5,0.5],"means":[[0],[1]],"sigmas":[1]})"),
                HasSubstr("sigmas): 1 entries for 2 weights"));
    EXPECT_THAT(refusal(R"({"weights":[1],"means":[[0]],"sigmas":[0]})"), HasSubstr("sigmas[0]): not positive"));
    EXPECT_THAT(refusal(R"({"weights":[1],"means":[[0]],"sigmas":[1e-200]})"), HasSubstr("sigmas[0]): a standard dev"));
    EXPECT_THAT(refusal(R"({"weights":[1],"means":[[0]],"covariances":[1]})"),
                HasSubstr("covariances[0]): not a matrix"));
    EXPECT_THAT(refusal(R"({"weights":[1],"means":[[0,0]],"covariances":[[[1]]]})"),
                HasSubstr("covariances[0]): not 2 x 2"));
    EXPECT_THAT(refusal(R"({"weights":[1],"means":[[0,0]],"covariances":[[[1,0],[0]]]})"),
                HasSubstr("covariances[0][1]): 1 entries, not 2"));
    EXPECT_THAT(refusal(R"({"weights":[1],"means":[[0,0]],"covariances":[[[1,0.5],[0.4,1]]]})"),
                HasSubstr("covariances[0]): not symmetric: entries [1][0] and [0][1] differ"));
    EXPECT_THAT(refusal(R"({"weights":[1],"means":[[0,0]],"covariances":[[[1,2],[2,1]]]})"),
                HasSubstr("covariances[0]): not positive definite: it has the eigenvalue -1"));
    EXPECT_THAT(refusal(R"({"weights":[1],"means":[[0,0]],"covariances":[[[0.3,0.1],[0.9,0.3]]]})"),
                HasSubstr("not symmetric"));
    EXPECT_THAT(refusal(R"({"weights":[1],"means":[[0,0]],"covariances":[[[0.9,0.3],[0.3,0.1]]]})"),
                HasSubstr("not positive definite"));  // singular but for rounding
    EXPECT_THAT(refusal(R"({"weights":[1],"means":[[0,0]],"covariances":[[[0,0],[0,0]]]})"),
                HasSubstr("not positive definite"));
}

// 2 000 000 numbers are a full matrix of 1414 dimensions.
TEST(MixtureFile, NamesTheLimitOfCovariancesThatAreTooLarge) {
    std::string row = "0";
    for (int i = 1; i < 1500; ++i) row += ",0";
    std::string matrix = "[" + row + "]";
    for (int i = 1; i < 1500; ++i) matrix += ",[" + row + "]";
    EXPECT_THAT(refusal(R"({"weights":[1],"means":[[)" + row + R"(]],"covariances":[[)" + matrix + "]]}"),
                HasSubstr("(m.json): it holds more than 2000000 values; one full covariance may have about 1414 x 1414 "
                          "entries: give sigmas, or fewer dimensions or components"));
}

TEST(MixtureFile, RefusesMoreComponentsThanItsBound) {
    std::string weights = "0";
    for (std::size_t k = 0; k < kMaxComponents; ++k) weights += ",0";
    EXPECT_THAT(refusal(R"({"weights":[)" + weights + R"(],"means":[],"sigmas":[]})"),
                HasSubstr("weights): 100001 components are more than 100000"));
}

TEST(Targets, OpenByName) {
    for (const TargetInfo& info : targets()) {
        TargetInput input;
        const std::vector<float> points = {1, 2, 3, 4};
        if (info.name == "gmm") {
            input = {.text = R"({"weights":[1],"means":[[0]],"sigmas":[1]})", .where = "m.json"};
        }
        if (info.name == "empirical") input = {.points = points, .dim = 2};
        const std::unique_ptr<Target> target = open_target({.name = std::string(info.name)}, input);
        EXPECT_EQ(target->name(), info.name);
        EXPECT_EQ(&target_info(info.name), &info);
    }
    EXPECT_THAT(error_of([] { open_target({.name = "mixture_e"}); }), HasSubstr("did you mean 'mixture_"));
    EXPECT_THAT(error_of([] { open_target({.variance = 0}); }), HasSubstr("(`target.variance`): 0 is not within"));
    EXPECT_THAT(error_of([] { open_target({.variance = NAN}); }), HasSubstr("(`target.variance`)"));
    EXPECT_THAT(error_of([] { open_target({.dim = 4097}); }), HasSubstr("(`dim`): 4097 is not within 1 … 4096"));
    EXPECT_THAT(error_of([] { open_target({.name = "empirical"}, {.dim = 2}); }), HasSubstr("there are none"));
    EXPECT_THAT(error_of([] { open_target({.name = "gmm"}, {.where = "m.json"}); }), HasSubstr("(m.json)"));
}

// D of N(0, v) is αv/(α²v + σ²)·x, in every coordinate.
TEST(Targets, GaussianHasItsVarianceAndDimension) {
    const std::unique_ptr<Target> target = open_target({.variance = 0.01, .dim = 3});
    ASSERT_EQ(target->dim(), 3);
    std::vector<double> out(3);
    target->denoise(std::vector{1.0, -2.0, 0.5}, {1, 0.5}, out);
    const double gain = 0.01 / 0.26;
    EXPECT_THAT(out, ElementsAre(DoubleNear(gain, 1e-15), DoubleNear(-2 * gain, 1e-15), DoubleNear(gain / 2, 1e-15)));
}

/// Weights, means and standard deviations of round components in one line.
std::string described(const std::string& name) {
    const std::unique_ptr<Target> target = open_target({.name = name});
    std::string text = std::to_string(target->dim()) + "-D";
    for (const auto& component : dynamic_cast<const GaussianMixture&>(*target).components()) {
        text += fmt::format(" {:g} N({:g};{:g})", component.weight, fmt::join(component.mean, ","),
                            std::sqrt(component.variances[0]));
        if (target->dim() == 2) {
            EXPECT_EQ(component.variances[0], component.variances[1]);
        }
    }
    return text;
}

// The parameters of the literature: mixtures (a) to (d) of the methods' list.
TEST(Targets, BuiltInMixturesHaveTheirPublishedParameters) {
    EXPECT_EQ(described("mixture_a"), "1-D 0.3 N(-2;0.2) 0.7 N(2;1)");
    EXPECT_EQ(described("mixture_b"), "1-D 0.6 N(2;0.5) 0.4 N(-2;0.2)");
    EXPECT_EQ(described("mixture_c"), "1-D 0.5 N(-3;1) 0.5 N(3;1)");
    EXPECT_EQ(described("mixture_d"), "2-D 0.2 N(-5,-5;1) 0.8 N(5,5;1)");
}

// Its moments by summing over components: means weighted, covariances and spread of means added.
TEST(Targets, TheTreeIsAThousandThinGaussiansInStandardUnits) {
    const std::unique_ptr<Target> target = open_target({.name = "tree"});
    const auto components = dynamic_cast<const GaussianMixture&>(*target).components();
    EXPECT_EQ(components.size(), 1023U);
    double mean[2] = {}, square = 0, thinnest = 1, roundest = 0;
    for (const auto& component : components) {
        for (std::size_t e = 0; e < 2; ++e) {
            mean[e] += component.weight * component.mean[e];
            square += component.weight * (component.mean[e] * component.mean[e] + component.variances[e]);
        }
        const double along = std::sqrt(std::max(component.variances[0], component.variances[1]));
        const double across = std::sqrt(std::min(component.variances[0], component.variances[1]));
        thinnest = std::min(thinnest, across);
        roundest = std::max(roundest, across / along);
    }
    EXPECT_NEAR(mean[0], 0, 1e-12);
    EXPECT_NEAR(mean[1], 0, 1e-12);
    EXPECT_NEAR(square / 2, 1, 1e-12);
    EXPECT_LT(thinnest, 0.005);
    EXPECT_LT(roundest, 0.25);
}

}  // namespace
}  // namespace scorefield::diffusion
