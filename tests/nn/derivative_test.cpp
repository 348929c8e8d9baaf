#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>

#include "nn/evaluate.hpp"
#include "nn/forward.hpp"
#include "nn/mean.hpp"
#include "nn/operation_cases.hpp"
#include "nn/ops/add/add.hpp"
#include "nn/ops/matmul/matmul.hpp"
#include "nn/ops/multiply/multiply.hpp"
#include "nn/ops/reshape/reshape.hpp"
#include "nn/ops/scale/scale.hpp"
#include "nn/ops/silu/silu.hpp"
#include "nn/ops/sum_rows/sum_rows.hpp"
#include "nn/random_matrix.hpp"
#include "nn/reverse.hpp"

namespace scorefield::nn {
namespace {

constexpr std::size_t kRows = 4;
// Central differences of functions of order one: truncation h²·f'''/6 ≈ 1e-10, rounding 1e-16/h ≈ 1e-11.
constexpr double kStep = 1e-5;
constexpr double kTolerance = 1e-6;

/// (1, 1): the sum of all elements of `value`, each with a weight of its own.
Value weighted_sum(Graph& graph, Value value) {
    const Shape shape = graph.shape(value);
    std::vector<float> column_weights(shape.columns());
    for (std::size_t c = 0; c < shape.columns(); ++c) column_weights[c] = 0.3F + 0.17F * static_cast<float>(c % 7);
    const Value matrix = reshape(graph, value, {shape.rows(), shape.columns()});
    const Value weighted = matmul(graph, matrix, graph.constant({shape.columns(), 1}, column_weights));
    // The square makes the weight of an element depend on its row's sum.
    return sum_rows(graph, add(graph, weighted, scale(graph, multiply(graph, weighted, weighted), 0.1)));
}

/// The derivative of `loss` by each operand agrees with finite differences.
void expect_derivative(const Graph& graph, const std::vector<Value>& operands, Value loss,
                       const std::vector<Value>& derivatives, std::size_t levels) {
    std::mt19937 random(7);
    std::vector<Matrix> matrices;
    for (const Value operand : operands) {
        const Shape shape = graph.shape(operand);
        matrices.push_back(random_matrix(random, shape.rows() == kBatch ? kRows : shape.rows(), shape.columns()));
    }
    const Matrix level = level_column(kRows, levels);
    Bindings bindings = {{"level", &level}};
    for (std::size_t i = 0; i < matrices.size(); ++i) bindings[std::to_string(i)] = &matrices[i];
    const std::vector<Matrix> exact = evaluate(graph, bindings, derivatives);
    for (std::size_t i = 0; i < operands.size(); ++i) {
        ASSERT_EQ(exact[i].values.size(), matrices[i].values.size());
        for (std::size_t e = 0; e < matrices[i].values.size(); ++e) {
            double& element = matrices[i].values[e];
            const double kept = element;
            element = kept + kStep;
            const double above = evaluate(graph, bindings, {loss}).front().at(0, 0);
            element = kept - kStep;
            const double below = evaluate(graph, bindings, {loss}).front().at(0, 0);
            element = kept;
            const double slope = (above - below) / (2 * kStep);
            ASSERT_NEAR(exact[i].values[e], slope, kTolerance * std::max(1.0, std::abs(slope)))
                << "operand " << i << ", element " << e;
        }
    }
}

class Derivative : public testing::TestWithParam<OperationCase> {};

TEST_P(Derivative, AgreesWithFiniteDifferences) {
    BuiltCase built = build_case(GetParam());
    const Value loss = weighted_sum(built.graph, built.result);
    const std::vector<Value> first = gradients(built.graph, loss, built.operands);
    expect_derivative(built.graph, built.operands, loss, first, GetParam().levels);
}

TEST_P(Derivative, OfTheDerivativeAgreesWithFiniteDifferences) {
    BuiltCase built = build_case(GetParam());
    const Value loss = weighted_sum(built.graph, built.result);
    const std::vector<Value> first = gradients(built.graph, loss, built.operands);
    const Value second_loss = weighted_sum(built.graph, first.front());
    const std::vector<Value> second = gradients(built.graph, second_loss, built.operands);
    expect_derivative(built.graph, built.operands, second_loss, second, GetParam().levels);
}

/// A direction for each operand, as operands of their own.
std::vector<std::pair<Value, Value>> add_directions(BuiltCase& built) {
    std::vector<std::pair<Value, Value>> directions;
    const std::vector<Value> moved = built.operands;
    for (const Value operand : moved) {
        const Shape shape = built.graph.shape(operand);
        const std::string name = std::to_string(built.operands.size());
        built.operands.push_back(shape.rows() == kBatch ? built.graph.input(name, shape)
                                                        : built.graph.parameter(name, shape));
        directions.emplace_back(operand, built.operands.back());
    }
    return directions;
}

TEST_P(Derivative, AlongADirectionAgreesWithFiniteDifferences) {
    BuiltCase built = build_case(GetParam());
    const std::vector<std::pair<Value, Value>> directions = add_directions(built);
    const Value tangent = tangents(built.graph, directions, {built.result}).front();
    ASSERT_EQ(built.graph.shape(tangent), built.graph.shape(built.result));
    std::mt19937 random(11);
    std::vector<Matrix> matrices;
    const Matrix level = level_column(kRows, GetParam().levels);
    Bindings bindings = {{"level", &level}};
    for (const Value operand : built.operands) {
        const Shape shape = built.graph.shape(operand);
        matrices.push_back(random_matrix(random, shape.rows() == kBatch ? kRows : shape.rows(), shape.columns()));
    }
    for (std::size_t i = 0; i < matrices.size(); ++i) bindings[std::to_string(i)] = &matrices[i];
    const Matrix exact = evaluate(built.graph, bindings, {tangent}).front();
    const auto moved = [&](double step) {
        std::vector<Matrix> there = matrices;
        for (std::size_t i = 0; i < directions.size(); ++i) {
            for (std::size_t e = 0; e < there[i].values.size(); ++e) {
                there[i].values[e] += step * matrices[directions.size() + i].values[e];
            }
            bindings[std::to_string(i)] = &there[i];
        }
        return evaluate(built.graph, bindings, {built.result}).front();
    };
    const Matrix above = moved(kStep);
    const Matrix below = moved(-kStep);
    for (std::size_t e = 0; e < exact.values.size(); ++e) {
        const double slope = (above.values[e] - below.values[e]) / (2 * kStep);
        ASSERT_NEAR(exact.values[e], slope, kTolerance * std::max(1.0, std::abs(slope))) << "element " << e;
    }
}

// Reverse mode over forward mode: by the operands and by the directions.
TEST_P(Derivative, OfADerivativeAlongADirectionAgreesWithFiniteDifferences) {
    BuiltCase built = build_case(GetParam());
    const std::vector<std::pair<Value, Value>> directions = add_directions(built);
    const Value tangent = tangents(built.graph, directions, {built.result}).front();
    const Value loss = weighted_sum(built.graph, tangent);
    expect_derivative(built.graph, built.operands, loss, gradients(built.graph, loss, built.operands),
                      GetParam().levels);
}

// Forward mode over reverse mode: each row is a row of the Hessian times the direction.
TEST_P(Derivative, OfTheGradientAlongADirectionIsThatOfTheSlope) {
    BuiltCase built = build_case(GetParam());
    const Value loss = weighted_sum(built.graph, built.result);
    const std::vector<Value> variables = built.operands;
    const std::vector<std::pair<Value, Value>> directions = add_directions(built);
    const std::vector<Value> along = tangents(built.graph, directions, gradients(built.graph, loss, variables));
    const Value slope = tangents(built.graph, directions, {loss}).front();
    std::vector<Value> expected = along;
    const std::vector<Value> first = gradients(built.graph, loss, variables);
    expected.insert(expected.end(), first.begin(), first.end());
    expect_derivative(built.graph, built.operands, slope, expected, GetParam().levels);
}

INSTANTIATE_TEST_SUITE_P(Operations, Derivative, testing::ValuesIn(operation_cases()),
                         [](const auto& test) { return test.param.name; });

TEST(Reverse, GivesZerosWhereTheLossDoesNotDepend) {
    Graph graph;
    const Value x = graph.input("x", {kBatch, 2});
    const Value unused = graph.parameter("unused", {3, 2});
    const Value unused_input = graph.input("y", {kBatch, 3});
    const std::vector<Value> result = gradients(graph, mean_square(graph, x), {unused, unused_input});
    const Matrix points(4, 2);
    const Matrix parameter(3, 2);
    const Matrix other(4, 3);
    const auto values = evaluate(graph, {{"x", &points}, {"unused", &parameter}, {"y", &other}}, {result[0]});
    EXPECT_EQ(values[0], Matrix(3, 2));
    EXPECT_EQ(graph.shape(result[1]), (Shape{kBatch, 3}));
}

TEST(Forward, GivesZerosWhereNothingMoves) {
    Graph graph;
    const Value x = graph.input("x", {kBatch, 2});
    const Value still = silu(graph, graph.parameter("still", {3, 2}));
    const Value direction = graph.input("direction", {kBatch, 2});
    const Value result = tangents(graph, {{x, direction}}, {still}).front();
    const Matrix parameter(3, 2);
    EXPECT_EQ(evaluate(graph, {{"still", &parameter}}, {result}).front(), Matrix(3, 2));
}

TEST(Forward, RefusesADirectionOfAnotherShape) {
    Graph graph;
    const Value x = graph.input("x", {kBatch, 2});
    EXPECT_THROW(tangents(graph, {{x, graph.parameter("row", {1, 2})}}, {x}), std::logic_error);
}

TEST(Reverse, RefusesALossThatIsNoScalar) {
    Graph graph;
    const Value x = graph.input("x", {kBatch, 2});
    EXPECT_THROW(gradients(graph, x, {x}), std::logic_error);
}

}  // namespace
}  // namespace scorefield::nn
