#include "sample/executor.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <stdexcept>

#include "base/error.hpp"
#include "base/random.hpp"
#include "shaders/sample/blend.comp.hpp"
#include "shaders/sample/clamp.comp.hpp"
#include "shaders/sample/mask.comp.hpp"
#include "shaders/sample/threshold.comp.hpp"

namespace scorefield::sample {
namespace {

/// Push constants of shaders/sample/blend.comp.
struct BlendPush {
    std::uint32_t dst, stride, first_term, terms, first_noise, noise, first, first_particle, seed_low, seed_high;
};

/// Push constants of shaders/sample/clamp.comp.
struct ClampPush {
    std::uint32_t first_plane, stride, first;
    float low, high;
};

/// Push constants of shaders/sample/threshold.comp.
struct ThresholdPush {
    std::uint32_t first_plane, stride, first, rank;
    float fraction, most;
};

/// Push constants of shaders/sample/mask.comp.
struct MaskPush {
    std::uint32_t dst, a, b, mask, stride, first;
};

std::uint32_t word(double coefficient) {
    return std::bit_cast<std::uint32_t>(static_cast<float>(coefficient));
}

std::uint32_t size32(std::size_t size) {
    return static_cast<std::uint32_t>(size);
}

std::uint32_t common_dim(std::span<GpuSource* const> sources) {
    if (sources.empty()) throw std::invalid_argument("no score source");
    for (const GpuSource* source : sources) {
        if (source->dim() != sources[0]->dim()) throw std::invalid_argument("score sources of different dimensions");
    }
    return sources[0]->dim();
}

std::uint32_t group_size(const gpu::Device& device) {
    return nn::workgroup_size(device, nn::kParticleMultiple);
}

/// Registers of (dim, stride) planes.
gpu::Buffer make_values(gpu::Device& device, int registers, std::uint32_t dim, std::uint32_t stride) {
    const std::uint32_t most = Executor::largest_capacity(device, dim, registers);
    if (stride > most) {
        throw base::request_error("too many particles at once", "--chunk",
                                  fmt::format("this device takes {} of them", most),
                                  "use a smaller --chunk; it changes nothing but memory");
    }
    return {device, "particles", VkDeviceSize{static_cast<std::uint32_t>(registers)} * dim * stride * sizeof(float)};
}

}  // namespace

std::uint32_t Executor::largest_capacity(const gpu::Device& device, std::uint32_t dim, int registers) {
    // Elements are addressed by 32 bits, workgroups by one dimension of the dispatch.
    const gpu::DeviceProperties& limits = device.properties();
    const std::uint64_t floats = std::min<std::uint64_t>(UINT32_MAX, limits.max_storage_buffer_bytes / sizeof(float));
    const std::uint64_t particles = std::min(floats / static_cast<std::uint64_t>(registers) / dim,
                                             std::uint64_t{limits.max_workgroup_count[0]} * group_size(device));
    return size32(particles / nn::kParticleMultiple * nn::kParticleMultiple);
}

Executor::Executor(gpu::Device& device, std::span<GpuSource* const> sources, std::uint32_t capacity, int registers)
    : device_(device),
      sources_(sources.begin(), sources.end()),
      dim_(common_dim(sources)),
      capacity_(capacity),
      stride_(nn::round_up(capacity, nn::kParticleMultiple)),
      registers_(registers),
      group_(group_size(device)),
      blend_(device, "blend", shaders::sample_blend_comp, {group_, dim_}),
      clamp_(device, "clamp", shaders::sample_clamp_comp, {group_}),
      threshold_(device, "threshold", shaders::sample_threshold_comp, {group_, dim_}),
      mask_(device, "mask", shaders::sample_mask_comp, {group_}),
      values_(make_values(device, registers, dim_, stride_)) {}

void Executor::require_valid(const diffusion::Program& program, std::size_t sources) {
    program.validate();
    for (std::size_t i = 0; i < program.ops.size(); ++i) {
        const auto* eval = std::get_if<diffusion::Eval>(&program.ops[i].instruction);
        if (eval == nullptr || static_cast<std::size_t>(eval->source) < sources) continue;
        throw base::request_error("invalid program", fmt::format("ops[{}].source", i),
                                  fmt::format("source {} of {} does not exist", eval->source, sources));
    }
}

void Executor::load(const diffusion::Program& program, std::uint64_t seed, diffusion::ParticleRange range) {
    if (program.registers > registers_) throw std::logic_error("Executor::load: program needs more registers");
    require_valid(program, sources_.size());

    // The start state is a blend of its own, ahead of the ops.
    std::vector<std::uint32_t> table = {word(program.init_scale), base::kInitStream, 0};
    std::vector<TableRange> ranges(program.ops.size());
    std::vector<std::vector<diffusion::Eval>> evals(sources_.size());
    for (std::size_t i = 0; i < program.ops.size(); ++i) {
        const diffusion::Instruction& instruction = program.ops[i].instruction;
        if (const auto* eval = std::get_if<diffusion::Eval>(&instruction)) {
            std::vector<diffusion::Eval>& asked = evals[static_cast<std::size_t>(eval->source)];
            ranges[i].row = size32(asked.size());
            asked.push_back(*eval);
        } else if (const auto* blend = std::get_if<diffusion::Blend>(&instruction)) {
            ranges[i].first_term = size32(table.size());
            for (const diffusion::Term& term : blend->terms) {
                table.insert(table.end(), {static_cast<std::uint32_t>(term.reg), word(term.coefficient)});
            }
            ranges[i].first_noise = size32(table.size());
            for (const diffusion::NoiseTerm& noise : blend->noise) {
                table.insert(table.end(), {word(noise.coefficient), noise.stream, noise.index});
            }
        }
    }
    for (std::size_t source = 0; source < sources_.size(); ++source) sources_[source]->prepare(evals[source]);

    staging_ = gpu::Buffer(device_, "program staging", table.size() * sizeof(std::uint32_t), gpu::MemoryUse::upload);
    std::copy(table.begin(), table.end(), staging_.mapped<std::uint32_t>().begin());
    if (!table_ || table_.bytes() < staging_.bytes()) table_ = gpu::Buffer(device_, "program", staging_.bytes());
    program_ = program;
    ranges_ = std::move(ranges);
    seed_ = seed;
    uploads_pending_ = true;
    set_particles(range);
}

void Executor::set_particles(diffusion::ParticleRange range) {
    if (range.count > capacity_ || range.count == 0) throw std::logic_error("Executor: particles beyond capacity");
    range_ = range;
}

void Executor::record_uploads(gpu::Recorder& recorder) {
    if (!uploads_pending_) return;
    for (GpuSource* source : sources_) source->record_uploads(recorder);
    recorder.copy(staging_, 0, table_, 0, staging_.bytes());
    uploads_pending_ = false;
}

std::uint32_t Executor::groups(diffusion::ParticleRange block) const {
    return nn::round_up(block.count, group_) / group_;
}

void Executor::record_start(gpu::Recorder& recorder, const StartStates& states) {
    record_uploads(recorder);
    const auto scope = recorder.scope("sampler");
    if (states.init != nullptr) {
        record_input(recorder, program_.init_register, states.init);
    } else {
        record_noise(recorder, static_cast<std::uint32_t>(program_.init_register));
    }
    if (program_.known_register >= 0) record_input(recorder, program_.known_register, states.known);
    if (program_.mask_register >= 0) record_input(recorder, program_.mask_register, states.mask);
}

void Executor::record_input(gpu::Recorder& recorder, int reg, const gpu::Buffer* states) {
    if (states == nullptr) throw std::logic_error("Executor::record_start: an input of the program is missing");
    const VkDeviceSize bytes = VkDeviceSize{dim_} * stride_ * sizeof(float);
    recorder.copy(*states, 0, values_, static_cast<VkDeviceSize>(reg) * bytes, bytes);
}

void Executor::record_noise(gpu::Recorder& recorder, std::uint32_t reg) {
    dispatch_blend(recorder, reg, {}, 0, 1, {0, range_.count});
}

void Executor::record_step(gpu::Recorder& recorder, int step, diffusion::ParticleRange block) {
    if (block.first % nn::kParticleMultiple != 0 || block.first + block.count > range_.count) {
        throw std::logic_error("Executor::record_step: block outside the run or off its grid");
    }
    const std::size_t begin = step == 0 ? 0 : program_.end_of_step(step - 1);
    const std::size_t end = program_.end_of_step(step);
    for (std::size_t i = begin; i < end; ++i) {
        const diffusion::Instruction& instruction = program_.ops[i].instruction;
        const auto scope = recorder.scope(std::holds_alternative<diffusion::Eval>(instruction) ? "network" : "sampler");
        std::visit([&](const auto& kind) { record(recorder, kind, ranges_[i], block); }, instruction);
    }
}

void Executor::record(gpu::Recorder& recorder, const diffusion::Eval& eval, const TableRange& range,
                      diffusion::ParticleRange block) {
    sources_[static_cast<std::size_t>(eval.source)]->record(recorder, values_,
                                                            {.row = range.row,
                                                             .src = static_cast<std::uint32_t>(eval.src),
                                                             .dst = static_cast<std::uint32_t>(eval.dst),
                                                             .stride = stride_,
                                                             .first = block.first,
                                                             .count = block.count});
}

void Executor::record(gpu::Recorder& recorder, const diffusion::Blend& blend, const TableRange& range,
                      diffusion::ParticleRange block) {
    dispatch_blend(recorder, static_cast<std::uint32_t>(blend.dst), range, size32(blend.terms.size()),
                   size32(blend.noise.size()), block);
}

void Executor::dispatch_blend(gpu::Recorder& recorder, std::uint32_t dst, const TableRange& range, std::uint32_t terms,
                              std::uint32_t noise, diffusion::ParticleRange block) {
    const BlendPush push = {dst,
                            stride_,
                            range.first_term,
                            terms,
                            range.first_noise,
                            noise,
                            block.first,
                            range_.first,
                            static_cast<std::uint32_t>(seed_),
                            static_cast<std::uint32_t>(seed_ >> 32)};
    recorder.dispatch(blend_, {reads_writes(values_), reads(table_)}, push, groups(block), (dim_ + 3) / 4);
}

void Executor::record(gpu::Recorder& recorder, const diffusion::Clamp& clamp, const TableRange& /*range*/,
                      diffusion::ParticleRange block) {
    const ClampPush push = {first_plane(clamp.dst), stride_, block.first, static_cast<float>(clamp.low),
                            static_cast<float>(clamp.high)};
    recorder.dispatch(clamp_, {reads_writes(values_)}, push, groups(block), dim_);
}

void Executor::record(gpu::Recorder& recorder, const diffusion::Threshold& threshold, const TableRange& /*range*/,
                      diffusion::ParticleRange block) {
    const double position = threshold.ratio * (dim_ - 1);
    const auto rank = static_cast<std::uint32_t>(position);
    const ThresholdPush push = {
        first_plane(threshold.dst),       stride_, block.first, rank, static_cast<float>(position - rank),
        static_cast<float>(threshold.max)};
    recorder.dispatch(threshold_, {reads_writes(values_)}, push, groups(block));
}

void Executor::record(gpu::Recorder& recorder, const diffusion::Mask& mask, const TableRange& /*range*/,
                      diffusion::ParticleRange block) {
    const MaskPush push = {first_plane(mask.dst),
                           first_plane(mask.a),
                           first_plane(mask.b),
                           first_plane(program_.mask_register),
                           stride_,
                           block.first};
    recorder.dispatch(mask_, {reads_writes(values_)}, push, groups(block), dim_);
}

void Executor::warm_up() {
    diffusion::Program tiny;
    tiny.steps = 1;
    for (std::size_t source = 0; source < sources_.size(); ++source) {
        tiny.ops.push_back({0, diffusion::Eval{.source = static_cast<int>(source), .sigma = 1}});
    }
    tiny.ops.push_back({0, diffusion::Blend{0, {{0, 1.0}}, {{1.0, base::kSamplerStream, 0}}}});
    tiny.ops.push_back({0, diffusion::Clamp{}});
    tiny.ops.push_back({0, diffusion::Threshold{}});
    if (registers_ > 1) {  // else there is no room for a mask
        tiny.registers = 2;
        tiny.mask_register = 1;
        tiny.ops.push_back({0, diffusion::Mask{}});
    }
    load(tiny, 0, {0, 1});
    gpu::Recorder recorder(device_, "warm-up");
    recorder.begin();
    record_uploads(recorder);
    for (int reg = 0; reg < tiny.registers; ++reg) record_noise(recorder, static_cast<std::uint32_t>(reg));
    record_step(recorder, 0);
    device_.wait(device_.submit(recorder));
}

ParticleView Executor::state() const {
    return {values_, static_cast<std::uint32_t>(program_.result), dim_, stride_, range_.count};
}

}  // namespace scorefield::sample
