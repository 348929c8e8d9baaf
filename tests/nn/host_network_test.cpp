// Networks on the host, on every instruction set, against the double-precision reference.
#include "nn/host_network.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

#include "base/random.hpp"
#include "nn/evaluate.hpp"
#include "nn/mlp.hpp"

namespace scorefield::nn {
namespace {

/// Every weight and bias drawn.
data::TensorMap random_tensors(const MlpConfig& config, std::uint64_t seed) {
    data::TensorMap tensors = initial_weights(config, seed, frequencies_of_levels(1000));
    std::uint32_t index = 0;
    for (auto& [name, tensor] : tensors) {
        if (name == "time.frequencies") continue;
        ++index;
        for (std::size_t i = 0; i < tensor.values.size(); ++i) {
            tensor.values[i] += 0.1F * base::normal(seed, static_cast<std::uint32_t>(i), 0, index, 77);
        }
    }
    return tensors;
}

NetworkGraph graph_of(const MlpConfig& config) {
    NetworkGraph network;
    network.values = build_network(network.graph, config, TimeRows::shared);
    return network;
}

TEST(HostNetwork, AgreesWithTheReferenceForAnyShapeOnEveryInstructionSet) {
    std::mt19937 random(3);
    const auto size = [&](std::size_t most) { return 1 + random() % most; };
    for (int trial = 0; trial < 24; ++trial) {
        const MlpConfig config = {.dim = trial % 6 == 0 ? size(40) : size(4),
                                  .width = trial % 5 == 0 ? 64 : size(90),
                                  .depth = size(4),
                                  .features = size(9)};
        const data::TensorMap tensors = random_tensors(config, static_cast<std::uint64_t>(trial));
        for (const base::InstructionSet set : base::runnable_instruction_sets()) {
            const HostNetwork network(graph_of(config), tensors, set);
            ASSERT_EQ(network.dim(), config.dim);
            const std::size_t rows = network.tile_rows();
            Matrix x(rows, config.dim);
            AlignedFloats input(config.dim * rows);
            for (std::size_t i = 0; i < rows; ++i) {
                for (std::size_t e = 0; e < config.dim; ++e) {
                    // Some particles are far out, where silu is 0 or x.
                    const float far = i % 7 == 3 ? 40.0F : 1.0F;
                    input[e * rows + i] =
                        far * base::normal(9, static_cast<std::uint32_t>(i), static_cast<std::uint32_t>(e), 0, 78);
                    x.at(i, e) = static_cast<double>(input[e * rows + i]);
                }
            }
            const double times[] = {0, 17, 999};
            const AlignedFloats table = network.make_rows(times);
            ASSERT_EQ(table.size(), 3 * network.row_floats());
            AlignedFloats scratch(network.scratch_floats(), std::numeric_limits<float>::quiet_NaN());
            for (std::size_t t = 0; t < 3; ++t) {
                AlignedFloats output(config.dim * rows + rows, std::numeric_limits<float>::quiet_NaN());
                network.evaluate(table.data() + t * network.row_floats(), input.data(), output.data(), scratch.data());

                NetworkGraph reference = graph_of(config);
                std::map<std::string, Matrix> parameters;
                Bindings bindings;
                for (const auto& [name, tensor] : tensors) parameters[name] = matrix_of(tensor);
                for (const auto& [name, matrix] : parameters) bindings[name] = &matrix;
                Matrix time(1, 1);
                time.at(0, 0) = times[t];
                bindings["x"] = &x;
                bindings["c_noise"] = &time;
                const Matrix expected = evaluate(reference.graph, bindings, {reference.values.output}).front();
                double largest = 0;
                for (const double value : expected.values) largest = std::max(largest, std::abs(value));
                for (std::size_t i = 0; i < rows; ++i) {
                    for (std::size_t e = 0; e < config.dim; ++e) {
                        ASSERT_NEAR(static_cast<double>(output[e * rows + i]), expected.at(i, e),
                                    4e-6 * std::max(1.0, largest))
                            << network.variant() << " dim " << config.dim << " width " << config.width;
                    }
                }
                for (std::size_t i = 0; i < rows; ++i) ASSERT_TRUE(std::isnan(output[config.dim * rows + i]));
            }
        }
    }
}

}  // namespace
}  // namespace scorefield::nn
