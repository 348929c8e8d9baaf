#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "base/thread_pool.hpp"
#include "data/tensors.hpp"
#include "model/architecture.hpp"
#include "nn/float_plan.hpp"
#include "nn/graph.hpp"
#include "train/batch_source.hpp"

namespace scorefield::train {

/// An objective as a graph over the inputs "x", "c_noise", with levels "level", of a conditional network "label", and
/// those lists of Batch that its form asks for, by their names; parameters are the network's.
struct ObjectiveGraph {
    nn::Graph graph;
    nn::NetworkValues network;
    nn::Value loss = 0;  ///< (1, 1): mean over rows and coordinates
    /// For regressions: the derivative of the loss by F. Computing it takes fewer operations than the transform of the
    /// loss.
    std::optional<nn::Value> output_adjoint;
};

/// Loss first, then its derivatives by the network's trained tensors in their order: what a step of training needs.
std::vector<nn::Value> training_outputs(ObjectiveGraph& objective, const model::Architecture& network);

/// Appends the derivatives of the loss by `variables`, in that order.
std::vector<nn::Value> objective_gradients(ObjectiveGraph& objective, const std::vector<nn::Value>& variables);

ObjectiveGraph build_objective(const model::Architecture& network, const BatchForm& form, nn::TimeRows rows,
                               std::size_t levels = 1);

/// That of training batches of so many rows.
ObjectiveGraph build_objective(const model::Architecture& network, const BatchSource& source, std::size_t rows);

/// What the graph reads of a batch, by name. The batch must outlive it.
nn::FloatBindings batch_bindings(const Batch& batch);

/// The objective of a network over the first `draws` held-out draws. `progress` is told how many are done, now and
/// then.
double held_out_loss(base::ThreadPool& pool, const BatchSource& source, const model::Architecture& network,
                     const data::TensorMap& weights, std::uint64_t draws,
                     const std::function<void(std::uint64_t)>& progress = {});

}  // namespace scorefield::train
