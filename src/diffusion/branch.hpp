#pragma once

#include <cstdint>

#include "diffusion/program.hpp"

namespace scorefield::diffusion {

/// Streams of the counter-based generator from here on belong to branches (base::Stream has the others).
inline constexpr std::uint32_t kBranchStreams = 0x8000'0000;

/// Which noise a branch takes. Its draws are numbered from 0, as those of the trunk are, and have the key of the trunk:
/// other streams (from kBranchStreams on, chosen by the seed) make them independent of the trunk's, also where
/// both have the same seed.
struct BranchNoise {
    std::uint64_t seed = 0;
    /// The branch goes on along the Brownian path of the trunk, whose program was compiled with one_path as well: its
    /// increments below the level of the branch are independent of those above. Correctors still have draws of their
    /// own.
    bool on_path = false;

    /// What stands in the place of a stream of the program.
    std::uint32_t stream(std::uint32_t stream) const;
};

/// The instruction with the noise of a branch.
Instruction with_noise(Instruction instruction, const BranchNoise& noise);

/// One program that runs `trunk` to its state `step`, 0 … trunk.steps − 1, and goes on by `branch`: states up to `step`
/// are those of the trunk, bit for bit. `branch` is compiled from the level of that state on. Both are compiled by
/// compile_program for one model.
Program with_branch(const Program& trunk, int step, const Program& branch, const BranchNoise& noise);

}  // namespace scorefield::diffusion
