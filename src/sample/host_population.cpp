#include "sample/host_population.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "sample/host_parts.hpp"

namespace scorefield::sample {
HostPopulation::HostPopulation(base::ThreadPool& pool, std::span<const HostSource* const> sources,
                               std::uint32_t particles, int registers)
    : pool_(pool), executor_(sources, particles, registers) {}

void HostPopulation::load(const diffusion::Program& program, std::uint64_t seed, diffusion::ParticleRange range,
                          const StartInputs& inputs, const std::function<void()>& check_cancelled) {
    HostProgram prepared = executor_.prepare(program, seed, check_cancelled);
    require(program, range, inputs);
    executor_.load(std::move(prepared));
    step_operations_.assign(static_cast<std::size_t>(program.steps), 0);
    operations_ = 0;
    for (const diffusion::Op& op : program.ops) {
        const double operations = executor_.operations(op.instruction);
        step_operations_[static_cast<std::size_t>(op.step)] += operations;
        operations_ += operations;
    }
    begin(range, inputs);
}

void HostPopulation::start(diffusion::ParticleRange range, const StartInputs& inputs) {
    require(program(), range, inputs);
    begin(range, inputs);
}

void HostPopulation::require(const diffusion::Program& program, diffusion::ParticleRange range,
                             const StartInputs& inputs) const {
    if (range.count == 0 || range.count > executor_.capacity()) {
        throw std::logic_error("HostPopulation: no particles, or more than it was made for");
    }
    const auto require_rows = [&](bool used, std::span<const float> rows) {
        if (!used || rows.size() == std::size_t{range.count} * dim()) return;
        throw std::logic_error("HostPopulation: an input of the program is missing or of another size");
    };
    require_rows(!inputs.init.empty(), inputs.init);
    require_rows(program.known_register >= 0, inputs.known);
    require_rows(program.mask_register >= 0, inputs.mask);
}

void HostPopulation::begin(diffusion::ParticleRange range, const StartInputs& inputs) {
    executor_.set_particles(range);
    init_.assign(inputs.init.begin(), inputs.init.end());
    known_.assign(inputs.known.begin(), inputs.known.end());
    mask_.assign(inputs.mask.begin(), inputs.mask.end());
    plan();
    goal_ = 0;
    restart();
}

void HostPopulation::restart() {
    started_ = false;
    whole_ = 0;
    next_block_ = 0;
    kept_.assign(static_cast<std::size_t>(plan_.count), false);
}

void HostPopulation::seek(int state) {
    if (state < 0 || state > program().steps) throw std::logic_error("HostPopulation::seek: no such state");
    goal_ = state;
}

void HostPopulation::keep_states(std::uint64_t bytes) {
    snapshot_bytes_ = bytes;
    if (program().steps > 0) plan();
    kept_.assign(static_cast<std::size_t>(plan_.count), false);
}

void HostPopulation::plan() {
    const std::size_t floats = executor_.blocks() * dim() * kHostBlock;
    plan_ = plan_snapshots(program(), floats * sizeof(float), snapshot_bytes_);
    snapshots_.assign(static_cast<std::size_t>(plan_.count) * plan_.registers.size() * floats, 0);
}

/// The registers of a block in a snapshot.
float* HostPopulation::snapshot(int number, std::size_t block) {
    const std::size_t of_block = plan_.registers.size() * dim() * kHostBlock;
    return snapshots_.data() + (static_cast<std::size_t>(number) * executor_.blocks() + block) * of_block;
}

/// The number of the snapshot of a state; −1 where it is not kept, as the result never is.
int HostPopulation::snapshot_of(int state) const {
    return state < program().steps ? plan_.number_of(state) : -1;
}

void HostPopulation::keep(std::size_t block, int state) {
    const int number = snapshot_of(state);
    if (number < 0) return;
    float* to = snapshot(number, block);
    for (const int reg : plan_.registers) to = std::ranges::copy(executor_.planes(block, reg), to).out;
}

/// The number of the last filled snapshot at or before the goal; −1: there is none.
int HostPopulation::last_kept_before_goal() const {
    int number = plan_.every > 0 ? std::min(goal_ / plan_.every, plan_.count) - 1 : -1;
    while (number >= 0 && !kept_[static_cast<std::size_t>(number)]) --number;
    return number;
}

void HostPopulation::put_at_start() {
    pool_.run(executor_.blocks(), [&](std::size_t block) {
        if (init_.empty()) {
            executor_.start(block);
        } else {
            executor_.take_rows(block, program().init_register, init_);
        }
        if (!known_.empty()) executor_.take_rows(block, program().known_register, known_);
        if (!mask_.empty()) executor_.take_rows(block, program().mask_register, mask_);
    });
    started_ = true;
    whole_ = 0;
    next_block_ = 0;
}

/// Restores the state of a snapshot for all particles; −1: the start.
void HostPopulation::restore(int number) {
    if (number < 0) {
        put_at_start();
        return;
    }
    pool_.run(executor_.blocks(), [&](std::size_t block) {
        const float* from = snapshot(number, block);
        for (const int reg : plan_.registers) {
            const std::span<float> planes = executor_.planes(block, reg);
            std::copy_n(from, planes.size(), planes.begin());
            from += planes.size();
        }
    });
    whole_ = plan_.state_of(number);
    next_block_ = 0;
}

/// Takes neighbouring blocks through the steps first_step … last_step − 1.
void HostPopulation::run(std::size_t first_block, std::size_t blocks, int first_step, int last_step) {
    base::TraceSpan span(trace_, "host network", base::TraceTrack::host);
    span.add({"step", first_step});
    span.add({"steps", last_step - first_step});
    const auto particles =
        static_cast<double>(std::min<std::size_t>(blocks * kHostBlock, range().count - first_block * kHostBlock));
    span.add({"particles", particles});
    for (int step = first_step; step < last_step; ++step) {
        span.add_operations(particles * step_operations_[static_cast<std::size_t>(step)]);
    }
    started_ = false;  // if a task fails, only some blocks have taken their steps
    for_host_parts(pool_, first_block, blocks, [&](const HostPart& part, nn::AlignedFloats& scratch) {
        std::size_t op = first_step == 0 ? 0 : program().end_of_step(first_step - 1);
        for (int step = first_step; step < last_step; ++step) {
            for (; op < program().ops.size() && program().ops[op].step == step; ++op) {
                executor_.run(op, part.first, part.count, scratch);
            }
            for (std::size_t block = part.first; block < part.first + part.count; ++block) keep(block, step + 1);
        }
    });
    started_ = true;
}

/// All particles have taken the step.
void HostPopulation::finish_step() {
    ++whole_;
    const int number = snapshot_of(whole_);
    if (number >= 0) kept_[static_cast<std::size_t>(number)] = true;
}

double HostPopulation::advance(const Budget& budget) {
    if (!started_) put_at_start();
    if (arrived()) return 0;
    const int kept = last_kept_before_goal();
    const bool goes_back = goal_ < whole_ || (goal_ == whole_ && next_block_ != 0);
    if (goes_back || plan_.state_of(kept) > whole_) restore(kept);
    const std::size_t blocks = executor_.blocks();
    double done = 0;
    while (whole_ != goal_ && (done == 0 || done < budget.operations)) {
        const double left = budget.operations - done;
        const double of_block = step_operations_[static_cast<std::size_t>(whole_)] * static_cast<double>(kHostBlock);
        const auto fitting = static_cast<double>(blocks - next_block_) * of_block;
        if (left < fitting) {
            // Some of the blocks.
            const std::size_t rest = blocks - next_block_;
            const std::size_t least = std::min(pool_.threads(), rest);  // no thread is idle
            const std::size_t count = std::clamp(static_cast<std::size_t>(left / of_block), least, rest);
            run(next_block_, count, whole_, whole_ + 1);
            next_block_ += count;
            done += static_cast<double>(count) * of_block;
        } else {
            // As many steps as fit, of all blocks that are at this state.
            int last = whole_ + 1;
            done += fitting;
            while (next_block_ == 0 && !budget.ends_with_evaluation && last < goal_) {
                const double more =
                    step_operations_[static_cast<std::size_t>(last)] * static_cast<double>(kHostBlock * blocks);
                if (done + more > budget.operations) break;
                done += more;
                ++last;
            }
            run(next_block_, blocks - next_block_, whole_, last);
            next_block_ = blocks;
            while (whole_ + 1 < last) finish_step();
        }
        if (next_block_ == blocks) {
            finish_step();
            next_block_ = 0;
        }
        if (budget.ends_with_evaluation) break;
    }
    return done;
}

void HostPopulation::require_state() const {
    if (!started_ || next_block_ != 0) throw std::logic_error("HostPopulation: between two states");
}

void HostPopulation::read(std::span<float> rows) const {
    require_state();
    pool_.run(executor_.blocks(), [&](std::size_t block) { executor_.give_rows(block, register_of(whole_), rows); });
}

void HostPopulation::read_planes(std::span<float> planes, std::size_t stride) const {
    require_state();
    pool_.run(executor_.blocks(), [&](std::size_t block) {
        const std::size_t first = block * kHostBlock;
        const std::size_t count = std::min<std::size_t>(kHostBlock, range().count - first);
        const std::span<const float> from = executor_.planes(block, register_of(whole_));
        for (std::size_t e = 0; e < dim(); ++e) {
            std::ranges::copy(from.subspan(e * kHostBlock, count), planes.subspan(e * stride + first).begin());
        }
    });
}

}  // namespace scorefield::sample
