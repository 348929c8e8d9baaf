#include "sample/gpu_population.hpp"

#include <algorithm>
#include <iterator>
#include <stdexcept>
#include <utility>

#include "base/error.hpp"

namespace scorefield::sample {
namespace {

/// Buffers of one register each that the snapshots take.
std::size_t buffers_of(const SnapshotPlan& plan) {
    return plan.registers.size() * static_cast<std::size_t>(plan.count);
}

}  // namespace

GpuPopulation::GpuPopulation(gpu::Device& device, std::span<GpuSource* const> sources, const PopulationSize& size)
    : device_(device), size_(size), executor_(device, sources, size.particles, size.registers) {
    make_shown_values();
}

GpuPopulation::GpuPopulation(const GpuPopulation& other, const PopulationSize& size)
    : device_(other.device_), size_(size), executor_(other.executor_, size.particles, size.registers) {
    make_shown_values();
}

void GpuPopulation::make_shown_values() {
    if (size_.shown) shown_values_ = gpu::Buffer(device_, "shown particles", executor_.register_bytes());
}

PreparedLoad GpuPopulation::prepare(const diffusion::Program& program, std::uint64_t seed,
                                    diffusion::ParticleRange range, const StartInputs& inputs,
                                    const std::function<void()>& check_cancelled) const {
    PreparedLoad prepared;
    prepared.population = this;
    prepared.snapshots = snapshots_.size();
    prepared.range = range;
    prepared.uploads = upload(program, range, inputs);
    prepared.program = executor_.prepare(program, seed, check_cancelled);
    prepared.step_operations.assign(static_cast<std::size_t>(program.steps), 0);
    for (std::size_t op = 0; op < program.ops.size(); ++op) {
        prepared.step_operations[static_cast<std::size_t>(program.ops[op].step)] += prepared.program.operations[op];
    }
    Snapshots snapshots = make_snapshots(program);
    prepared.plan = std::move(snapshots.plan);
    prepared.more_snapshots = std::move(snapshots.more);
    return prepared;
}

void GpuPopulation::load(PreparedLoad prepared) {
    if (prepared.population != this || prepared.snapshots != snapshots_.size()) {
        throw std::logic_error("GpuPopulation::load: prepared by another population, or before another load");
    }
    executor_.load(std::move(prepared.program));
    step_operations_ = std::move(prepared.step_operations);
    operations_ = 0;
    for (const double step : step_operations_) operations_ += step;
    take(std::move(prepared.plan), std::move(prepared.more_snapshots));
    begin(prepared.range, std::move(prepared.uploads));
}

void GpuPopulation::start(diffusion::ParticleRange range, const StartInputs& inputs) {
    begin(range, upload(program(), range, inputs));
}

void GpuPopulation::begin(diffusion::ParticleRange range, Uploads uploads) {
    executor_.set_particles(range);
    uploads_ = std::move(uploads);
    goal_ = 0;
    shown_ = 0;
    restart();
}

/// Where memory is short, fewer states are kept: going back then takes longer.
GpuPopulation::Snapshots GpuPopulation::make_snapshots(const diffusion::Program& program) const {
    const std::uint64_t bytes = executor_.register_bytes();
    Snapshots made;
    std::uint64_t budget = snapshot_bytes_;
    for (;;) {
        made.plan = plan_snapshots(program, bytes, budget);
        const std::size_t count = buffers_of(made.plan);
        try {
            while (snapshots_.size() + made.more.size() < count) made.more.emplace_back(device_, "snapshots", bytes);
            return made;
        } catch (const base::Error&) {
            budget = (snapshots_.size() + made.more.size()) * bytes;
        }
    }
}

void GpuPopulation::take(SnapshotPlan plan, std::vector<gpu::Buffer> more) {
    plan_ = std::move(plan);
    std::ranges::move(more, std::back_inserter(snapshots_));
    snapshots_.resize(buffers_of(plan_));
}

const gpu::Buffer& GpuPopulation::snapshot(int number, std::size_t i) const {
    return snapshots_[static_cast<std::size_t>(number) * plan_.registers.size() + i];
}

GpuPopulation::Uploads GpuPopulation::upload(const diffusion::Program& program, diffusion::ParticleRange range,
                                             const StartInputs& inputs) const {
    if (range.count == 0 || range.count > size_.particles) {
        throw std::logic_error("GpuPopulation: no particles, or more than it was made for");
    }
    const auto require = [&](bool used, std::span<const float> rows) {
        if (!used || rows.size() == std::size_t{range.count} * executor_.dim()) return;
        throw std::logic_error("GpuPopulation: an input of the program is missing or of another size");
    };
    require(!inputs.init.empty(), inputs.init);
    require(program.known_register >= 0, inputs.known);
    require(program.mask_register >= 0, inputs.mask);
    return {upload("start states", inputs.init, range.count), upload("known values", inputs.known, range.count),
            upload("mask", inputs.mask, range.count)};
}

/// Rows (count, dim) as planes (dim, stride), ready to be copied; nothing where there are none.
std::optional<gpu::Buffer> GpuPopulation::upload(const char* name, std::span<const float> rows,
                                                 std::uint32_t count) const {
    if (rows.empty()) return std::nullopt;
    const std::size_t dim = executor_.dim();
    const std::size_t stride = executor_.stride();
    gpu::Buffer buffer(device_, name, executor_.register_bytes(), gpu::MemoryUse::upload);
    const std::span<float> planes = buffer.mapped<float>();
    for (std::size_t e = 0; e < dim; ++e) {
        for (std::size_t i = 0; i < stride; ++i) planes[e * stride + i] = i < count ? rows[i * dim + e] : 0.0F;
    }
    return buffer;
}

void GpuPopulation::restart() {
    started_ = false;
    whole_ = 0;
    position_ = {};
    up_to_date_ = false;
    kept_.assign(static_cast<std::size_t>(plan_.count), false);
}

void GpuPopulation::seek(int state) {
    if (state < 0 || state > program().steps) throw std::logic_error("GpuPopulation::seek: no such state");
    goal_ = state;
}

void GpuPopulation::keep_states(std::uint64_t bytes) {
    snapshot_bytes_ = bytes;
    if (program().steps > 0) {
        Snapshots snapshots = make_snapshots(program());
        take(std::move(snapshots.plan), std::move(snapshots.more));
    }
    kept_.assign(static_cast<std::size_t>(plan_.count), false);
}

void GpuPopulation::record_uploads(gpu::Recorder& recorder) {
    if (executor_.has_other_weights()) {
        // Only the last part of an evaluation writes a register.
        position_.part = 0;
        kept_.assign(kept_.size(), false);
    }
    executor_.record_uploads(recorder);
}

bool GpuPopulation::arrived() const {
    if (!started_) return false;
    if (size_.shown) return up_to_date_ && shown_ == goal_;
    return whole_ == goal_ && position_.is_between_steps();
}

double GpuPopulation::advance(const Budget& budget) {
    gpu::Recorder& recorder = *budget.recorder;
    record_uploads(recorder);
    if (!started_) {
        record_start(recorder);
    } else if (arrived()) {
        return 0;
    }
    const int kept = last_kept_before_goal();
    const bool goes_back = goal_ < whole_ || (goal_ == whole_ && !position_.is_between_steps());
    if (goes_back || plan_.state_of(kept) > whole_) restore(recorder, kept);
    double done = 0;
    while (whole_ != goal_ && (done == 0 || done < budget.operations)) {
        done += record_op(recorder, budget.operations - done);
        if (budget.ends_with_evaluation && !is_inside_evaluation()) break;
    }
    if (whole_ == goal_ && budget.shows) show(recorder);
    return done;
}

void GpuPopulation::record_start(gpu::Recorder& recorder) {
    const auto scope = recorder.scope("sampler");
    if (uploads_.init) {
        executor_.record_input(recorder, program().init_register, *uploads_.init);
    } else {
        executor_.record_start_noise(recorder);
    }
    if (uploads_.known) executor_.record_input(recorder, program().known_register, *uploads_.known);
    if (uploads_.mask) executor_.record_input(recorder, program().mask_register, *uploads_.mask);
    started_ = true;
    whole_ = 0;
    position_ = {};
}

/// The number of the last filled snapshot at or before the goal; −1: there is none.
int GpuPopulation::last_kept_before_goal() const {
    int number = plan_.every > 0 ? std::min(goal_ / plan_.every, plan_.count) - 1 : -1;
    while (number >= 0 && !kept_[static_cast<std::size_t>(number)]) --number;
    return number;
}

/// Restores the state of a snapshot for all particles; −1: the start.
void GpuPopulation::restore(gpu::Recorder& recorder, int number) {
    if (number < 0) {
        record_start(recorder);
        return;
    }
    const auto scope = recorder.scope("sampler");
    const VkDeviceSize bytes = executor_.register_bytes();
    for (std::size_t i = 0; i < plan_.registers.size(); ++i) {
        recorder.copy(snapshot(number, i), 0, executor_.values(), static_cast<VkDeviceSize>(plan_.registers[i]) * bytes,
                      bytes);
    }
    whole_ = plan_.state_of(number);
    position_ = {};
}

/// As many parts of an op as may be done, for a block of particles in the step after the last whole state. Returns
/// their operations.
double GpuPopulation::record_op(gpu::Recorder& recorder, double most) {
    if (position_.block.count == 0) choose_block(most);
    const std::size_t op = position_.op;
    const std::uint32_t parts = executor_.parts(op);
    const std::uint32_t largest = executor_.largest_block(op);
    const diffusion::ParticleRange& block = position_.block;
    double done = 0;
    {
        auto scope = recorder.scope(executor_.is_evaluation(op) ? "network" : "sampler");
        while (position_.taken < block.count && (done == 0 || done < most)) {
            const std::uint32_t count = std::min(largest, block.count - position_.taken);
            executor_.record(recorder, op, position_.part, {block.first + position_.taken, count});
            done += executor_.operations(op) * count / parts;
            if (++position_.part < parts) continue;
            position_.part = 0;
            position_.taken += count;
        }
        scope.add_operations(done);
    }
    if (position_.taken < block.count) return done;
    position_.taken = 0;
    if (++position_.op < program().end_of_step(whole_)) return done;
    position_.block = {block.first + block.count, 0};
    if (position_.block.first == range().count) finish_step(recorder, most - done);
    return done;
}

/// The next particles to take the step: as many as fit, but whole workgroups of them.
void GpuPopulation::choose_block(double most) {
    const std::uint32_t rest = range().count - position_.block.first;
    const double fitting = most / step_operations_[static_cast<std::size_t>(whole_)];
    position_.block.count = rest;
    if (fitting < rest) {
        const auto whole = gpu::round_up(static_cast<std::uint32_t>(fitting), gpu::kParticleMultiple);
        position_.block.count = std::min(rest, std::max(whole, gpu::kParticleMultiple));
    }
    position_.op = whole_ == 0 ? 0 : program().end_of_step(whole_ - 1);
}

/// `left` of the budget remains after the step.
void GpuPopulation::finish_step(gpu::Recorder& recorder, double left) {
    ++whole_;
    position_ = {};
    if (shows_on_the_way(left)) show(recorder);
    const int number = whole_ < program().steps ? plan_.number_of(whole_) : -1;
    if (number < 0) return;
    const auto scope = recorder.scope("sampler");
    for (std::size_t i = 0; i < plan_.registers.size(); ++i) {
        copy_register(recorder, plan_.registers[i], snapshot(number, i));
    }
    kept_[static_cast<std::size_t>(number)] = true;
}

/// On a long way forward the last state of each budget is shown, so that one sees that something happens.
bool GpuPopulation::shows_on_the_way(double left) const {
    if (!size_.shown || !up_to_date_ || whole_ <= shown_ || whole_ == goal_) return false;
    return step_operations_[static_cast<std::size_t>(whole_)] * range().count > left;
}

void GpuPopulation::show(gpu::Recorder& recorder) {
    shown_ = whole_;
    ++times_shown_;
    up_to_date_ = true;
    if (!size_.shown) return;
    const auto scope = recorder.scope("sampler");
    copy_register(recorder, register_of(whole_), shown_values_);
}

void GpuPopulation::copy_register(gpu::Recorder& recorder, int reg, const gpu::Buffer& to) const {
    const VkDeviceSize bytes = executor_.register_bytes();
    recorder.copy(executor_.values(), static_cast<VkDeviceSize>(reg) * bytes, to, 0, bytes);
}

ParticleView GpuPopulation::particles() const {
    const gpu::Buffer& values = size_.shown ? shown_values_ : executor_.values();
    const int reg = size_.shown ? 0 : register_of(whole_);
    return {values, static_cast<std::uint32_t>(reg), executor_.dim(), executor_.stride(), range().count};
}

}  // namespace scorefield::sample
