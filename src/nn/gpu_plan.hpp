#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "gpu/buffer.hpp"
#include "gpu/pipeline.hpp"
#include "gpu/recorder.hpp"
#include "nn/graph.hpp"
#include "shaders/nn/matrix_view.h"

namespace scorefield::nn {

/// Where a matrix lies in a plan's buffer of floats (shaders/nn/matrix_view.h).
using GpuView = shaders::MatrixView;

/// Evaluates a graph in single precision on the GPU: a list of dispatches over one buffer of floats. Values of
/// particles that are not alive together share memory; transposes, slices and repeated rows are views. A silu after a
/// product, and a product with silu's derivative, are done by the product's own dispatch, which also gathers what it
/// adds. Sums over particles are formed in chunks and added in their order: the same rows give the same bits.
class GpuPlan {
  public:
    /// Plans `outputs` of `graph` for up to `max_rows` particles. Throws base::Error: request where they need more
    /// memory than one buffer of the device, running where a matrix is too wide for it.
    GpuPlan(gpu::Device& device, const Graph& graph, const std::vector<Value>& outputs, std::size_t max_rows);

    /// Records the evaluation for `rows` ≤ max_rows particles. Inputs and parameters are what lies at their places.
    void record(gpu::Recorder& recorder, std::size_t rows) const;
    /// Records a part of it, of dispatch i the pieces first … first+count−1: an evaluation may be spread over
    /// submissions, as long as all pieces of all dispatches run in their order and nothing else writes to the values
    /// between them. However it is cut, the results have the same bits.
    void record(gpu::Recorder& recorder, std::size_t rows, std::size_t i, std::size_t first, std::size_t count) const;
    std::size_t dispatches() const { return steps_.size(); }
    /// The number of pieces of equal work (the last may have less) into which dispatch i over `rows` particles can be
    /// cut.
    std::size_t pieces(std::size_t i, std::size_t rows) const;
    /// The number of arithmetic operations of dispatch i over `rows` particles, roughly.
    double work(std::size_t i, std::size_t rows) const;

    const gpu::Buffer& values() const { return values_; }
    /// The view of an input or parameter. Parameters lie row-major, one after the other, in the graph's order; the
    /// second one begins at a multiple of four floats.
    GpuView place(const std::string& name) const;
    /// The view of output i. Outputs without a row per particle lie row-major, one after the other; the second one
    /// begins at a multiple of four floats.
    GpuView output(std::size_t i) const { return outputs_.at(i); }

  private:
    static constexpr std::uint32_t kChunk = 128;       ///< rows per part of a sum
    static constexpr std::uint32_t kMostChunks = 256;  ///< whose parts are kept at a time

    enum class Kernel : std::uint8_t { dense, outer, combine, bounds, levels, map };
    /// One dispatch; or the parts of a sum, and where that does not wait, their addition.
    struct Step {
        Kernel kernel = Kernel::map;
        std::size_t pipeline = 0;
        std::size_t rows = 0;       ///< kBatch: as many as there are particles; outer: that are summed over
        std::uint32_t columns = 0;  ///< outer: of b; combine: number of sums
        std::uint32_t inputs = 0;   ///< dense: products per element
        std::uint32_t left = 0;     ///< outer: columns of a; combine: invocations of the largest sum
        std::uint32_t sum = 0;      ///< outer, combine: the (first) sum's place in the table
        std::uint32_t parts = 0;    ///< outer: where they lie, from parts_ on
        bool waits = false;         ///< outer: a later step adds up the parts
        std::uint32_t block = 1;    ///< columns per workgroup; levels: per invocation
        std::uint32_t bounds = 0;   ///< where the first rows of levels lie
        float factor = 1;
        bool over_batch = false;
        bool gathers = false;  ///< dense: the addend, map: a is a table, of which `level` and b say the rows
        GpuView a, b, addend, result, other, level;
    };
    friend class GpuPlanBuilder;

    /// What lies between two of a step's rows, chunks or levels.
    struct Range {
        std::uint32_t first = 0;
        std::uint32_t end = 0;
    };

    std::uint32_t groups(const Step& step, std::uint32_t count) const;
    std::uint32_t piece_count(const Step& step, std::size_t rows) const;
    void record_pieces(gpu::Recorder& recorder, const Step& step, std::uint32_t rows, Range pieces) const;
    void record_rows(gpu::Recorder& recorder, const Step& step, std::uint32_t rows, Range range) const;
    void record_levels(gpu::Recorder& recorder, const Step& step, Range levels) const;
    void record_outer(gpu::Recorder& recorder, const Step& step, std::uint32_t rows, Range chunks) const;
    void record_combination(gpu::Recorder& recorder, const Step& step, std::uint32_t first, std::uint32_t end,
                            std::uint32_t sums) const;

    std::vector<gpu::ComputePipeline> pipelines_;
    gpu::ComputePipeline combine_;
    std::vector<Step> steps_;
    std::map<std::string, GpuView> places_;
    std::vector<GpuView> outputs_;
    std::uint32_t parts_ = 0;  ///< where parts of sums lie
    std::uint32_t table_ = 0;  ///< where plan_combine finds its sums, in their size
    gpu::Buffer values_;
};

}  // namespace scorefield::nn
