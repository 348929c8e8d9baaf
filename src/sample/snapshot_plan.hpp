#pragma once

#include <cstdint>
#include <vector>

#include "diffusion/program.hpp"

namespace scorefield::sample {

/// The states of a run that are kept, so that seeking needs fewer evaluations: the state after every `every`-th step. A
/// snapshot consists of the registers that later steps read, and the result register.
struct SnapshotPlan {
    std::vector<int> registers;  ///< of a snapshot, ascending
    int every = 0;               ///< 0: no state is kept
    int count = 0;

    /// The number of the snapshot of this state; −1 where it is not kept. 0 < state < steps.
    int number_of(int state) const { return every > 0 && state % every == 0 ? state / every - 1 : -1; }
    /// The state of a snapshot; number −1 stands for state 0, the start.
    int state_of(int number) const { return (number + 1) * every; }
};

/// The registers whose values after some step matter to later steps, and the result register; inputs that no op writes
/// are left out, since they stay what they are.
std::vector<int> registers_to_resume(const diffusion::Program& program);

/// Plans as many evenly spaced snapshots as fit into `budget` bytes, at most 128, where a register takes
/// `register_bytes`.
SnapshotPlan plan_snapshots(const diffusion::Program& program, std::uint64_t register_bytes, std::uint64_t budget);

}  // namespace scorefield::sample
