#include "sample/snapshot_plan.hpp"

#include <algorithm>
#include <iterator>
#include <variant>

namespace scorefield::sample {
namespace {

/// What an op reads and writes. `clamp` and `threshold` read what they write.
struct Accesses {
    std::vector<int> reads;
    int writes = 0;
};

Accesses accesses_of(const diffusion::Program& program, const diffusion::Instruction& instruction) {
    if (const auto* eval = std::get_if<diffusion::Eval>(&instruction)) return {{eval->src}, eval->dst};
    if (const auto* blend = std::get_if<diffusion::Blend>(&instruction)) {
        Accesses accesses = {{}, blend->dst};
        for (const diffusion::Term& term : blend->terms) accesses.reads.push_back(term.reg);
        return accesses;
    }
    if (const auto* clamp = std::get_if<diffusion::Clamp>(&instruction)) return {{clamp->dst}, clamp->dst};
    if (const auto* threshold = std::get_if<diffusion::Threshold>(&instruction)) {
        return {{threshold->dst}, threshold->dst};
    }
    const auto& mask = std::get<diffusion::Mask>(instruction);
    return {{mask.a, mask.b, program.mask_register}, mask.dst};
}

}  // namespace

std::vector<int> registers_to_resume(const diffusion::Program& program) {
    const auto registers = static_cast<std::size_t>(program.registers);
    std::vector<bool> written(registers);
    std::vector<bool> live(registers);  // before the op that is looked at, from the end on
    std::vector<bool> needed(registers);
    const auto at = [](int reg) { return static_cast<std::size_t>(reg); };
    live[at(program.result)] = true;
    needed[at(program.result)] = true;
    for (std::size_t i = program.ops.size(); i-- > 0;) {
        const Accesses accesses = accesses_of(program, program.ops[i].instruction);
        live[at(accesses.writes)] = false;
        for (const int reg : accesses.reads) live[at(reg)] = true;
        written[at(accesses.writes)] = true;
        const bool begins_a_step = i > 0 && program.ops[i - 1].step != program.ops[i].step;
        if (!begins_a_step) continue;
        for (std::size_t reg = 0; reg < registers; ++reg) needed[reg] = needed[reg] || live[reg];
    }
    std::vector<int> resumed;
    for (int reg = 0; reg < program.registers; ++reg) {
        const bool input = reg == program.known_register || reg == program.mask_register;
        if (needed[at(reg)] && (written[at(reg)] || !input)) resumed.push_back(reg);
    }
    return resumed;
}

SnapshotPlan plan_snapshots(const diffusion::Program& program, std::uint64_t register_bytes, std::uint64_t budget) {
    SnapshotPlan plan;
    plan.registers = registers_to_resume(program);
    const std::uint64_t bytes = plan.registers.size() * register_bytes;
    const auto between = static_cast<std::uint64_t>(std::max(program.steps - 1, 0));  // states that are no ends
    constexpr std::uint64_t kMost = 128;
    const auto most = static_cast<int>(std::min({budget / std::max<std::uint64_t>(bytes, 1), between, kMost}));
    if (most == 0) return plan;
    plan.every = (program.steps + most) / (most + 1);
    plan.count = (program.steps - 1) / plan.every;
    return plan;
}

}  // namespace scorefield::sample
