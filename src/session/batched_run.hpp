#pragma once

#include <span>

#include "sample/gpu_source.hpp"
#include "session/run_request.hpp"

namespace scorefield::session {

/// Runs on the GPU, warmed up first. Memory does not grow with the number of particles. `sources`: as
/// sample::GpuPopulation. Throws as Executor::load, and base::Error (running) when final states are not finite (`sink`
/// has had only finite ones then) and when the process is interrupted.
RunResult run_batches(gpu::Device& device, std::span<sample::GpuSource* const> sources, const RunRequest& request,
                      const BatchSink& sink);

}  // namespace scorefield::session
