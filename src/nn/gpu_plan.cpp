#include "nn/gpu_plan.hpp"

#include <algorithm>
#include <stdexcept>

namespace scorefield::nn {
namespace {

struct DensePush {
    std::uint32_t rows = 0, columns = 0;
    GpuView a, b, addend, result, other, level;
};
struct OuterPush {
    std::uint32_t first = 0, end = 0, left = 0, right = 0, parts = 0;
    GpuView a, b;
};
struct CombinePush {
    std::uint32_t table = 0, first = 0, end = 0, accumulate = 0;
};
struct BoundsPush {
    std::uint32_t rows = 0, count = 0, level = 0, level_row = 0, bounds = 0;
};
struct LevelsPush {
    std::uint32_t columns = 0, bounds = 0;
    GpuView a, result;
};
struct MapPush {
    std::uint32_t rows = 0;
    float factor = 0;
    GpuView a, b, result;
};

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

void GpuPlan::record_outer(gpu::Recorder& recorder, const Step& step, std::uint32_t rows) const {
    const std::uint32_t blocks = (step.columns + step.block - 1) / step.block;
    for (std::uint32_t first = 0; first < rows; first += kChunk * kMostChunks) {
        const std::uint32_t end = std::min(rows, first + kChunk * kMostChunks);
        const std::uint32_t chunks = (end - first + kChunk - 1) / kChunk;
        const OuterPush outer = {first, end, step.left, step.columns, parts_ + step.parts, step.a, step.b};
        recorder.dispatch(pipelines_[step.pipeline], {gpu::reads_writes(values_)}, outer, groups(step, step.left),
                          blocks, chunks);
        if (!step.waits) record_combination(recorder, step, first, end, 1);
    }
}

void GpuPlan::record_combination(gpu::Recorder& recorder, const Step& step, std::uint32_t first, std::uint32_t end,
                                 std::uint32_t sums) const {
    const std::uint32_t invocations = step.kernel == Kernel::combine ? step.left : step.left * step.columns;
    const std::uint32_t group = combine_.local_size()[0];
    const CombinePush push = {table_ + step.sum, first, end, first > 0 ? 1U : 0U};
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

void GpuPlan::record(gpu::Recorder& recorder, std::size_t rows, std::size_t first, std::size_t count) const {
    if (first > steps_.size() || count > steps_.size() - first) throw std::logic_error("a plan has no such dispatches");
    for (const Step& step : std::span(steps_).subspan(first, count)) {
        record_step(recorder, step, static_cast<std::uint32_t>(rows));
    }
}

void GpuPlan::record_step(gpu::Recorder& recorder, const Step& step, std::uint32_t rows) const {
    const auto here = step.rows == kBatch ? rows : static_cast<std::uint32_t>(step.rows);
    if (step.kernel == Kernel::combine) return record_combination(recorder, step, 0, rows, step.columns);
    const gpu::ComputePipeline& pipeline = pipelines_[step.pipeline];
    if (step.kernel == Kernel::outer) {
        record_outer(recorder, step, here);
    } else if (step.kernel == Kernel::bounds) {
        const BoundsPush push = {rows, here, step.level.offset, step.level.row, step.bounds};
        recorder.dispatch(pipeline, {gpu::reads_writes(values_)}, push, groups(step, here));
    } else if (step.kernel == Kernel::levels) {
        const LevelsPush push = {step.columns, step.bounds, step.a, step.result};
        recorder.dispatch(pipeline, {gpu::reads_writes(values_)}, push, groups(step, step.columns / step.block), here);
    } else if (step.kernel == Kernel::dense) {
        const DensePush push = {here, step.columns, step.a, step.b, step.addend, step.result, step.other, step.level};
        recorder.dispatch(pipeline, {gpu::reads_writes(values_)}, push, groups(step, here),
                          (step.columns + step.block - 1) / step.block);
    } else {
        const float factor = step.over_batch ? step.factor / static_cast<float>(rows) : step.factor;
        const MapPush push = {here, factor, step.a, step.b, step.result};
        recorder.dispatch(pipeline, {gpu::reads_writes(values_)}, push, groups(step, here), step.columns);
    }
}

}  // namespace scorefield::nn
