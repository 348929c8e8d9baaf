#include "nn/gpu_plan_memory.hpp"

#include <limits>
#include <stdexcept>
#include <utility>

#include "base/error.hpp"
#include "nn/arena.hpp"
#include "nn/gpu_network.hpp"
#include "nn/ops/gpu_operation.hpp"

namespace scorefield::nn {
namespace {

std::uint32_t narrow(std::size_t n) {
    if (n > std::numeric_limits<std::uint32_t>::max() / 2) throw std::logic_error("a plan of too many rows");
    return static_cast<std::uint32_t>(n);
}

GpuView row_major(std::size_t offset, std::size_t columns) {
    return {static_cast<std::uint32_t>(offset), static_cast<std::uint32_t>(columns), 1};
}

}  // namespace

GpuView transposed(const GpuView& view) {
    return {view.offset, view.column, view.row};
}

bool in_fours(const GpuView& view) {
    return view.column == 1 && view.row % 4 == 0 && view.offset % 4 == 0;
}

GpuPlanMemory::GpuPlanMemory(const Graph& graph, const GpuSchedule& schedule, const std::vector<Value>& outputs,
                             std::size_t max_rows)
    : graph_(graph),
      schedule_(schedule),
      most_rows_(gpu::round_up(narrow(max_rows), gpu::kParticleMultiple)),
      places_(graph.nodes().size()),
      placed_(graph.nodes().size(), false) {
    place_parameters();
    place_shared_outputs(outputs);
    place_inputs_and_shared();
    place_rows();
    for (std::size_t i = 0; i < outputs.size(); ++i) {
        if (!node(outputs[i]).shared()) output_views_[i] = view(outputs[i]);
    }
    ones_ = {take(1), 0, 0};
}

std::uint32_t GpuPlanMemory::take_unaligned(std::size_t floats) {
    const std::size_t at = size_;
    size_ += floats;
    if (size_ > std::numeric_limits<std::uint32_t>::max()) {
        throw base::request_error("too many particles at once", "the graph", "their values do not fit one buffer",
                                  "use a smaller batch");
    }
    return static_cast<std::uint32_t>(at);
}

std::uint32_t GpuPlanMemory::take(std::size_t floats) {
    size_ = (size_ + 3) / 4 * 4;
    return take_unaligned(floats);
}

GpuView GpuPlanMemory::take_matrix(const Shape& shape) {
    return row_major(take_unaligned(shape.rows() * shape.columns()), shape.columns());
}

/// So that what follows the first of several matrices begins at a multiple of four floats.
void GpuPlanMemory::align_after(const Shape& first) {
    take(3 - (first.rows() * first.columns() + 3) % 4);
}

void GpuPlanMemory::place_parameters() {
    bool first = true;
    for (Value value = 0; value < places_.size(); ++value) {
        if (!schedule_.needed(value) || node(value).kind != NodeKind::parameter) continue;
        if (std::exchange(first, false)) align_after(node(value).shape);
        places_[value] = named_[node(value).name] = take_matrix(node(value).shape);
        placed_[value] = true;
    }
}

void GpuPlanMemory::place_shared_outputs(const std::vector<Value>& outputs) {
    output_views_.resize(outputs.size());
    bool first = true;
    for (std::size_t i = 0; i < outputs.size(); ++i) {
        const Node& here = node(outputs[i]);
        if (!here.shared()) continue;
        if (std::exchange(first, false)) align_after(here.shape);
        output_views_[i] = take_matrix(here.shape);
        if (here.is_leaf() || is_view(here) || placed_[outputs[i]]) continue;
        places_[outputs[i]] = output_views_[i];
        placed_[outputs[i]] = true;
    }
}

void GpuPlanMemory::place_inputs_and_shared() {
    for (Value value = 0; value < places_.size(); ++value) {
        const Node& here = node(value);
        if (!schedule_.needed(value) || is_view(here) || placed_[value]) continue;
        if (here.shared()) {
            places_[value] = row_major(take(here.shape.rows() * here.shape.columns()), here.shape.columns());
        } else if (here.kind == NodeKind::input) {
            places_[value] = {take(here.shape.columns() * most_rows_), 1, most_rows_};
        }
        if (here.kind == NodeKind::input) named_[here.name] = places_[value];
    }
}

void GpuPlanMemory::place_rows() {
    Arena arena;
    std::vector<Value> placed;
    for (std::size_t at = 0; at < schedule_.order().size(); ++at) {
        const Value computed = schedule_.order()[at];
        for (const Value value : {computed, schedule_.silu_of(computed)}) {
            if (value == GpuSchedule::kNone || node(value).shared()) continue;
            const std::size_t columns = node(value).shape.columns();
            const std::size_t first = arena.take(columns, schedule_.last_use(value), at);
            places_[value] = row_major(first * most_rows_, columns);
            placed.push_back(value);
        }
    }
    const std::uint32_t begin = take(arena.size() * most_rows_);
    for (const Value value : placed) places_[value].offset += begin;
}

GpuView GpuPlanMemory::view(Value value) const {
    const Node& here = node(value);
    if (!is_view(here)) return places_[value];
    return gpu_operation(*here.operation).view(here, view(here.operands[0]));
}

GpuView GpuPlanMemory::repeated(Value value, std::size_t rows) const {
    GpuView of = view(value);
    if (node(value).shape.rows() == 1 && rows != 1) of.row = 0;
    return of;
}

}  // namespace scorefield::nn
