#pragma once

#include <functional>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "nn/graph.hpp"
#include "nn/matrix.hpp"
#include "nn/mean.hpp"
#include "nn/ops/add/add.hpp"
#include "nn/ops/concatenate_columns/concatenate_columns.hpp"
#include "nn/ops/cosine/cosine.hpp"
#include "nn/ops/gather_rows/gather_rows.hpp"
#include "nn/ops/linear/linear.hpp"
#include "nn/ops/matmul/matmul.hpp"
#include "nn/ops/multiply/multiply.hpp"
#include "nn/ops/registry.hpp"
#include "nn/ops/repeat_rows/repeat_rows.hpp"
#include "nn/ops/reshape/reshape.hpp"
#include "nn/ops/scale/scale.hpp"
#include "nn/ops/sigmoid/sigmoid.hpp"
#include "nn/ops/silu/silu.hpp"
#include "nn/ops/silu_derivative/silu_derivative.hpp"
#include "nn/ops/sine/sine.hpp"
#include "nn/ops/slice_columns/slice_columns.hpp"
#include "nn/ops/sum_levels/sum_levels.hpp"
#include "nn/ops/sum_rows/sum_rows.hpp"

namespace scorefield::nn {

/// One use of an operation: the shapes of its operands and how the result is made of them. Operands of kBatch rows
/// become inputs, the others parameters, named "0", "1", …; the rows' levels, where there are any, come after them.
struct OperationCase {
    std::string name;
    std::vector<Shape> operands;
    std::function<Value(Graph&, const std::vector<Value>&)> build;
    std::size_t levels = 0;
};

inline void PrintTo(const OperationCase& what, std::ostream* out) {
    *out << what.name;
}

/// Every registered operation that works element by element, with default attributes and operands of ranks 0 to 4, of
/// particles and shared by all of them; if it has several, each of them repeated along the rows of the others.
inline std::vector<OperationCase> element_cases() {
    std::vector<OperationCase> cases;
    for (const Operation* operation : operations()) {
        const std::size_t count = operation->element_operands;
        if (count == 0) continue;
        const auto add_case = [&](const std::string& name, std::vector<Shape> shapes) {
            cases.push_back({"each_" + std::string(operation->name) + "_" + name, std::move(shapes),
                             [operation](Graph& g, const std::vector<Value>& v) {
                                 return g.append({.operation = operation, .operands = v});
                             }});
        };
        add_case("of_particles", std::vector<Shape>(count, {kBatch, 5}));
        add_case("of_shared_rows", std::vector<Shape>(count, {4, 3}));
        add_case("of_one_row", std::vector<Shape>(count, {1, 70}));
        add_case("of_rank_0", std::vector<Shape>(count, Shape{}));
        add_case("of_rank_1", std::vector<Shape>(count, {kBatch}));
        add_case("of_rank_3", std::vector<Shape>(count, {kBatch, 2, 3}));
        add_case("of_rank_4", std::vector<Shape>(count, {kBatch, 2, 1, 2}));
        add_case("of_rank_4_shared", std::vector<Shape>(count, {3, 2, 2, 2}));
        for (std::size_t repeated = 0; count > 1 && repeated < count; ++repeated) {
            std::vector<Shape> shapes(count, {kBatch, 3});
            shapes[repeated] = {1, 3};
            add_case("with_row_" + std::to_string(repeated), std::move(shapes));
            for (const std::size_t rows : {kBatch, std::size_t{4}}) {
                std::vector<Shape> deep(count, {rows, 2, 3});
                deep[repeated] = {1, 2, 3};
                const std::string kind = rows == kBatch ? "_of_particles" : "_shared";
                add_case("with_matrix_" + std::to_string(repeated) + kind, std::move(deep));
            }
        }
    }
    return cases;
}

/// Cases of particular operations and of combinations.
inline std::vector<OperationCase> listed_cases() {
    using Values = std::vector<Value>;
    return {
        {"linear", {{kBatch, 5}, {3, 5}}, [](Graph& g, const Values& v) { return linear(g, v[0], v[1]); }},
        {"linear_wide",
         {{kBatch, 37}, {70, 37}, {1, 70}},
         [](Graph& g, const Values& v) { return linear(g, v[0], v[1], v[2]); }},
        {"linear_shared_addend",
         {{kBatch, 2}, {64, 2}, {1, 64}},
         [](Graph& g, const Values& v) { return linear(g, v[0], v[1], v[2]); }},
        {"linear_batch_addend",
         {{kBatch, 4}, {3, 4}, {kBatch, 3}},
         [](Graph& g, const Values& v) { return linear(g, v[0], v[1], v[2]); }},
        {"linear_shared_rows",
         {{1, 4}, {3, 4}, {1, 3}},
         [](Graph& g, const Values& v) { return linear(g, v[0], v[1], v[2]); }},
        {"matmul", {{kBatch, 3}, {3, 4}}, [](Graph& g, const Values& v) { return matmul(g, v[0], v[1]); }},
        {"matmul_over_batch",
         {{kBatch, 3}, {kBatch, 20}},
         [](Graph& g, const Values& v) { return matmul(g, v[0], v[1], true); }},
        {"matmul_transposed_second",
         {{kBatch, 3}, {4, 3}},
         [](Graph& g, const Values& v) { return matmul(g, v[0], v[1], false, true); }},
        {"matmul_transposed_first",
         {{3, 2}, {3, 4}},
         [](Graph& g, const Values& v) { return matmul(g, v[0], v[1], true); }},
        {"matmul_transposed_both",
         {{3, 2}, {4, 3}},
         [](Graph& g, const Values& v) { return matmul(g, v[0], v[1], true, true); }},
        {"add", {{kBatch, 3}, {kBatch, 3}}, [](Graph& g, const Values& v) { return add(g, v[0], v[1]); }},
        {"add_row", {{kBatch, 3}, {1, 3}}, [](Graph& g, const Values& v) { return add(g, v[0], v[1]); }},
        {"add_to_row", {{1, 3}, {kBatch, 3}}, [](Graph& g, const Values& v) { return add(g, v[0], v[1]); }},
        {"multiply", {{kBatch, 3}, {kBatch, 3}}, [](Graph& g, const Values& v) { return multiply(g, v[0], v[1]); }},
        {"multiply_row", {{kBatch, 3}, {1, 3}}, [](Graph& g, const Values& v) { return multiply(g, v[0], v[1]); }},
        {"multiply_fixed", {{4, 3}, {4, 3}}, [](Graph& g, const Values& v) { return multiply(g, v[0], v[1]); }},
        {"square", {{kBatch, 3}}, [](Graph& g, const Values& v) { return multiply(g, v[0], v[0]); }},
        {"scale", {{kBatch, 3}}, [](Graph& g, const Values& v) { return scale(g, v[0], -1.75); }},
        {"scale_over_batch", {{kBatch, 3}}, [](Graph& g, const Values& v) { return scale(g, v[0], 3, true); }},
        {"sigmoid", {{kBatch, 3}}, [](Graph& g, const Values& v) { return sigmoid(g, v[0]); }},
        {"silu", {{kBatch, 3}}, [](Graph& g, const Values& v) { return silu(g, v[0]); }},
        {"silu_derivative", {{kBatch, 3}}, [](Graph& g, const Values& v) { return silu_derivative(g, v[0]); }},
        {"sine", {{kBatch, 3}}, [](Graph& g, const Values& v) { return sine(g, v[0]); }},
        {"cosine", {{kBatch, 3}}, [](Graph& g, const Values& v) { return cosine(g, v[0]); }},
        {"concatenate_columns",
         {{kBatch, 3}, {kBatch, 2}},
         [](Graph& g, const Values& v) { return concatenate_columns(g, v[0], v[1]); }},
        {"concatenate_row",
         {{1, 3}, {kBatch, 2}},
         [](Graph& g, const Values& v) { return concatenate_columns(g, v[0], v[1]); }},
        {"slice_first", {{kBatch, 5}}, [](Graph& g, const Values& v) { return slice_columns(g, v[0], 0, 2); }},
        {"slice_middle", {{kBatch, 5}}, [](Graph& g, const Values& v) { return slice_columns(g, v[0], 1, 3); }},
        {"slice_last", {{kBatch, 5}}, [](Graph& g, const Values& v) { return slice_columns(g, v[0], 4, 1); }},
        {"sum_rows", {{kBatch, 3}}, [](Graph& g, const Values& v) { return sum_rows(g, v[0]); }},
        {"matmul_over_many_rows",
         {{260, 2}, {260, 3}},
         [](Graph& g, const Values& v) { return scale(g, matmul(g, v[0], v[1], true), 0.02); }},
        {"sum_fixed_rows", {{4, 3}}, [](Graph& g, const Values& v) { return sum_rows(g, v[0]); }},
        {"repeat_rows",
         {{1, 3}, {kBatch, 3}},
         [](Graph& g, const Values& v) { return multiply(g, repeat_rows(g, v[0]), v[1]); }},
        {"sum_rows_of_rank_3", {{kBatch, 2, 3}}, [](Graph& g, const Values& v) { return sum_rows(g, v[0]); }},
        {"sum_fixed_rows_of_rank_3", {{4, 2, 3}}, [](Graph& g, const Values& v) { return sum_rows(g, v[0]); }},
        {"sum_rows_of_rank_1", {{kBatch}}, [](Graph& g, const Values& v) { return sum_rows(g, v[0]); }},
        {"repeat_rows_of_rank_3",
         {{1, 2, 3}, {kBatch, 2, 3}},
         [](Graph& g, const Values& v) { return multiply(g, repeat_rows(g, v[0]), v[1]); }},
        {"reshape",
         {{kBatch, 6}},
         [](Graph& g, const Values& v) {
             return reshape(g, v[0], {kBatch, 2, 3});
         }},
        {"reshape_shared",
         {{4, 6}},
         [](Graph& g, const Values& v) {
             return reshape(g, v[0], {4, 3, 2});
         }},
        {"between_reshapes",
         {{kBatch, 2, 3}, {4, 6}},
         [](Graph& g, const Values& v) {
             return silu(g, linear(g, silu(g, reshape(g, v[0], {kBatch, 6})), v[1]));
         }},
        {"mean_square_of_rank_3", {{kBatch, 2, 3}}, [](Graph& g, const Values& v) { return mean_square(g, v[0]); }},
        {"mean_square", {{kBatch, 3}}, [](Graph& g, const Values& v) { return mean_square(g, v[0]); }},
        {"mean_square_fixed", {{4, 3}}, [](Graph& g, const Values& v) { return mean_square(g, v[0]); }},
        {"gather_rows", {{7, 3}}, [](Graph& g, const Values& v) { return gather_rows(g, v[0], v[1]); }, 7},
        {"gathered_addend",
         {{kBatch, 5}, {20, 5}, {3, 20}},
         [](Graph& g, const Values& v) { return silu(g, linear(g, v[0], v[1], gather_rows(g, v[2], v[3]))); },
         3},
        {"sum_levels", {{kBatch, 70}}, [](Graph& g, const Values& v) { return sum_levels(g, v[0], v[1], 5); }, 5},
        {"levels_between_sums",
         {{kBatch, 3}, {kBatch, 3}},
         [](Graph& g, const Values& v) {
             const Value means = scale(g, sum_levels(g, v[0], v[2], 4), 1, true);
             return multiply(g, gather_rows(g, silu(g, means), v[2]), v[1]);
         },
         4},
        {"after_a_sum",
         {{kBatch, 3}, {3, 3}},
         [](Graph& g, const Values& v) {
             const Value mean = scale(g, sum_rows(g, v[0]), 1, true);
             const Value centred = add(g, v[0], scale(g, mean, -1));
             const Value moments = scale(g, matmul(g, centred, centred, true), 1, true);
             return linear(g, silu(g, linear(g, centred, moments)), v[1], mean);
         }},
    };
}

inline std::vector<OperationCase> operation_cases() {
    std::vector<OperationCase> cases = listed_cases();
    for (OperationCase& test_case : element_cases()) cases.push_back(std::move(test_case));
    return cases;
}

/// The case's operands in a graph of its own.
struct BuiltCase {
    Graph graph;
    std::vector<Value> operands;
    Value result = 0;
};

inline BuiltCase build_case(const OperationCase& test_case) {
    BuiltCase built;
    for (std::size_t i = 0; i < test_case.operands.size(); ++i) {
        const Shape shape = test_case.operands[i];
        const std::string name = std::to_string(i);
        built.operands.push_back(shape.rows() == kBatch ? built.graph.input(name, shape)
                                                        : built.graph.parameter(name, shape));
    }
    std::vector<Value> all = built.operands;
    if (test_case.levels > 0) all.push_back(built.graph.input("level", {kBatch, 1}));
    built.result = test_case.build(built.graph, all);
    return built;
}

/// Levels of `rows` rows that skip some where there are fewer rows than levels, (rows, 1).
inline Matrix level_column(std::size_t rows, std::size_t levels) {
    Matrix column(rows, 1);
    for (std::size_t r = 0; r < rows; ++r) column.at(r, 0) = static_cast<double>((r * levels + levels / 2) / rows);
    return column;
}

}  // namespace scorefield::nn
