// Graphs on the GPU against the double-precision reference: every operation on random shapes, whole objectives.
#include "nn/gpu_plan.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "../gpu/gpu_fixture.hpp"
#include "base/error.hpp"
#include "nn/evaluate.hpp"
#include "nn/mean.hpp"
#include "nn/mlp.hpp"
#include "nn/operation_cases.hpp"
#include "nn/ops/linear/linear.hpp"
#include "nn/ops/matmul/matmul.hpp"
#include "nn/ops/silu/silu.hpp"
#include "nn/ops/sum_rows/sum_rows.hpp"
#include "nn/random_matrix.hpp"
#include "nn/reverse.hpp"

namespace scorefield::nn {
namespace {

/// A plan's memory on the host: inputs and parameters go in, outputs come back.
class Memory {
  public:
    Memory(gpu::Device& device, const GpuPlan& plan)
        : device_(device), plan_(plan), values_(gpu::download<float>(device, plan.values())) {}

    void bind(const Bindings& bindings) {
        for (const auto& [name, matrix] : bindings) {
            const GpuView view = plan_.place(name);
            for (std::size_t r = 0; r < matrix->rows; ++r) {
                for (std::size_t c = 0; c < matrix->columns; ++c) {
                    values_[view.offset + r * view.row + c * view.column] = static_cast<float>(matrix->at(r, c));
                }
            }
        }
        gpu::upload<float>(device_, plan_.values(), values_);
    }

    void run(std::size_t rows) {
        run([&](gpu::Recorder& recorder) { plan_.record(recorder, rows); });
    }
    /// So many pieces of every dispatch at a time, and every dispatch in a submission of its own.
    void run_in_pieces(std::size_t rows, std::size_t at_once) {
        for (std::size_t i = 0; i < plan_.dispatches(); ++i) {
            run([&](gpu::Recorder& recorder) {
                const std::size_t all = plan_.pieces(i, rows);
                for (std::size_t first = 0; first < all; first += at_once) {
                    plan_.record(recorder, rows, i, first, std::min(at_once, all - first));
                }
            });
        }
    }

    /// Output i, row-major; it is NaN afterwards.
    std::vector<float> take(std::size_t i, std::size_t rows, std::size_t columns) {
        const GpuView view = plan_.output(i);
        std::vector<float> taken;
        for (std::size_t r = 0; r < rows; ++r) {
            for (std::size_t c = 0; c < columns; ++c) {
                taken.push_back(std::exchange(values_[view.offset + r * view.row + c * view.column], NAN));
            }
        }
        gpu::upload<float>(device_, plan_.values(), values_);
        return taken;
    }

    /// Sums of n products of numbers below 2 round to within about 4·√n·2⁻²⁴ of their size; results pass through up to
    /// three of them, and through a few of the device's own exponentials (3 + 2|x| units, Vulkan, precision of exp).
    void expect_close(std::size_t output, const Matrix& exact, const std::string& what) const {
        const GpuView view = plan_.output(output);
        double largest = 1;
        for (const double value : exact.values) largest = std::max(largest, std::abs(value));
        for (std::size_t r = 0; r < exact.rows; ++r) {
            for (std::size_t c = 0; c < exact.columns; ++c) {
                const float value = values_[view.offset + r * view.row + c * view.column];
                ASSERT_NEAR(static_cast<double>(value), exact.at(r, c), 3e-6 * largest)
                    << what << ", row " << r << ", column " << c;
            }
        }
    }

  private:
    void run(const std::function<void(gpu::Recorder&)>& record) {
        gpu::Recorder recorder(device_, "graph");
        recorder.begin();
        record(recorder);
        device_.wait(device_.submit(recorder));
        values_ = gpu::download<float>(device_, plan_.values());
    }

    gpu::Device& device_;
    const GpuPlan& plan_;
    std::vector<float> values_;
};

class GpuOperation : public gpu::GpuTest, public ::testing::WithParamInterface<OperationCase> {};

// 32 897 rows need a second round of chunks, and pieces that begin in the first; memory that nothing has written is
// NaN.
TEST_P(GpuOperation, AgreesWithTheReference) {
    const BuiltCase built = build_case(GetParam());
    constexpr std::size_t kMost = 128 * 257 + 1;
    const GpuPlan plan(device(), built.graph, {built.result}, kMost);
    Memory memory(device(), plan);
    for (const std::size_t rows : {std::size_t{1}, std::size_t{65}, kMost}) {
        std::mt19937 random(static_cast<unsigned>(rows));
        std::vector<Matrix> operands;
        for (const Value value : built.operands) {
            const Shape shape = built.graph.shape(value);
            operands.push_back(random_matrix(random, shape.rows() == kBatch ? rows : shape.rows(), shape.columns()));
        }
        Bindings bindings;
        for (std::size_t i = 0; i < operands.size(); ++i) bindings[std::to_string(i)] = &operands[i];
        const Matrix level = level_column(rows, GetParam().levels);
        if (GetParam().levels > 0) bindings["level"] = &level;
        memory.bind(bindings);
        memory.run(rows);
        const Matrix exact = evaluate(built.graph, bindings, {built.result}).front();
        memory.expect_close(0, exact, "rows " + std::to_string(rows));
        const std::vector<float> whole = memory.take(0, exact.rows, exact.columns);
        memory.bind(bindings);  // a result may show an operand
        memory.run_in_pieces(rows, 3);
        EXPECT_EQ(memory.take(0, exact.rows, exact.columns), whole) << "rows " << rows;
    }
}

INSTANTIATE_TEST_SUITE_P(Operations, GpuOperation, testing::ValuesIn(operation_cases()),
                         [](const auto& test) { return test.param.name; });

struct TrainingCase {
    MlpConfig config;
    TimeRows rows;
};

void PrintTo(const TrainingCase& what, std::ostream* out) {
    *out << what.config.dim << " coordinates, width " << what.config.width << ", depth " << what.config.depth << ", "
         << what.config.features << " features" << (what.rows == TimeRows::levels ? ", levels" : "");
}

class GpuTraining : public gpu::GpuTest, public ::testing::WithParamInterface<TrainingCase> {};

TEST_P(GpuTraining, GivesANetworksLossAndDerivativesAsTheReference) {
    constexpr std::size_t kRows = 200;
    constexpr std::size_t kLevels = 40;
    const auto& [config, rows] = GetParam();
    Graph graph;
    const NetworkValues network = build_network(graph, config, rows, kLevels);
    std::vector<Value> outputs = {mean_square(graph, network.output), network.output};
    std::mt19937 random(3);
    std::map<std::string, Matrix> leaves;
    std::vector<Value> tensors;
    for (const TensorSpec& spec : tensors_of(config)) {
        const Shape shape = value_shape(spec);
        Matrix weights = random_matrix(random, shape.rows(), shape.columns());
        for (double& value : weights.values) value = static_cast<double>(static_cast<float>(value * 0.2));
        leaves[spec.name] = weights;
        tensors.push_back(graph.find(spec.name));
    }
    for (const Value gradient : gradients(graph, outputs.front(), tensors)) outputs.push_back(gradient);
    leaves["x"] = random_matrix(random, kRows, config.dim);
    leaves["c_noise"] = random_matrix(random, rows == TimeRows::levels ? kLevels : kRows, 1);
    if (rows == TimeRows::levels) leaves["level"] = level_column(kRows, kLevels);
    Bindings bindings;
    for (const auto& [name, matrix] : leaves) bindings[name] = &matrix;

    const GpuPlan plan(device(), graph, outputs, 256);
    Memory memory(device(), plan);
    memory.bind(bindings);
    memory.run(kRows);
    const std::vector<Matrix> exact = evaluate(graph, bindings, outputs);
    for (std::size_t i = 0; i < exact.size(); ++i) memory.expect_close(i, exact[i], "output " + std::to_string(i));
    // Gradients lie in the order of their tensors, without gaps.
    for (std::size_t i = 2; i + 1 < outputs.size(); ++i) {
        EXPECT_EQ(plan.output(i + 1).offset - plan.output(i).offset, exact[i].values.size());
    }
}

INSTANTIATE_TEST_SUITE_P(Networks, GpuTraining,
                         testing::Values(TrainingCase{{2, 40, 3, 8}, TimeRows::levels},
                                         TrainingCase{{3, 17, 2, 5}, TimeRows::per_particle},
                                         TrainingCase{{1, 9, 0, 1}, TimeRows::per_particle}));

class GpuPlanTest : public gpu::GpuTest {};

TEST_F(GpuPlanTest, TakesActivationsAndTheirDerivativesIntoTheProducts) {
    Graph graph;
    const NetworkValues network = build_network(graph, {2, 16, 2, 4}, TimeRows::shared);
    // One per layer, one for the angles, one for each half of the features and their sine and cosine, one per addend.
    const GpuPlan plan(device(), graph, {network.output}, 64);
    EXPECT_EQ(plan.dispatches(), 4U + 1U + 4U + 3U);
}

// 560² sums in 14 chunks are more parts than wait for the end: they are added up at once, between others that wait.
TEST_F(GpuPlanTest, AddsUpLargeSumsAmongSmallOnes) {
    constexpr std::size_t kRows = 1700;
    Graph graph;
    const Value wide = graph.input("wide", {kBatch, 560});
    const Value narrow = graph.input("narrow", {kBatch, 3});
    const std::vector<Value> outputs = {matmul(graph, narrow, wide, true), matmul(graph, wide, wide, true),
                                        matmul(graph, narrow, narrow, true), sum_rows(graph, wide)};
    const GpuPlan plan(device(), graph, outputs, kRows);
    std::mt19937 random(6);
    const Matrix wide_values = random_matrix(random, kRows, 560);
    const Matrix narrow_values = random_matrix(random, kRows, 3);
    const Bindings bindings = {{"wide", &wide_values}, {"narrow", &narrow_values}};
    Memory memory(device(), plan);
    memory.bind(bindings);
    memory.run(kRows);
    const std::vector<Matrix> exact = evaluate(graph, bindings, outputs);
    for (std::size_t i = 0; i < outputs.size(); ++i) memory.expect_close(i, exact[i], "output " + std::to_string(i));
}

// A step of training is spread over frames and submissions like this. Rows enough for several workgroups.
TEST_F(GpuPlanTest, ComputesTheSameInPieces) {
    constexpr std::size_t kRows = 1300;
    constexpr std::size_t kLevels = 7;
    const MlpConfig config = {2, 16, 1, 4};
    Graph graph;
    const NetworkValues network = build_network(graph, config, TimeRows::levels, kLevels);
    const Value loss = mean_square(graph, network.output);
    std::vector<Value> tensors;
    for (const TensorSpec& spec : trained_tensors(tensors_of(config))) tensors.push_back(graph.find(spec.name));
    std::vector<Value> outputs = gradients(graph, loss, tensors);
    outputs.insert(outputs.begin(), loss);
    const GpuPlan plan(device(), graph, outputs, kRows);
    std::mt19937 random(5);
    std::map<std::string, Matrix> leaves = {{"x", random_matrix(random, kRows, 2)},
                                            {"c_noise", random_matrix(random, kLevels, 1)},
                                            {"level", level_column(kRows, kLevels)}};
    for (const TensorSpec& spec : tensors_of(config)) {
        leaves[spec.name] = random_matrix(random, value_shape(spec).rows(), value_shape(spec).columns());
    }
    Bindings bindings;
    for (const auto& [name, matrix] : leaves) bindings[name] = &matrix;
    Memory memory(device(), plan);
    memory.bind(bindings);
    memory.run(kRows);
    const auto take_all = [&] {
        std::vector<std::vector<float>> taken;
        for (std::size_t i = 0; i < outputs.size(); ++i) {
            taken.push_back(memory.take(i, graph.shape(outputs[i]).rows(), graph.shape(outputs[i]).columns()));
        }
        return taken;
    };
    const std::vector<std::vector<float>> whole = take_all();
    for (const std::size_t at_once : {1U, 2U, 1000U}) {
        memory.run_in_pieces(kRows, at_once);
        EXPECT_EQ(take_all(), whole) << at_once << " pieces at a time";
    }
    double work = 0;
    std::size_t most = 0;
    for (std::size_t i = 0; i < plan.dispatches(); ++i) {
        work += plan.work(i, kRows);
        most = std::max(most, plan.pieces(i, kRows));
    }
    // A multiplication and an addition for each row and weight: forward, backward by the weights, and but for the first
    // layer by what goes in.
    EXPECT_GT(work, 2.0 * kRows * (3 * (2 * 16 + 16 * 16 + 16 * 2) - 2 * 16));
    EXPECT_EQ(most, 11U);  // chunks of 128 rows
    gpu::Recorder recorder(device(), "graph");
    recorder.begin();
    EXPECT_THROW(plan.record(recorder, kRows, 0, 0, plan.pieces(0, kRows) + 1), std::logic_error);
    EXPECT_THROW(plan.record(recorder, kRows, plan.dispatches(), 0, 1), std::logic_error);
}

TEST_F(GpuPlanTest, RefusesWhatDoesNotFitOneBuffer) {
    Graph graph;
    const Value x = graph.input("x", {kBatch, 1000});
    EXPECT_THROW(GpuPlan(device(), graph, {silu(graph, x)}, 10'000'000), base::Error);
    EXPECT_THROW(GpuPlan(device(), graph, {linear(graph, x, graph.parameter("w", {3, 1000}))}, 10'000'000),
                 base::Error);
}

// More inputs than an invocation takes at once: 1 300 are three tiles.
TEST_F(GpuPlanTest, SplitsProductsOverManyInputs) {
    constexpr std::size_t kInputs = 1300;
    Graph graph;
    const Value x = graph.input("x", {kBatch, kInputs});
    const Value z = linear(graph, x, graph.parameter("w", {12, kInputs}), graph.parameter("b", {1, 12}));
    const Value y = silu(graph, z);
    const std::vector<Value> outputs = {y, mean_square(graph, y)};
    const GpuPlan plan(device(), graph, outputs, 10);
    std::mt19937 random(7);
    const Matrix inputs = random_matrix(random, 10, kInputs);
    const Matrix weights = random_matrix(random, 12, kInputs);
    const Matrix bias = random_matrix(random, 1, 12);
    const Bindings bindings = {{"x", &inputs}, {"w", &weights}, {"b", &bias}};
    Memory memory(device(), plan);
    memory.bind(bindings);
    memory.run(10);
    const std::vector<Matrix> exact = evaluate(graph, bindings, outputs);
    memory.expect_close(0, exact[0], "silu");
    memory.expect_close(1, exact[1], "mean square");
}

}  // namespace
}  // namespace scorefield::nn
