#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "nn/gpu_plan.hpp"
#include "nn/gpu_plan_schedule.hpp"

namespace scorefield::nn {

/// Where the values of a graph lie in a plan's buffer of floats. What has one row per particle lies row-major, so that
/// an invocation reads four of its numbers at a time; inputs are planes, one column after the other.
class GpuPlanMemory {
  public:
    GpuPlanMemory(const Graph& graph, const GpuSchedule& schedule, const std::vector<Value>& outputs,
                  std::size_t max_rows);

    /// Takes memory that begins at a multiple of four floats; request error where it is too much to be addressed.
    std::uint32_t take(std::size_t floats);
    std::size_t size() const { return size_; }
    /// Rows that every value of particles has room for.
    std::uint32_t most_rows() const { return most_rows_; }

    /// Where the value is computed. An output that nothing else shows is computed where it is handed out.
    GpuView place(Value value) const { return places_[value]; }
    /// Where the value is read: as `place`, or a part of its operand's memory.
    GpuView view(Value value) const;
    /// The view with its only row repeated where `rows` are wanted.
    GpuView repeated(Value value, std::size_t rows) const;
    /// A one, repeated.
    GpuView ones() const { return ones_; }
    /// Inputs and parameters. Parameters lie row-major, one after the other, in the graph's order; the second one at a
    /// multiple of four floats.
    const std::map<std::string, GpuView>& named() const { return named_; }
    /// The views of the outputs. Outputs without a row per particle lie row-major, one after the other; the second one
    /// begins at a multiple of four floats.
    const std::vector<GpuView>& outputs() const { return output_views_; }

  private:
    const Node& node(Value value) const { return graph_.node(value); }
    std::uint32_t take_unaligned(std::size_t floats);
    GpuView take_matrix(const Shape& shape);
    void align_after(const Shape& first);
    void place_parameters();
    void place_shared_outputs(const std::vector<Value>& outputs);
    void place_inputs_and_shared();
    void place_rows();

    const Graph& graph_;
    const GpuSchedule& schedule_;
    std::uint32_t most_rows_;
    std::size_t size_ = 0;  ///< floats
    std::vector<GpuView> places_;
    std::vector<bool> placed_;
    std::vector<GpuView> output_views_;
    std::map<std::string, GpuView> named_;
    GpuView ones_;
};

GpuView transposed(const GpuView& view);
/// Whether four columns of a row lie together, from every fourth on, so that they may be read as one vector.
bool in_fours(const GpuView& view);

}  // namespace scorefield::nn
