#include "diffusion/interpreter.hpp"

#include <stdexcept>

#include "base/random.hpp"
#include "diffusion/machine.hpp"

namespace scorefield::diffusion {
namespace {

/// The dimension that all sources of the program's evaluations share.
std::size_t common_dim(const Program& program, std::span<const ScoreSource* const> sources) {
    program.require_sources(sources.size());
    if (sources.empty()) return 0;
    for (const ScoreSource* source : sources) {
        if (source->dim() != sources[0]->dim()) throw std::invalid_argument("score sources of different dimensions");
    }
    return static_cast<std::size_t>(sources[0]->dim());
}

}  // namespace

std::vector<double> initial_state(const Program& program, std::uint64_t seed, ParticleRange range, int dim) {
    Machine machine({}, seed, range, static_cast<std::size_t>(dim));
    machine.start(0, program.start);
    return machine.state(0);
}

std::vector<double> interpret(const Program& program, std::span<const ScoreSource* const> sources,
                              std::span<const double> start, std::uint64_t seed, ParticleRange range,
                              const StepObserver& observer, const ProgramInputs& inputs) {
    program.validate();
    std::size_t dim = common_dim(program, sources);
    if (dim == 0) dim = range.count == 0 ? 0 : start.size() / range.count;
    Machine machine(sources, seed, range, dim);
    machine.load(program.init_register, start, "the start state");
    if (program.known_register >= 0) machine.load(program.known_register, inputs.known, "the known input");
    if (program.mask_register >= 0) machine.load(program.mask_register, inputs.mask, "the mask input");
    machine.set_mask(program.mask_register);
    std::size_t next = 0;
    for (int step = 0; step < program.steps; ++step) {
        for (const std::size_t end = program.end_of_step(step); next < end; ++next) {
            machine.run(program.ops[next].instruction);
        }
        if (observer) observer(step, machine.state(program.result));
    }
    return machine.state(program.result);
}

}  // namespace scorefield::diffusion
