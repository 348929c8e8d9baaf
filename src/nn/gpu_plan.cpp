#include "nn/gpu_plan.hpp"

#include <algorithm>
#include <stdexcept>

#include "shaders/nn/plan_bounds_push.h"
#include "shaders/nn/plan_combine_push.h"
#include "shaders/nn/plan_dense_push.h"
#include "shaders/nn/plan_levels_push.h"
#include "shaders/nn/plan_map_push.h"
#include "shaders/nn/plan_outer_push.h"

namespace scorefield::nn {
namespace {

/// What of the matrix lies from the row on.
GpuView from_row(GpuView view, std::uint32_t row) {
    view.offset += row * view.row;
    return view;
}

}  // namespace

GpuView GpuPlan::place(const std::string& name) const {
    const auto found = places_.find(name);
    if (found == places_.end()) throw std::logic_error("the plan has no input or parameter '" + name + "'");
    return found->second;
}

std::uint32_t GpuPlan::groups(const Step& step, std::uint32_t count) const {
    const std::uint32_t group = pipelines_[step.pipeline].local_size()[0];
    return (count + group - 1) / group;
}

/// Parts are kept of kMostChunks chunks at a time: where those end and their sum does not wait, they are added up.
void GpuPlan::record_outer(gpu::Recorder& recorder, const Step& step, std::uint32_t rows, Range chunks) const {
    const std::uint32_t blocks = (step.columns + step.block - 1) / step.block;
    for (std::uint32_t chunk = chunks.first; chunk < chunks.end;) {
        const std::uint32_t round = chunk / kMostChunks * kMostChunks;
        const std::uint32_t last = std::min(chunks.end, round + kMostChunks);
        const std::uint32_t end = std::min(rows, last * kChunk);
        const std::uint32_t parts = parts_ + step.parts + (chunk - round) * step.left * step.columns;
        const shaders::PlanOuterPush outer = {.first = chunk * kChunk,
                                              .end = end,
                                              .left = step.left,
                                              .right = step.columns,
                                              .parts = parts,
                                              .a = step.a,
                                              .b = step.b};
        recorder.dispatch(pipelines_[step.pipeline], {gpu::reads_writes(values_)}, outer, groups(step, step.left),
                          blocks, last - chunk);
        const bool round_ends = end == rows || last == round + kMostChunks;
        if (!step.waits && round_ends) record_combination(recorder, step, round * kChunk, end, 1);
        chunk = last;
    }
}

void GpuPlan::record_combination(gpu::Recorder& recorder, const Step& step, std::uint32_t first, std::uint32_t end,
                                 std::uint32_t sums) const {
    const std::uint32_t invocations = step.kernel == Kernel::combine ? step.left : step.left * step.columns;
    const std::uint32_t group = combine_.local_size()[0];
    const shaders::PlanCombinePush push = {
        .table = table_ + step.sum, .first = first, .end = end, .accumulate = first > 0 ? 1U : 0U};
    recorder.dispatch(combine_, {gpu::reads_writes(values_)}, push, (invocations + group - 1) / group, sums);
}

double GpuPlan::work(std::size_t i, std::size_t rows) const {
    const Step& step = steps_.at(i);
    const auto here = static_cast<double>(step.rows == kBatch ? rows : step.rows);
    const auto columns = static_cast<double>(step.columns);
    switch (step.kernel) {
        case Kernel::dense:
            return 2 * here * columns * step.inputs;
        case Kernel::outer:
            return 2 * here * columns * step.left;
        case Kernel::combine:
            return static_cast<double>(rows) / kChunk * step.left * columns;
        case Kernel::levels:
            return static_cast<double>(rows) * columns;
        case Kernel::bounds:
        case Kernel::map:
            break;
    }
    return here * columns;
}

std::uint32_t GpuPlan::piece_count(const Step& step, std::size_t rows) const {
    const auto here = static_cast<std::uint32_t>(step.rows == kBatch ? rows : step.rows);
    switch (step.kernel) {
        case Kernel::dense:
        case Kernel::map:
            return groups(step, here);
        case Kernel::outer:
            return (here + kChunk - 1) / kChunk;
        case Kernel::levels:
            return here;
        case Kernel::combine:
        case Kernel::bounds:
            break;
    }
    return 1;
}

std::size_t GpuPlan::pieces(std::size_t i, std::size_t rows) const {
    return piece_count(steps_.at(i), rows);
}

void GpuPlan::record(gpu::Recorder& recorder, std::size_t rows) const {
    for (const Step& step : steps_) {
        record_pieces(recorder, step, static_cast<std::uint32_t>(rows), {0, piece_count(step, rows)});
    }
}

void GpuPlan::record(gpu::Recorder& recorder, std::size_t rows, std::size_t i, std::size_t first,
                     std::size_t count) const {
    if (i >= steps_.size() || first > pieces(i, rows) || count > pieces(i, rows) - first) {
        throw std::logic_error("a plan has no such dispatches");
    }
    const Range range = {static_cast<std::uint32_t>(first), static_cast<std::uint32_t>(first + count)};
    record_pieces(recorder, steps_[i], static_cast<std::uint32_t>(rows), range);
}

void GpuPlan::record_pieces(gpu::Recorder& recorder, const Step& step, std::uint32_t rows, Range pieces) const {
    const auto here = step.rows == kBatch ? rows : static_cast<std::uint32_t>(step.rows);
    switch (step.kernel) {
        case Kernel::combine:
            return record_combination(recorder, step, 0, rows, step.columns);
        case Kernel::outer:
            return record_outer(recorder, step, here, pieces);
        case Kernel::levels:
            return record_levels(recorder, step, pieces);
        case Kernel::bounds: {
            const shaders::PlanBoundsPush push = {.rows = rows,
                                                  .count = here,
                                                  .level = step.level.offset,
                                                  .level_row = step.level.row,
                                                  .bounds = step.bounds};
            return recorder.dispatch(pipelines_[step.pipeline], {gpu::reads_writes(values_)}, push, groups(step, here));
        }
        case Kernel::dense:
        case Kernel::map:
            break;
    }
    const std::uint32_t group = pipelines_[step.pipeline].local_size()[0];
    record_rows(recorder, step, rows, {pieces.first * group, std::min(here, pieces.end * group)});
}

void GpuPlan::record_levels(gpu::Recorder& recorder, const Step& step, Range levels) const {
    const shaders::PlanLevelsPush push = {.columns = step.columns,
                                          .bounds = step.bounds + levels.first,
                                          .a = step.a,
                                          .result = from_row(step.result, levels.first)};
    recorder.dispatch(pipelines_[step.pipeline], {gpu::reads_writes(values_)}, push,
                      groups(step, step.columns / step.block), levels.end - levels.first);
}

void GpuPlan::record_rows(gpu::Recorder& recorder, const Step& step, std::uint32_t rows, Range range) const {
    const gpu::ComputePipeline& pipeline = pipelines_[step.pipeline];
    const std::uint32_t count = range.end - range.first;
    const auto moved = [&](const GpuView& view) { return from_row(view, range.first); };
    if (step.kernel == Kernel::dense) {
        const shaders::PlanDensePush push = {.rows = count,
                                             .columns = step.columns,
                                             .a = moved(step.a),
                                             .b = step.b,
                                             .addend = step.gathers ? step.addend : moved(step.addend),
                                             .result = moved(step.result),
                                             .other = moved(step.other),
                                             .level = moved(step.level)};
        recorder.dispatch(pipeline, {gpu::reads_writes(values_)}, push, groups(step, count),
                          (step.columns + step.block - 1) / step.block);
    } else {
        const float factor = step.over_batch ? step.factor / static_cast<float>(rows) : step.factor;
        const shaders::PlanMapPush push = {.rows = count,
                                           .factor = factor,
                                           .a = step.gathers ? step.a : moved(step.a),
                                           .b = moved(step.b),
                                           .result = moved(step.result)};
        recorder.dispatch(pipeline, {gpu::reads_writes(values_)}, push, groups(step, count), step.columns);
    }
}

}  // namespace scorefield::nn
