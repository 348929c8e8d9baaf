#include "nn/graph.hpp"

#include <gmock/gmock.h>

#include <random>
#include <set>
#include <string_view>

#include "nn/arena.hpp"
#include "nn/evaluate.hpp"
#include "nn/operation_cases.hpp"
#include "nn/ops/add/add.hpp"
#include "nn/ops/concatenate_columns/concatenate_columns.hpp"
#include "nn/ops/gather_rows/gather_rows.hpp"
#include "nn/ops/linear/linear.hpp"
#include "nn/ops/matmul/matmul.hpp"
#include "nn/ops/repeat_rows/repeat_rows.hpp"
#include "nn/ops/reshape/reshape.hpp"
#include "nn/ops/silu/silu.hpp"
#include "nn/ops/slice_columns/slice_columns.hpp"
#include "nn/ops/sum_levels/sum_levels.hpp"
#include "nn/ops/sum_rows/sum_rows.hpp"

namespace scorefield::nn {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

class GraphShapes : public testing::Test {
  protected:
    Graph graph;
    Value x = graph.input("x", {kBatch, 4});
    Value row = graph.input("row", {1, 4});
    Value weight = graph.parameter("weight", {3, 5});
};

TEST_F(GraphShapes, AreCheckedAndNamed) {
    EXPECT_THAT([&] { linear(graph, x, weight); }, ThrowsMessage<std::logic_error>(HasSubstr("(batch, 4) and (3, 5)")));
    EXPECT_THAT([&] { matmul(graph, x, weight); }, ThrowsMessage<std::logic_error>(HasSubstr("inner sizes differ")));
    EXPECT_THAT([&] { matmul(graph, row, x, false, true); },
                ThrowsMessage<std::logic_error>(HasSubstr("batch cannot become columns")));
    EXPECT_THAT([&] { add(graph, x, weight); }, ThrowsMessage<std::logic_error>(HasSubstr("columns differ")));
    EXPECT_THROW(slice_columns(graph, x, 3, 2), std::logic_error);
    EXPECT_THROW(slice_columns(graph, x, 0, 0), std::logic_error);
    EXPECT_THROW(repeat_rows(graph, x), std::logic_error);
    EXPECT_THROW(linear(graph, row, graph.parameter("square", {4, 4}), x), std::logic_error);
}

TEST_F(GraphShapes, HaveAnyRank) {
    const Value images = graph.input("images", {kBatch, 3, 4});
    const Value image = graph.parameter("image", {1, 3, 4});
    EXPECT_EQ(graph.shape(add(graph, images, image)), (Shape{kBatch, 3, 4}));
    EXPECT_EQ(graph.shape(sum_rows(graph, images)), (Shape{1, 3, 4}));
    EXPECT_EQ(graph.shape(images).columns(), 12U);
    EXPECT_EQ(Shape().rank(), 0U);
    EXPECT_EQ(Shape().rows() * Shape().columns(), 1U);
    EXPECT_THROW((Shape{3, kBatch}), std::logic_error);
}

TEST_F(GraphShapes, OfOtherRanksAreRefusedWhereMatricesAreMeant) {
    const Value images = graph.input("images", {kBatch, 3, 4});
    const Value flat = graph.input("flat", {kBatch, 12});
    const auto refuses = [](auto make) {
        EXPECT_THAT(make, ThrowsMessage<std::logic_error>(HasSubstr("(batch, 3, 4)")));
        EXPECT_THAT(make, ThrowsMessage<std::logic_error>(HasSubstr("rank 2")));
    };
    const Value square = graph.parameter("square", {12, 12});
    const Value level = graph.input("level", {kBatch, 1});
    refuses([&] { linear(graph, images, square); });
    refuses([&] { linear(graph, flat, square, images); });
    refuses([&] { matmul(graph, images, square); });
    refuses([&] { concatenate_columns(graph, flat, images); });
    refuses([&] { slice_columns(graph, images, 0, 1); });
    refuses([&] { gather_rows(graph, images, level); });
    refuses([&] { sum_levels(graph, images, level, 2); });
    EXPECT_THAT([&] { add(graph, images, flat); },
                ThrowsMessage<std::logic_error>(HasSubstr("(batch, 3, 4) and (batch, 12)")));
    EXPECT_THAT(
        [&] {
            reshape(graph, images, {kBatch, 11});
        },
        ThrowsMessage<std::logic_error>(HasSubstr("number of elements")));
    EXPECT_EQ(graph.shape(reshape(graph, images, {kBatch, 12})), graph.shape(flat));
}

TEST_F(GraphShapes, TellWhatIsSharedByAllParticles) {
    EXPECT_FALSE(graph.node(x).shared());
    EXPECT_TRUE(graph.node(silu(graph, row)).shared());
    EXPECT_FALSE(graph.node(add(graph, row, x)).shared());
    EXPECT_TRUE(graph.node(sum_rows(graph, x)).shared());
    EXPECT_TRUE(graph.node(matmul(graph, x, x, true)).shared());
}

TEST_F(GraphShapes, NamesAreUniqueAndFound) {
    EXPECT_THROW(graph.input("x", {1, 1}), std::logic_error);
    EXPECT_THROW(graph.parameter("", {1, 1}), std::logic_error);
    EXPECT_EQ(graph.find("weight"), weight);
    EXPECT_THROW(static_cast<void>(graph.find("nothing")), std::logic_error);
}

TEST_F(GraphShapes, BindingsAreChecked) {
    const Value sum = add(graph, x, row);
    const Matrix points(2, 4);
    const Matrix wrong(1, 3);
    EXPECT_THROW(evaluate(graph, {{"x", &points}}, {sum}), std::logic_error);
    EXPECT_THROW(evaluate(graph, {{"x", &points}, {"row", &wrong}}, {sum}), std::logic_error);
}

// The tests of reference, derivatives, host plan and GPU plan go over these cases.
TEST(OperationCases, UseEveryRegisteredOperation) {
    std::set<std::string_view> missing;
    for (const Operation* operation : operations()) missing.insert(operation->name);
    for (const OperationCase& test_case : operation_cases()) {
        const BuiltCase built = build_case(test_case);
        for (const Node& node : built.graph.nodes()) {
            if (!node.is_leaf()) missing.erase(node.operation->name);
        }
    }
    EXPECT_THAT(missing, testing::IsEmpty());
}

TEST(LinearReference, AddsProductsInTheOrderOfTheInputs) {
    std::mt19937 random(3);
    const auto full_mantissas = [&](std::size_t rows, std::size_t columns) {
        Matrix matrix(rows, columns);
        for (double& value : matrix.values) value = std::uniform_real_distribution<double>(-2, 2)(random);
        return matrix;
    };
    for (const std::size_t rows : std::initializer_list<std::size_t>{1, 3, 4, 9}) {
        for (const std::size_t inputs : std::initializer_list<std::size_t>{1, 7, 64}) {
            for (const std::size_t outputs : std::initializer_list<std::size_t>{1, 15, 16, 50}) {
                for (const std::size_t addends : {std::size_t{1}, rows}) {
                    const Matrix x = full_mantissas(rows, inputs);
                    const Matrix weight = full_mantissas(outputs, inputs);
                    const Matrix addend = full_mantissas(addends, outputs);
                    Graph graph;
                    const Value result = linear(graph, graph.parameter("x", {rows, inputs}),
                                                graph.parameter("weight", {outputs, inputs}),
                                                graph.parameter("addend", {addends, outputs}));
                    Matrix expected(rows, outputs);
                    for (std::size_t r = 0; r < rows; ++r) {
                        for (std::size_t o = 0; o < outputs; ++o) {
                            double sum = addend.repeated(r, o);
                            for (std::size_t i = 0; i < inputs; ++i) sum += x.at(r, i) * weight.at(o, i);
                            expected.at(r, o) = sum;
                        }
                    }
                    const Bindings bindings = {{"x", &x}, {"weight", &weight}, {"addend", &addend}};
                    EXPECT_EQ(evaluate(graph, bindings, {result}).front(), expected)
                        << rows << " rows, " << inputs << " inputs, " << outputs << " outputs";
                }
            }
        }
    }
}

TEST(ArenaPlan, NeverSharesMemoryBetweenValuesAliveTogether) {
    struct Lived {
        std::size_t first, size, from, to;
    };
    std::uint32_t state = 5;
    const auto random = [&](std::size_t below) {
        state = state * 1664525 + 1013904223;
        return static_cast<std::size_t>(state >> 8) % below;
    };
    Arena arena;
    std::vector<Lived> all;
    for (std::size_t moment = 0; moment < 300; ++moment) {
        const std::size_t size = 1 + random(64);
        const std::size_t last = moment + random(12);
        const Lived now = {arena.take(size, last, moment), size, moment, last};
        for (const Lived& other : all) {
            const bool together = other.to >= moment;
            const bool overlap = now.first < other.first + other.size && other.first < now.first + now.size;
            ASSERT_FALSE(together && overlap) << "moment " << moment;
        }
        ASSERT_LE(now.first + now.size, arena.size());
        all.push_back(now);
    }
    // At most twelve values of up to 64 are alive together: without reuse it would be 300 of 32 on average.
    EXPECT_LT(arena.size(), 12 * 64 * 2);
}

}  // namespace
}  // namespace scorefield::nn
