#include "train/objective.hpp"

#include <algorithm>
#include <vector>

#include "nn/float_plan.hpp"
#include "nn/forward.hpp"
#include "nn/mean.hpp"
#include "nn/ops/add/add.hpp"
#include "nn/ops/concatenate_columns/concatenate_columns.hpp"
#include "nn/ops/multiply/multiply.hpp"
#include "nn/ops/repeat_rows/repeat_rows.hpp"
#include "nn/ops/scale/scale.hpp"
#include "nn/ops/slice_columns/slice_columns.hpp"
#include "nn/reverse.hpp"

namespace scorefield::train {
namespace {

/// How F moves with x along a direction of (batch, d): Jv.
nn::Value derivative_along(nn::Graph& graph, const nn::NetworkValues& network, nn::Value direction) {
    return nn::tangents(graph, {{network.x, direction}}, {network.output}).front();
}

/// (batch, d): ∂F_k/∂x_k of every coordinate k.
nn::Value diagonal(nn::Graph& graph, const nn::NetworkValues& network, std::size_t dim) {
    std::vector<nn::Value> entries;
    for (std::size_t k = 0; k < dim; ++k) {
        std::vector<float> axis(dim);
        axis[k] = 1;
        const nn::Value direction = repeat_rows(graph, graph.constant({1, dim}, axis));
        entries.push_back(slice_columns(graph, derivative_along(graph, network, direction), k, 1));
    }
    nn::Value joined = entries.front();
    for (std::size_t k = 1; k < dim; ++k) joined = concatenate_columns(graph, joined, entries[k]);
    return joined;
}

/// σ²·(trace or vᵀ∇s v) + ½‖σs‖² of each row and coordinate, σs = skip·x + out·F.
nn::Value implicit_terms(nn::Graph& graph, const nn::NetworkValues& network, const BatchForm& form, std::size_t dim) {
    const nn::Shape shape = {nn::kBatch, dim};
    const nn::Value out = graph.input("out", shape);
    const nn::Value spread = graph.input("spread", shape);
    nn::Value scaled_score = multiply(graph, out, network.output);
    nn::Value moved = 0;
    nn::Value along = 0;
    if (form.loss == BatchForm::Loss::sliced) {
        along = graph.input("direction", shape);
        moved = multiply(graph, along, derivative_along(graph, network, along));
    } else {
        moved = diagonal(graph, network, dim);
    }
    nn::Value slope = multiply(graph, out, moved);
    if (form.skips) {
        const nn::Value skip = graph.input("skip", shape);
        scaled_score = add(graph, scaled_score, multiply(graph, skip, network.x));
        const bool sliced = form.loss == BatchForm::Loss::sliced;
        slope = add(graph, slope, sliced ? multiply(graph, skip, multiply(graph, along, along)) : skip);
    }
    return add(graph, multiply(graph, spread, slope), scale(graph, multiply(graph, scaled_score, scaled_score), 0.5));
}

}  // namespace

ObjectiveGraph build_objective(const model::Architecture& network, const BatchForm& form, nn::TimeRows rows,
                               std::size_t levels) {
    ObjectiveGraph objective;
    nn::Graph& graph = objective.graph;
    objective.network = model::build_network(graph, network, rows, levels);
    const std::size_t dim = model::dim_of(network);
    if (form.loss != BatchForm::Loss::regression) {
        objective.loss = mean(graph, implicit_terms(graph, objective.network, form, dim));
        return objective;
    }
    const nn::Shape shape = {nn::kBatch, dim};
    nn::Value difference = add(graph, objective.network.output, scale(graph, graph.input("target", shape), -1));
    std::optional<nn::Value> root_weight;
    if (form.weighted) root_weight = graph.input("root_weight", shape);
    if (root_weight) difference = multiply(graph, *root_weight, difference);
    objective.loss = mean_square(graph, difference);
    const nn::Value adjoint = scale(graph, difference, 2 / static_cast<double>(dim), true);
    objective.output_adjoint = root_weight ? multiply(graph, *root_weight, adjoint) : adjoint;
    return objective;
}

std::vector<nn::Value> objective_gradients(ObjectiveGraph& objective, const std::vector<nn::Value>& variables) {
    if (!objective.output_adjoint) return nn::gradients(objective.graph, objective.loss, variables);
    return nn::gradients(objective.graph, objective.network.output, *objective.output_adjoint, variables);
}

ObjectiveGraph build_objective(const model::Architecture& network, const BatchSource& source, std::size_t rows) {
    const std::size_t levels = source.batch_levels(rows);
    return build_objective(network, source.form(), levels > 1 ? nn::TimeRows::levels : nn::TimeRows::shared, levels);
}

std::vector<nn::Value> training_outputs(ObjectiveGraph& objective, const model::Architecture& network) {
    std::vector<nn::Value> trained;
    for (const nn::TensorSpec& spec : model::tensors_of(network)) {
        if (spec.trained) trained.push_back(objective.graph.find(spec.name));
    }
    std::vector<nn::Value> outputs = objective_gradients(objective, trained);
    outputs.insert(outputs.begin(), objective.loss);
    return outputs;
}

nn::FloatBindings batch_bindings(const Batch& batch) {
    return {{"x", batch.x},           {"level", batch.level},
            {"c_noise", batch.times}, {"label", batch.label},
            {"target", batch.target}, {"root_weight", batch.root_weight},
            {"skip", batch.skip},     {"out", batch.out},
            {"spread", batch.spread}, {"direction", batch.direction}};
}

double held_out_loss(base::ThreadPool& pool, const BatchSource& source, const model::Architecture& network,
                     const data::TensorMap& weights, std::uint64_t draws,
                     const std::function<void(std::uint64_t)>& progress) {
    // Evaluated at a time: memory grows with the coordinates, not with the rows alone.
    constexpr std::size_t kMostRows = 8192;
    constexpr std::size_t kMostCoordinates = std::size_t{1} << 22U;
    const std::size_t most = std::clamp<std::size_t>(kMostCoordinates / model::dim_of(network), 1, kMostRows);
    const ObjectiveGraph objective = build_objective(network, source.form(), nn::TimeRows::per_particle);
    nn::FloatPlan plan(objective.graph, {objective.loss}, most);
    Batch batch;
    double sum = 0;
    for (std::uint64_t first = 0; first < draws; first += most) {
        const std::size_t rows = std::min<std::uint64_t>(most, draws - first);
        source.draw_held_out(pool, first, rows, batch);
        nn::FloatBindings bound = batch_bindings(batch);
        for (const auto& [name, tensor] : weights) bound[name] = tensor.values;
        plan.run(pool, rows, bound);
        sum += static_cast<double>(plan.output(0)[0]) * static_cast<double>(rows);
        if (progress) progress(first + rows);
    }
    return sum / static_cast<double>(draws);
}

}  // namespace scorefield::train
