#pragma once

#include <algorithm>

#include "sample/gpu_source.hpp"
#include "sample/host_support.hpp"
#include "session/batched_run.hpp"

namespace scorefield::sample {

/// A whole evaluation of any number of particles.
inline void record_whole(GpuEvaluations& evaluations, gpu::Recorder& recorder, const gpu::Buffer& values,
                         EvalBlock block) {
    const std::uint32_t end = block.first + block.count;
    for (; block.first < end; block.first += evaluations.block()) {
        block.count = std::min(evaluations.block(), end - block.first);
        for (std::uint32_t part = 0; part < evaluations.parts(); ++part) {
            evaluations.record(recorder, values, block, part);
        }
    }
}

inline Collected collect(gpu::Device& device, std::span<GpuSource* const> sources, const RunRequest& request) {
    return collect(sources[0]->dim(), request, [&](const RunRequest& asked, const session::BatchSink& sink) {
        session::run_batches(device, sources, asked, sink);
    });
}

}  // namespace scorefield::sample
