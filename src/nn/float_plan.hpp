#pragma once

#include <array>
#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "base/thread_pool.hpp"
#include "nn/aligned.hpp"
#include "nn/graph.hpp"
#include "nn/kernels.hpp"
#include "nn/ops/operation.hpp"

namespace scorefield::nn {

/// Values of inputs and parameters by name, row-major; they must outlive the run.
using FloatBindings = std::map<std::string, std::span<const float>>;

/// Evaluates a graph in single precision on all cores. The particles are cut into blocks of kBlockRows; sums over
/// particles are formed per block and added in the blocks' order, so that results do not depend on the number of
/// threads. A graph is run in stages: a stage ends where values need a sum over all particles of an earlier one.
class FloatPlan {
  public:
    static constexpr std::size_t kBlockRows = 128;

    /// Plans `outputs` of `graph` for up to `max_rows` particles. Memory of values with one row per particle is one
    /// arena per block, shared by values that are not alive together.
    FloatPlan(const Graph& graph, std::vector<Value> outputs, std::size_t max_rows,
              const Kernels& kernels = nn::kernels());

    /// Evaluates for `rows` ≤ max_rows particles. Throws std::logic_error for missing or ill-sized bindings.
    void run(base::ThreadPool& pool, std::size_t rows, const FloatBindings& bindings);

    /// Output i of the last run, row-major; valid until the next run.
    std::span<const float> output(std::size_t i) const;

    /// Floats of one block's arena.
    std::size_t arena_size() const { return arena_columns_ * kBlockRows; }

  private:
    /// Where a value lives and when it is computed.
    struct Place {
        bool needed = false;
        bool batch = false;      ///< one row per particle
        bool reduction = false;  ///< a sum over particles
        std::size_t stage = 0;
        std::size_t column = 0;  ///< of the arena (batch values)
        AlignedFloats shared;    ///< shared values; reductions: their sum
        AlignedFloats partial;   ///< reductions: one part per block
        AlignedFloats prepared;  ///< by Operation::prepare
        ElementLoop loop = nullptr;
        const float* bound = nullptr;
    };
    struct Block {
        std::size_t index = 0;
        std::size_t first = 0;
        std::size_t rows = 0;
    };
    struct Operands {
        std::array<HostView, kMostOperands> views;
        std::size_t count = 0;

        std::span<const HostView> span() const { return std::span(views).first(count); }
    };

    ElementLoop loop_of(const Operation& operation) const;
    void plan_stages();
    void plan_arena();
    void bind(const FloatBindings& bindings, std::size_t rows);
    HostView view(Value value, const Block& block) const;
    Operands operands_of(const Node& node, const Block& block) const;
    float* destination(Value value, const Block& block);
    void prepare(Value value);
    void compute(Value value, const Block& block);
    void run_block(std::size_t stage, const Block& block);
    void combine(Value value, std::size_t blocks);
    void gather(const Block& block);

    Graph graph_;
    std::vector<Value> outputs_;
    std::size_t max_rows_;
    const Kernels* kernels_;
    std::vector<Place> places_;
    std::size_t stages_ = 1;
    std::size_t arena_columns_ = 0;
    std::size_t rows_ = 0;
    AlignedFloats arena_;
    std::vector<AlignedFloats> gathered_;  ///< outputs with one row per particle
};

}  // namespace scorefield::nn
