#include "sample/executor.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <stdexcept>

#include "base/error.hpp"
#include "base/random.hpp"
#include "shaders/sample/blend.comp.hpp"
#include "shaders/sample/clamp.comp.hpp"

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

std::uint32_t word(double coefficient) {
    return std::bit_cast<std::uint32_t>(static_cast<float>(coefficient));
}

std::uint32_t size32(std::size_t size) {
    return static_cast<std::uint32_t>(size);
}

/// Registers of (dim, stride) planes. Elements are addressed by 32 bits, workgroups by one dimension of the dispatch.
gpu::Buffer make_values(gpu::Device& device, std::uint32_t registers, std::uint32_t dim, std::uint32_t stride,
                        std::uint32_t group) {
    const gpu::DeviceProperties& limits = device.properties();
    const std::uint64_t floats = std::uint64_t{registers} * dim * stride;
    const std::uint64_t floats_at_most =
        std::min<std::uint64_t>(UINT32_MAX, limits.max_storage_buffer_bytes / sizeof(float));
    const std::uint64_t particles_at_most =
        std::min(floats_at_most / registers / dim, std::uint64_t{limits.max_workgroup_count[0]} * group);
    if (stride > particles_at_most) {
        throw base::request_error("too many particles at once", "--chunk",
                                  fmt::format("this device takes {} of them", particles_at_most),
                                  "use a smaller --chunk; it changes nothing but memory");
    }
    return {device, "particles", floats * sizeof(float)};
}

}  // namespace

Executor::Executor(gpu::Device& device, nn::GpuNetwork& network, std::uint32_t capacity, int registers)
    : device_(device),
      network_(network),
      capacity_(capacity),
      stride_(nn::round_up(capacity, nn::kParticleMultiple)),
      registers_(registers),
      group_(nn::workgroup_size(device, nn::kParticleMultiple)),
      blend_(device, "blend", shaders::sample_blend_comp, {group_, network.dim()}),
      clamp_(device, "clamp", shaders::sample_clamp_comp, {group_}),
      values_(make_values(device, size32(static_cast<std::size_t>(registers)), network.dim(), stride_, group_)) {}

void Executor::load(const diffusion::Program& program, std::uint64_t seed, diffusion::ParticleRange range) {
    if (range.count > capacity_ || range.count == 0) throw std::logic_error("Executor::load: count beyond capacity");
    if (program.registers > registers_) throw std::logic_error("Executor::load: program needs more registers");
    program.validate();

    // The start state is a blend of its own, ahead of the ops.
    std::vector<std::uint32_t> table = {word(program.init_scale), base::kInitStream, 0};
    std::vector<TableRange> ranges(program.ops.size());
    std::vector<double> times;
    for (std::size_t i = 0; i < program.ops.size(); ++i) {
        const diffusion::Instruction& instruction = program.ops[i].instruction;
        if (const auto* eval = std::get_if<diffusion::Eval>(&instruction)) {
            ranges[i].row = size32(times.size());
            times.push_back(eval->c_noise);
        } else if (const auto* blend = std::get_if<diffusion::Blend>(&instruction)) {
            ranges[i].first_term = size32(table.size());
            for (const diffusion::Term& term : blend->terms) {
                table.insert(table.end(), {static_cast<std::uint32_t>(term.reg), word(term.coefficient)});
            }
            ranges[i].first_noise = size32(table.size());
            for (const diffusion::NoiseTerm& noise : blend->noise) {
                table.insert(table.end(), {word(noise.coefficient), noise.stream, noise.index});
            }
        } else if (!std::holds_alternative<diffusion::Clamp>(instruction)) {
            throw base::request_error("instruction without a kernel", fmt::format("ops[{}]", i),
                                      "the GPU runs eval, blend and clamp", "run this program elsewhere");
        }
    }
    network_.set_times(times);

    staging_ = gpu::Buffer(device_, "program staging", table.size() * sizeof(std::uint32_t), gpu::MemoryUse::upload);
    std::copy(table.begin(), table.end(), staging_.mapped<std::uint32_t>().begin());
    if (!table_ || table_.bytes() < staging_.bytes()) table_ = gpu::Buffer(device_, "program", staging_.bytes());
    program_ = program;
    ranges_ = std::move(ranges);
    seed_ = seed;
    range_ = range;
    uploads_pending_ = true;
}

void Executor::record_uploads(gpu::Recorder& recorder) {
    if (!uploads_pending_) return;
    network_.record_uploads(recorder);
    recorder.copy(staging_, 0, table_, 0, staging_.bytes());
    uploads_pending_ = false;
}

std::uint32_t Executor::groups(diffusion::ParticleRange block) const {
    return nn::round_up(block.count, group_) / group_;
}

void Executor::record_start(gpu::Recorder& recorder) {
    record_uploads(recorder);
    const auto scope = recorder.scope("sampler");
    record_blend(recorder, static_cast<std::uint32_t>(program_.init_register), {}, 0, 1, {0, range_.count});
}

void Executor::record_start(gpu::Recorder& recorder, const gpu::Buffer& states) {
    record_uploads(recorder);
    const VkDeviceSize plane_bytes = VkDeviceSize{network_.dim()} * stride_ * sizeof(float);
    recorder.copy(states, 0, values_, static_cast<VkDeviceSize>(program_.init_register) * plane_bytes, plane_bytes);
}

void Executor::record_blend(gpu::Recorder& recorder, std::uint32_t dst, const TableRange& range, std::uint32_t terms,
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
    recorder.dispatch(blend_, {reads_writes(values_), reads(table_)}, push, groups(block), (network_.dim() + 3) / 4);
}

void Executor::record_step(gpu::Recorder& recorder, int step, diffusion::ParticleRange block) {
    if (block.first % nn::kParticleMultiple != 0 || block.first + block.count > range_.count) {
        throw std::logic_error("Executor::record_step: block outside the run or off its grid");
    }
    const std::size_t begin = step == 0 ? 0 : program_.end_of_step(step - 1);
    const std::size_t end = program_.end_of_step(step);
    for (std::size_t i = begin; i < end; ++i) {
        const diffusion::Instruction& instruction = program_.ops[i].instruction;
        if (const auto* eval = std::get_if<diffusion::Eval>(&instruction)) {
            const auto scope = recorder.scope("network");
            network_.record(recorder, values_,
                            {.src = static_cast<std::uint32_t>(eval->src),
                             .dst = static_cast<std::uint32_t>(eval->dst),
                             .stride = stride_,
                             .first = block.first,
                             .count = block.count,
                             .row = ranges_[i].row,
                             .c_in = static_cast<float>(eval->c_in),
                             .c_skip = static_cast<float>(eval->c_skip),
                             .c_out = static_cast<float>(eval->c_out)});
        } else if (const auto* blend = std::get_if<diffusion::Blend>(&instruction)) {
            const auto scope = recorder.scope("sampler");
            record_blend(recorder, static_cast<std::uint32_t>(blend->dst), ranges_[i], size32(blend->terms.size()),
                         size32(blend->noise.size()), block);
        } else {
            const auto& clamp = std::get<diffusion::Clamp>(instruction);
            const auto scope = recorder.scope("sampler");
            const ClampPush push = {static_cast<std::uint32_t>(clamp.dst) * network_.dim(), stride_, block.first,
                                    static_cast<float>(clamp.low), static_cast<float>(clamp.high)};
            recorder.dispatch(clamp_, {reads_writes(values_)}, push, groups(block), network_.dim());
        }
    }
}

void Executor::warm_up() {
    diffusion::Program tiny;
    tiny.steps = 1;
    tiny.ops = {{0, diffusion::Eval{}},
                {0, diffusion::Blend{0, {{0, 1.0}}, {{1.0, base::kSamplerStream, 0}}}},
                {0, diffusion::Clamp{}}};
    load(tiny, 0, {0, 1});
    gpu::Recorder recorder(device_, "warm-up");
    recorder.begin();
    record_start(recorder);
    record_step(recorder, 0);
    device_.wait(device_.submit(recorder));
}

ParticleView Executor::state() const {
    return {values_, static_cast<std::uint32_t>(program_.result), network_.dim(), stride_, range_.count};
}

}  // namespace scorefield::sample
