#include "diffusion/branch.hpp"

#include <algorithm>
#include <stdexcept>
#include <variant>

#include "base/fnv.hpp"
#include "base/random.hpp"

namespace scorefield::diffusion {

std::uint32_t BranchNoise::stream(std::uint32_t stream) const {
    if (on_path && stream == base::kSamplerStream) return stream;
    base::Fnv hash;
    hash.number(seed);
    hash.number(stream);
    return kBranchStreams | static_cast<std::uint32_t>(hash.hash());
}

Instruction with_noise(Instruction instruction, const BranchNoise& noise) {
    if (auto* const blend = std::get_if<Blend>(&instruction)) {
        for (NoiseTerm& term : blend->noise) term.stream = noise.stream(term.stream);
    }
    return instruction;
}

Program with_branch(const Program& trunk, int step, const Program& branch, const BranchNoise& noise) {
    if (step < 0 || step >= trunk.steps) throw std::logic_error("with_branch: the trunk has no such state");
    const auto keeps_state = [](const Program& program) { return program.init_register == 0 && program.result == 0; };
    if (!keeps_state(trunk) || !keeps_state(branch)) {
        throw std::logic_error("with_branch: the states of a compiled program are in register 0");
    }
    Program program = trunk;
    program.ops.resize(step == 0 ? 0 : trunk.end_of_step(step - 1));
    for (const Op& op : branch.ops) program.ops.push_back({step + op.step, with_noise(op.instruction, noise)});
    program.sampler = branch.sampler;
    program.steps = step + branch.steps;
    program.registers = std::max(trunk.registers, branch.registers);
    program.validate();
    return program;
}

}  // namespace scorefield::diffusion
