#include "nn/float_plan.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "base/instruction_sets.hpp"
#include "nn/evaluate.hpp"
#include "nn/mean.hpp"
#include "nn/mlp.hpp"
#include "nn/operation_cases.hpp"
#include "nn/ops/operation.hpp"
#include "nn/ops/registry.hpp"
#include "nn/random_matrix.hpp"
#include "nn/reverse.hpp"

namespace scorefield::nn {
namespace {

std::vector<float> to_floats(const Matrix& matrix) {
    return {matrix.values.begin(), matrix.values.end()};
}

/// Random operands of a case in both precisions.
struct Operands {
    std::vector<Matrix> exact;
    std::vector<std::vector<float>> single;
    Bindings exact_bindings;
    FloatBindings single_bindings;
};

Operands random_operands(const BuiltCase& built, std::size_t rows, unsigned seed, std::size_t levels) {
    std::mt19937 random(seed);
    Operands operands;
    for (const Value value : built.operands) {
        const Shape shape = built.graph.shape(value);
        operands.exact.push_back(random_matrix(random, shape.rows() == kBatch ? rows : shape.rows(), shape.columns()));
        operands.single.push_back(to_floats(operands.exact.back()));
    }
    operands.exact.push_back(level_column(rows, levels));
    operands.single.push_back(to_floats(operands.exact.back()));
    for (std::size_t i = 0; i < operands.exact.size(); ++i) {
        const std::string name = i < built.operands.size() ? std::to_string(i) : "level";
        operands.exact_bindings[name] = &operands.exact[i];
        operands.single_bindings[name] = operands.single[i];
    }
    return operands;
}

/// Sums of n products of numbers below 2 round to within about 4·√n·2⁻²⁴ of their size; results pass through up to
/// three of them.
void expect_close(std::span<const float> single, const Matrix& exact, const std::string& what) {
    ASSERT_EQ(single.size(), exact.values.size()) << what;
    double largest = 1;
    for (const double value : exact.values) largest = std::max(largest, std::abs(value));
    for (std::size_t i = 0; i < single.size(); ++i) {
        ASSERT_NEAR(static_cast<double>(single[i]), exact.values[i], 3e-6 * largest) << what << ", element " << i;
    }
}

class FloatOperation : public testing::TestWithParam<OperationCase> {};

TEST_P(FloatOperation, AgreesWithTheReferenceOnEveryInstructionSetAndBlockSize) {
    const BuiltCase built = build_case(GetParam());
    base::ThreadPool pool(2);
    for (const base::InstructionSet set : base::runnable_instruction_sets()) {
        FloatPlan plan(built.graph, {built.result}, 300, nn::kernels(set));
        for (const std::size_t rows : {1U, 127U, 128U, 129U, 300U}) {
            const Operands operands = random_operands(built, rows, static_cast<unsigned>(rows), GetParam().levels);
            plan.run(pool, rows, operands.single_bindings);
            const Matrix exact = evaluate(built.graph, operands.exact_bindings, {built.result}).front();
            expect_close(plan.output(0), exact, std::string(nn::kernels(set).name) + ", rows " + std::to_string(rows));
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Operations, FloatOperation, testing::ValuesIn(operation_cases()),
                         [](const auto& test) { return test.param.name; });

/// A network's loss and all derivatives, with many values sharing the arena.
struct Training {
    Graph graph;
    std::vector<Value> outputs;
    std::map<std::string, Matrix> exact;
    std::map<std::string, std::vector<float>> single;

    Training(const MlpConfig& config, std::size_t rows) {
        const NetworkValues network = build_network(graph, config, TimeRows::per_particle);
        const Value loss = mean_square(graph, network.output);
        outputs = {loss, network.output};
        std::mt19937 random(3);
        std::vector<Value> trained;
        for (const TensorSpec& spec : tensors_of(config)) {
            const Shape shape = value_shape(spec);
            Matrix weights = random_matrix(random, shape.rows(), shape.columns());
            for (double& value : weights.values) value = static_cast<double>(static_cast<float>(value * 0.2));
            exact[spec.name] = weights;
            trained.push_back(graph.find(spec.name));
        }
        for (const Value gradient : gradients(graph, loss, trained)) outputs.push_back(gradient);
        exact["x"] = random_matrix(random, rows, config.dim);
        exact["c_noise"] = random_matrix(random, rows, 1);
        for (const auto& [name, matrix] : exact) single[name] = to_floats(matrix);
    }
    Bindings exact_bindings() const {
        Bindings bindings;
        for (const auto& [name, matrix] : exact) bindings[name] = &matrix;
        return bindings;
    }
    FloatBindings single_bindings() const { return {single.begin(), single.end()}; }
};

TEST(FloatPlan, GivesANetworksLossAndDerivativesAsTheReference) {
    for (const MlpConfig config : {MlpConfig{2, 64, 3, 32}, MlpConfig{3, 17, 2, 5}, MlpConfig{1, 9, 0, 1}}) {
        const std::size_t rows = 200;
        const Training training(config, rows);
        FloatPlan plan(training.graph, training.outputs, rows);
        base::ThreadPool pool(2);
        plan.run(pool, rows, training.single_bindings());
        const std::vector<Matrix> exact = evaluate(training.graph, training.exact_bindings(), training.outputs);
        for (std::size_t i = 0; i < exact.size(); ++i) {
            expect_close(plan.output(i), exact[i], "output " + std::to_string(i));
        }
    }
}

TEST(FloatPlan, GivesTheSameBitsForAnyNumberOfThreads) {
    const std::size_t rows = 1000;
    const Training training({2, 32, 2, 8}, rows);
    std::vector<std::vector<float>> first;
    for (const std::size_t threads : {1U, 2U, 5U}) {
        FloatPlan plan(training.graph, training.outputs, rows);
        base::ThreadPool pool(threads);
        plan.run(pool, rows, training.single_bindings());
        std::vector<std::vector<float>> results;
        for (std::size_t i = 0; i < training.outputs.size(); ++i) {
            results.emplace_back(plan.output(i).begin(), plan.output(i).end());
        }
        if (first.empty()) first = results;
        EXPECT_EQ(first, results) << threads << " threads";
    }
}

TEST(FloatPlan, SharesMemoryBetweenValuesNotAliveTogether) {
    const Training training({2, 64, 3, 32}, 1);
    const FloatPlan plan(training.graph, training.outputs, 1);
    std::size_t columns = 0;
    const std::vector<bool> needed = needed_for(training.graph, training.outputs);
    for (std::size_t i = 0; i < needed.size(); ++i) {
        const Node& node = training.graph.nodes()[i];
        if (needed[i] && !node.shared() && node.kind != NodeKind::input) columns += node.shape.columns();
    }
    EXPECT_LT(plan.arena_size(), columns * FloatPlan::kBlockRows * 3 / 4);
}

TEST(FloatPlan, RefusesWhatItWasNotPlannedFor) {
    const Training training({2, 4, 0, 1}, 8);
    FloatPlan plan(training.graph, training.outputs, 8);
    base::ThreadPool pool(1);
    EXPECT_THROW(plan.run(pool, 9, training.single_bindings()), std::logic_error);
    EXPECT_THROW(plan.run(pool, 0, training.single_bindings()), std::logic_error);
    EXPECT_THROW(plan.run(pool, 7, training.single_bindings()), std::logic_error);
    EXPECT_THROW(plan.run(pool, 8, {}), std::logic_error);
}

TEST(Kernels, MultiplyMatricesOfAnyShapeAndStride) {
    std::mt19937 random(11);
    const auto size = [&](std::size_t most) { return 1 + random() % most; };
    for (int trial = 0; trial < 200; ++trial) {
        const std::size_t m = size(40);
        const std::size_t n = size(70);
        const std::size_t k = size(trial % 8 == 0 ? 300 : 40);
        const bool transposed = trial % 2 == 0;
        const Strides strides = transposed ? Strides{1, m + 3} : Strides{k + 2, 1};
        const std::size_t b_stride = n + size(3) - 1;
        const std::size_t c_stride = n + 5;
        const std::vector<float> a = to_floats(random_matrix(random, transposed ? k : m, transposed ? m + 3 : k + 2));
        const std::vector<float> b = to_floats(random_matrix(random, k, b_stride));
        for (const base::InstructionSet set : base::runnable_instruction_sets()) {
            for (const bool accumulate : {false, true}) {
                const float before = accumulate ? 0.5F : std::numeric_limits<float>::quiet_NaN();
                std::vector<float> c(m * c_stride, before);
                nn::kernels(set).gemm(m, n, k, a.data(), strides, b.data(), b_stride, c.data(), c_stride, accumulate);
                for (std::size_t i = 0; i < m; ++i) {
                    for (std::size_t j = 0; j < c_stride; ++j) {
                        if (j >= n) {  // outside the result nothing may change
                            ASSERT_EQ(accumulate ? c[i * c_stride + j] == before : std::isnan(c[i * c_stride + j]),
                                      true);
                            continue;
                        }
                        double sum = accumulate ? 0.5 : 0;
                        for (std::size_t l = 0; l < k; ++l) {
                            sum += static_cast<double>(a[i * strides.row + l * strides.column]) *
                                   static_cast<double>(b[l * b_stride + j]);
                        }
                        // k products of at most 4, rounded to 2⁻²⁴ each, errors adding up at random or worse.
                        ASSERT_NEAR(static_cast<double>(c[i * c_stride + j]), sum, 2e-7 * static_cast<double>(4 * k))
                            << nn::kernels(set).name << " " << m << "x" << n << "x" << k;
                    }
                }
            }
        }
    }
}

TEST(Kernels, FunctionsKeepTheirStatedAccuracy) {
    std::vector<float> x;
    for (int i = -200'000; i <= 200'000; ++i) x.push_back(static_cast<float>(i) * 5e-4F);
    for (const float far : {-1e30F, -1000.0F, 1000.0F, 1e30F, 0.0F, -0.0F, 1e-30F}) x.push_back(far);
    for (const base::InstructionSet set : base::runnable_instruction_sets()) {
        const Kernels& kernels = nn::kernels(set);
        std::vector<float> out(x.size());
        const auto expect = [&](const Operation& operation, auto exact, double relative, const char* what) {
            std::ranges::fill(out, std::numeric_limits<float>::quiet_NaN());
            kernels.loop_of(operation)(x.size(), 1, x.data(), x.data(), out.data());
            for (std::size_t i = 0; i < x.size(); ++i) {
                const double value = exact(static_cast<double>(x[i]));
                ASSERT_NEAR(static_cast<double>(out[i]), value, 1e-6 * std::max(1.0, relative * std::abs(value)))
                    << kernels.name << " " << what << " at " << x[i];
            }
        };
        const auto sigmoid = [](double v) { return 1 / (1 + std::exp(-v)); };
        expect(kSigmoid, sigmoid, 0, "sigmoid");
        expect(
            kSilu, [&](double v) { return v * sigmoid(v); }, 1, "silu");
        expect(
            kSiluDerivative,
            [&](double v) {
                const double s = sigmoid(v);
                return s + v * s * sigmoid(-v);
            },
            0, "silu_derivative");
        for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<float>(i % 400'000) * 0.04F - 8000.0F;
        expect(
            kSine, [](double v) { return std::sin(v); }, 0, "sine");
        expect(
            kCosine, [](double v) { return std::cos(v); }, 0, "cosine");
        for (std::size_t i = 0; i < x.size(); ++i) x[i] = (static_cast<float>(i) - 200'000) * 5e-4F;
    }
}

// Everywhere that e^|x| is a number of single precision, and beyond the [−2, 2) of the plans' tests: the error of a
// polynomial approximation, relative to results larger than one.
TEST(Kernels, ElementFunctionsOfOneOperandAgreeWithTheirReference) {
    std::vector<float> x;
    for (int i = -80'000; i <= 80'000; ++i) x.push_back(static_cast<float>(i) * 1e-3F);
    Matrix exact_x(x.size(), 1);
    exact_x.values.assign(x.begin(), x.end());
    const std::vector<const Matrix*> operands = {&exact_x};
    for (const Operation* operation : operations()) {
        if (operation->element_operands != 1) continue;
        Matrix exact(x.size(), 1);
        operation->evaluate({.operation = operation}, operands, 1, exact);
        for (const base::InstructionSet set : base::runnable_instruction_sets()) {
            std::vector<float> out(x.size());
            nn::kernels(set).loop_of (*operation)(x.size(), 1, x.data(), x.data(), out.data());
            for (std::size_t i = 0; i < x.size(); ++i) {
                const double value = exact.values[i];
                ASSERT_NEAR(static_cast<double>(out[i]), value, 1e-6 * std::max(1.0, std::abs(value)))
                    << nn::kernels(set).name << " " << operation->name << " at " << x[i];
            }
        }
    }
}

}  // namespace
}  // namespace scorefield::nn
