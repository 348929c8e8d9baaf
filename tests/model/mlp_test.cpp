#include "nn/mlp.hpp"

#include <gmock/gmock.h>

#include <cmath>
#include <random>
#include <set>

#include "model/network_score.hpp"
#include "nn/evaluate.hpp"
#include "nn/ops/linear/linear.hpp"

namespace scorefield::model {
namespace {

/// Weights that are all different from zero.
data::TensorMap random_weights(const nn::MlpConfig& config, unsigned seed) {
    data::TensorMap tensors = nn::initial_weights(config, seed, nn::frequencies_of_levels(99));
    std::mt19937 random(seed);
    std::uniform_real_distribution<float> uniform(-0.5F, 0.5F);
    for (auto& [name, tensor] : tensors) {
        if (name == "time.frequencies") continue;
        for (float& value : tensor.values) value = uniform(random);
    }
    return tensors;
}

/// The formula of nn/mlp.hpp written out, one particle at a time.
std::vector<double> direct(const nn::MlpConfig& config, const data::TensorMap& tensors, const std::vector<double>& x,
                           double c_noise) {
    const auto at = [&](const std::string& name, std::size_t i) {
        return static_cast<double>(tensors.at(name).values.at(i));
    };
    std::vector<double> e;
    for (std::size_t f = 0; f < config.features; ++f) e.push_back(std::sin(c_noise * at("time.frequencies", f)));
    for (std::size_t f = 0; f < config.features; ++f) e.push_back(std::cos(c_noise * at("time.frequencies", f)));
    std::vector<double> h = x;
    for (std::size_t layer = 0; layer <= config.depth; ++layer) {
        const std::string name = layer == 0 ? "input" : "hidden." + std::to_string(layer - 1);
        std::vector<double> next;
        for (std::size_t o = 0; o < config.width; ++o) {
            double sum = at(name + ".bias", o);
            for (std::size_t i = 0; i < h.size(); ++i) sum += at(name + ".weight", o * h.size() + i) * h[i];
            for (std::size_t i = 0; i < e.size(); ++i) sum += at(name + ".time", o * e.size() + i) * e[i];
            next.push_back(sum / (1 + std::exp(-sum)));
        }
        h = next;
    }
    std::vector<double> result;
    for (std::size_t o = 0; o < config.dim; ++o) {
        double sum = at("output.bias", o);
        for (std::size_t i = 0; i < h.size(); ++i) sum += at("output.weight", o * h.size() + i) * h[i];
        result.push_back(sum);
    }
    return result;
}

TEST(Mlp, IsTheFormulaOfTheMethods) {
    for (const nn::MlpConfig config : {nn::MlpConfig{}, nn::MlpConfig{1, 5, 0, 1}, nn::MlpConfig{3, 20, 2, 7}}) {
        const data::TensorMap tensors = random_weights(config, 4);
        const NetworkScore score(config, tensors, "test");
        ASSERT_EQ(score.dim(), static_cast<int>(config.dim));
        std::mt19937 random(1);
        std::normal_distribution<double> normal;
        std::vector<double> x(600 * config.dim);  // several chunks
        for (double& value : x) value = normal(random);
        std::vector<double> out(x.size(), std::nan(""));
        score.evaluate(x, {.c_noise = 37}, out);
        for (std::size_t i = 0; i < 600; ++i) {
            const auto begin = x.begin() + static_cast<std::ptrdiff_t>(i * config.dim);
            const auto expected = direct(config, tensors, {begin, begin + static_cast<std::ptrdiff_t>(config.dim)}, 37);
            // Two orders of summing some 200 doubles of order one.
            for (std::size_t c = 0; c < config.dim; ++c) ASSERT_NEAR(out[i * config.dim + c], expected[c], 1e-12);
        }
    }
}

std::map<std::string, nn::Matrix> matrices_of(const nn::MlpConfig& config, const data::TensorMap& tensors) {
    std::map<std::string, nn::Matrix> matrices;
    for (const nn::TensorSpec& spec : nn::tensors_of(config)) {
        nn::Matrix& matrix = matrices[spec.name] = nn::Matrix(value_shape(spec).rows(), value_shape(spec).columns());
        std::ranges::copy(tensors.at(spec.name).values, matrix.values.begin());
    }
    return matrices;
}

nn::Bindings bind(const std::map<std::string, nn::Matrix>& matrices) {
    nn::Bindings bindings;
    for (const auto& [name, matrix] : matrices) bindings[name] = &matrix;
    return bindings;
}

TEST(Mlp, GivesTheSameWithTimePerParticle) {
    const nn::MlpConfig config = {2, 16, 2, 4};
    const data::TensorMap tensors = random_weights(config, 9);
    const std::map<std::string, nn::Matrix> matrices = matrices_of(config, tensors);
    nn::Bindings bindings = bind(matrices);
    nn::Graph graph;
    const nn::NetworkValues network = nn::build_network(graph, config, nn::TimeRows::per_particle);
    nn::Matrix x(3, 2);
    x.values = {0.1, -0.4, 1.5, 2.5, -3, 0.7};
    nn::Matrix time(3, 1);
    time.values = {0, 12, 99};
    bindings["x"] = &x;
    bindings["c_noise"] = &time;
    const nn::Matrix result = nn::evaluate(graph, bindings, {network.output}).front();
    for (std::size_t i = 0; i < 3; ++i) {
        const auto expected = direct(config, tensors, {x.at(i, 0), x.at(i, 1)}, time.at(i, 0));
        for (std::size_t c = 0; c < 2; ++c) EXPECT_NEAR(result.at(i, c), expected[c], 1e-12);
    }
}

TEST(Mlp, AnswersForOneClassAsTheNetworkThatIsToldIt) {
    const nn::MlpConfig config = {2, 16, 2, 4, 3};
    const data::TensorMap tensors = random_weights(config, 9);
    const std::map<std::string, nn::Matrix> matrices = matrices_of(config, tensors);
    nn::Bindings bindings = bind(matrices);
    nn::Graph graph;
    const nn::NetworkValues network = nn::build_network(graph, config, nn::TimeRows::per_particle);
    nn::Matrix x(3, 2);
    x.values = {0.1, -0.4, 1.5, 2.5, -3, 0.7};
    nn::Matrix time(3, 1);
    time.values = {0, 12, 99};
    nn::Matrix label(3, 3);
    label.values = {0, 0, 1, 1, 0, 0, 0, 0, 0};
    bindings["x"] = &x;
    bindings["c_noise"] = &time;
    bindings["label"] = &label;
    const nn::Matrix result = nn::evaluate(graph, bindings, {network.output}).front();
    const std::optional<std::size_t> classes[] = {2, 0, std::nullopt};
    const nn::MlpConfig plain = {2, 16, 2, 4};
    for (std::size_t i = 0; i < 3; ++i) {
        const data::TensorMap of_class = nn::weights_of_class(tensors, config, classes[i]);
        EXPECT_EQ(of_class.size(), nn::tensors_of(plain).size());
        const auto expected = direct(plain, of_class, {x.at(i, 0), x.at(i, 1)}, time.at(i, 0));
        // The sum of two biases is rounded to single precision once.
        for (std::size_t c = 0; c < 2; ++c) EXPECT_NEAR(result.at(i, c), expected[c], 1e-6);
    }
}

TEST(Mlp, SharesEverythingThatDependsOnTimeAlone) {
    nn::Graph graph;
    const nn::NetworkValues network = nn::build_network(graph, {2, 64, 3, 32}, nn::TimeRows::shared);
    EXPECT_FALSE(graph.node(network.output).shared());
    std::size_t per_particle = 0;
    for (const nn::Node& node : graph.nodes()) {
        if (node.kind != nn::NodeKind::input && !node.shared()) ++per_particle;
        const bool layer = node.operation == &nn::kLinear && !node.shared();
        EXPECT_TRUE(!layer || graph.node(node.operands[2]).shared());
    }
    EXPECT_EQ(per_particle, 9U);  // four layers of linear and silu, and the output
}

TEST(Mlp, InputGainScalesTheFirstLayersWeightsOnly) {
    for (const std::size_t dim : {std::size_t{1}, std::size_t{3}}) {
        const nn::MlpConfig config = {.dim = dim, .width = 7, .depth = 2};
        const data::TensorMap plain = nn::initial_weights(config, 5, nn::frequencies_of_levels(999));
        const data::TensorMap scaled = nn::initial_weights(config, 5, nn::frequencies_of_levels(999), 4);
        for (const auto& [name, tensor] : plain) {
            const float factor = name == "input.weight" ? 4 : 1;
            for (std::size_t i = 0; i < tensor.values.size(); ++i) {
                EXPECT_FLOAT_EQ(scaled.at(name).values[i], factor * tensor.values[i]) << name;
            }
        }
    }
}

TEST(Mlp, StartsFromReproducibleBoundedWeights) {
    const nn::MlpConfig config;
    const data::TensorMap tensors = nn::initial_weights(config, 5, nn::frequencies_of_levels(999));
    EXPECT_EQ(tensors, nn::initial_weights(config, 5, nn::frequencies_of_levels(999)));
    EXPECT_NE(tensors, nn::initial_weights(config, 6, nn::frequencies_of_levels(999)));
    const std::vector<float>& frequencies = tensors.at("time.frequencies").values;
    EXPECT_FLOAT_EQ(frequencies.front(), 1.0F);
    EXPECT_NEAR(static_cast<double>(frequencies.back()) * 999, 1.5707963, 1e-5);  // a quarter turn
    const std::vector<float>& hidden = tensors.at("hidden.1.weight").values;
    double square = 0;
    for (const float value : hidden) {
        ASSERT_LE(std::abs(value), 0.125F);  // 1/√64
        square += static_cast<double>(value) * static_cast<double>(value);
    }
    // Variance of a uniform in ±1/8 is 1/192; 4096 draws estimate it to 1.4%.
    EXPECT_NEAR(square / static_cast<double>(hidden.size()), 1.0 / 192, 0.06 / 192);
    EXPECT_NE(tensors.at("hidden.0.weight"), tensors.at("hidden.1.weight"));
}

TEST(Architecture, IsKnownByItsNameAndTakesSizes) {
    std::optional<Architecture> network = architecture_named("mlp");
    ASSERT_TRUE(network);
    EXPECT_EQ(*network, Architecture(nn::MlpConfig{}));
    EXPECT_EQ(name_of(*network), "mlp");
    for (const nn::NetworkSize& size : sizes_of(*network)) {
        if (size.name == "width") *size.value = 7;
    }
    EXPECT_EQ(for_points(*network, 5, 3), Architecture(nn::MlpConfig{.dim = 5, .width = 7, .classes = 3}));
    EXPECT_FALSE(architecture_named("MLP"));
}

}  // namespace
}  // namespace scorefield::model
