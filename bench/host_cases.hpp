#pragma once

#include <memory>

#include "base/instruction_sets.hpp"
#include "base/thread_pool.hpp"
#include "bench/benchmark.hpp"
#include "model/model.hpp"
#include "session/engine.hpp"

namespace scorefield::bench {

/// The instruction set that the host's kernels use.
inline base::InstructionSet instruction_set_in_use() {
    return base::runnable_instruction_sets().back();
}

/// This machine as the host engine uses it.
Machine host_machine(const base::ThreadPool& pool);

/// All cases of `engine`, which is the host's, the ceilings first. The arguments must outlive them.
Cases make_host_cases(base::ThreadPool& pool, session::Engine& engine, const model::Model& model);

/// Multiply-adds in registers on all threads, or on one.
std::unique_ptr<Case> make_multiply_add(base::ThreadPool& pool, bool all_threads);
std::unique_ptr<Case> make_memory_copy(base::ThreadPool& pool);
std::unique_ptr<Case> make_normals(base::ThreadPool& pool);
std::unique_ptr<Case> make_network(base::ThreadPool& pool, const model::Model& model, std::uint32_t particles);
/// The exact denoiser of 16 correlated Gaussians in the plane.
std::unique_ptr<Case> make_mixture(base::ThreadPool& pool, std::uint32_t particles);
/// The sum of two scaled states.
std::unique_ptr<Case> make_blend(base::ThreadPool& pool, std::uint32_t particles);

}  // namespace scorefield::bench
