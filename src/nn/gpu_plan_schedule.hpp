#pragma once

#include <cstddef>
#include <limits>
#include <vector>

#include "nn/graph.hpp"

namespace scorefield::nn {

/// Which dispatch of a GpuPlan computes which values of a graph, and in which order. A dispatch computes one value; a
/// product's dispatch also the silu of its result, or the product times silu's derivative.
class GpuSchedule {
  public:
    GpuSchedule(const Graph& graph, const std::vector<Value>& outputs);

    static constexpr Value kNone = std::numeric_limits<Value>::max();

    bool needed(Value value) const { return needed_[value]; }
    /// The values that have a dispatch of their own, in the order of dispatches.
    const std::vector<Value>& order() const { return order_; }
    /// For a product: the silu that its dispatch computes, too; or kNone.
    Value silu_of(Value value) const { return silu_of_[value]; }
    /// For a multiplication: the product that its dispatch computes, too; or kNone.
    Value product_of(Value value) const { return product_of_[value]; }
    /// Whether another value's dispatch computes the value or gathers it itself.
    bool absorbed(Value value) const { return absorbed_[value]; }
    /// For a multiplication with product_of: the value at which it takes silu's derivative.
    Value slope_of(Value value) const;
    /// The place in order() of the last dispatch that reads the value; order().size() where an output shows it.
    std::size_t last_use(Value value) const { return last_use_[value]; }
    /// Whether nothing in the graph reads the value.
    bool is_final(Value value) const { return uses_[value] == 0; }
    /// A product with few enough inputs for one invocation per element; others are sums over rows.
    bool is_dense(Value value) const;

  private:
    const Node& node(Value value) const { return graph_.node(value); }
    bool is_output(Value value) const;
    bool hidden(Value value) const;
    void count_uses();
    void choose_fusions();
    std::vector<bool> gathered_addends() const;
    void fuse_derivative(Value value);
    std::vector<Value> reads_of(Value value) const;
    void find_last_uses();

    const Graph& graph_;
    const std::vector<Value>& outputs_;
    std::vector<bool> needed_;
    std::vector<std::size_t> uses_;
    std::vector<Value> silu_of_;
    std::vector<Value> product_of_;
    std::vector<bool> absorbed_;
    std::vector<Value> order_;
    std::vector<std::size_t> last_use_;
};

/// Rows that a sum takes as the inputs of a product, at most.
inline constexpr std::size_t kFewInputs = 256;

}  // namespace scorefield::nn
