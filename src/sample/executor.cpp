#include "sample/executor.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <utility>

#include "base/error.hpp"
#include "base/random.hpp"
#include "gpu/planes.hpp"
#include "shaders/sample/affine.comp.hpp"
#include "shaders/sample/affine_push.h"
#include "shaders/sample/clamp.comp.hpp"
#include "shaders/sample/clamp_push.h"
#include "shaders/sample/mask.comp.hpp"
#include "shaders/sample/mask_push.h"
#include "shaders/sample/threshold.comp.hpp"
#include "shaders/sample/threshold_push.h"

namespace scorefield::sample {
namespace {

constexpr std::uint32_t kStartBlend = 0;
/// Operations that four normal draws take.
constexpr double kNoiseOperations = 200;
/// Passes of the threshold's search.
constexpr double kThresholdOperations = 3 * 33;

std::uint32_t common_dim(std::span<GpuSource* const> sources) {
    if (sources.empty()) throw std::invalid_argument("no score source");
    for (const GpuSource* source : sources) {
        if (source->dim() != sources[0]->dim()) throw std::invalid_argument("score sources of different dimensions");
    }
    return sources[0]->dim();
}

std::vector<std::unique_ptr<GpuEvaluations>> make_evaluations(std::span<GpuSource* const> sources,
                                                              std::uint32_t particles) {
    std::vector<std::unique_ptr<GpuEvaluations>> evaluations;
    for (GpuSource* source : sources) evaluations.push_back(source->make_evaluations(particles));
    return evaluations;
}

std::uint32_t group_size(const gpu::Device& device) {
    return gpu::workgroup_size(device, gpu::kParticleMultiple);
}

/// Registers of (dim, stride) planes.
gpu::Buffer make_values(gpu::Device& device, int registers, std::uint32_t dim, std::uint32_t stride) {
    const std::uint32_t most = Executor::largest_capacity(device, dim, registers);
    if (stride > most) {
        throw base::request_error("too many particles at once", "`chunk`",
                                  fmt::format("this device takes {} of them", most),
                                  "use a smaller `chunk`; it changes nothing but memory");
    }
    return {device, "particles", VkDeviceSize{static_cast<std::uint32_t>(registers)} * dim * stride * sizeof(float)};
}

}  // namespace

std::uint32_t Executor::largest_capacity(const gpu::Device& device, std::uint32_t dim, int registers) {
    if (registers < 1) throw std::logic_error("Executor: a program needs registers");
    // Elements are addressed by 32 bits, workgroups by one dimension of the dispatch.
    const gpu::DeviceProperties& limits = device.properties();
    const std::uint64_t floats = std::min<std::uint64_t>(UINT32_MAX, limits.max_storage_buffer_bytes / sizeof(float));
    const std::uint64_t particles = std::min(floats / static_cast<std::uint64_t>(registers) / dim,
                                             std::uint64_t{limits.max_workgroup_count[0]} * group_size(device));
    return gpu::size32(particles / gpu::kParticleMultiple * gpu::kParticleMultiple);
}

Executor::Executor(gpu::Device& device, std::span<GpuSource* const> sources, std::uint32_t capacity, int registers)
    : device_(device),
      sources_(sources.begin(), sources.end()),
      dim_(common_dim(sources)),
      evaluations_(make_evaluations(sources, capacity)),
      capacity_(capacity),
      stride_(gpu::round_up(capacity, gpu::kParticleMultiple)),
      registers_(registers),
      group_(group_size(device)),
      blends_(device, group_, dim_),
      affine_(device, "start", shaders::sample_affine_comp, {group_}),
      clamp_(device, "clamp", shaders::sample_clamp_comp, {group_}),
      threshold_(device, "threshold", shaders::sample_threshold_comp, {group_, dim_}),
      mask_(device, "mask", shaders::sample_mask_comp, {group_}),
      values_(make_values(device, registers, dim_, stride_)) {}

Executor::Executor(const Executor& other, std::uint32_t capacity, int registers)
    : device_(other.device_),
      sources_(other.sources_),
      dim_(other.dim_),
      evaluations_(make_evaluations(sources_, capacity)),
      capacity_(capacity),
      stride_(gpu::round_up(capacity, gpu::kParticleMultiple)),
      registers_(registers),
      group_(other.group_),
      blends_(other.blends_.without_blends()),
      affine_(other.affine_),
      clamp_(other.clamp_),
      threshold_(other.threshold_),
      mask_(other.mask_),
      values_(make_values(device_, registers, dim_, stride_)) {}

PreparedProgram Executor::prepare(const diffusion::Program& program, std::uint64_t seed,
                                  const std::function<void()>& check_cancelled) const {
    if (program.registers > registers_) throw std::logic_error("Executor::prepare: program needs more registers");
    program.validate();
    program.require_sources(sources_.size());
    PreparedProgram prepared;
    prepared.program = program;
    prepared.seed = seed;
    // The start state is a blend of its own, ahead of the ops.
    const diffusion::StartLaw& start = program.start;
    const double start_scale = start.is_isotropic() ? start.scale[0] : 1;
    std::vector<diffusion::Blend> blends = {{program.init_register, {}, {{start_scale, base::kInitStream, 0}}}};
    prepared.rows.assign(program.ops.size(), 0);
    std::vector<std::vector<diffusion::Eval>> evals(sources_.size());
    for (std::size_t i = 0; i < program.ops.size(); ++i) {
        const diffusion::Instruction& instruction = program.ops[i].instruction;
        if (const auto* eval = std::get_if<diffusion::Eval>(&instruction)) {
            std::vector<diffusion::Eval>& asked = evals[static_cast<std::size_t>(eval->source)];
            prepared.rows[i] = gpu::size32(asked.size());
            asked.push_back(*eval);
        } else if (const auto* blend = std::get_if<diffusion::Blend>(&instruction)) {
            prepared.rows[i] = gpu::size32(blends.size());
            blends.push_back(*blend);
        }
        prepared.operations.push_back(count_operations(instruction));
    }
    for (std::size_t source = 0; source < sources_.size(); ++source) {
        prepared.take_tables.push_back(evaluations_[source]->make_tables(evals[source], check_cancelled));
    }
    prepared.blends = blends_.make_table(blends);
    return prepared;
}

void Executor::load(PreparedProgram prepared) {
    for (const GpuEvaluations::Take& take : prepared.take_tables) take();
    blends_.take(std::move(prepared.blends));
    program_ = std::move(prepared.program);
    seed_ = prepared.seed;
    rows_ = std::move(prepared.rows);
    operations_ = std::move(prepared.operations);
}

double Executor::count_operations(const diffusion::Instruction& instruction) const {
    const double dim = dim_;
    if (const auto* eval = std::get_if<diffusion::Eval>(&instruction)) {
        return sources_[static_cast<std::size_t>(eval->source)]->operations();
    }
    if (const auto* blend = std::get_if<diffusion::Blend>(&instruction)) {
        return dim + 2 * dim * static_cast<double>(blend->terms.size()) +
               kNoiseOperations * std::ceil(dim / 4) * static_cast<double>(blend->noise.size());
    }
    return std::holds_alternative<diffusion::Threshold>(instruction) ? kThresholdOperations * dim : 3 * dim;
}

void Executor::set_particles(diffusion::ParticleRange range) {
    if (range.count > capacity_ || range.count == 0) throw std::logic_error("Executor: particles beyond capacity");
    range_ = range;
}

bool Executor::has_other_weights() const {
    return std::ranges::any_of(evaluations_, [](const auto& evaluations) { return evaluations->has_other_weights(); });
}

void Executor::record_uploads(gpu::Recorder& recorder) {
    const auto is_up_to_date = [](const auto& evaluations) { return evaluations->is_up_to_date(); };
    if (blends_.is_up_to_date() && std::ranges::all_of(evaluations_, is_up_to_date)) return;
    const auto scope = recorder.scope("network");
    for (const auto& evaluations : evaluations_) evaluations->record_uploads(recorder);
    blends_.record_uploads(recorder);
}

std::uint32_t Executor::groups(diffusion::ParticleRange block) const {
    return gpu::round_up(block.count, group_) / group_;
}

/// Draws of the start law; where it is not isotropic, standard normals first, then its map, coordinate by coordinate.
void Executor::record_start_noise(gpu::Recorder& recorder) {
    record_blend(recorder, kStartBlend, {0, range_.count});
    if (program_.start.is_isotropic()) return;
    for (std::uint32_t e = 0; e < dim_; ++e) {
        const shaders::AffinePush push = {.plane = first_plane(program_.init_register) + e,
                                          .stride = stride_,
                                          .scale = static_cast<float>(program_.start.scale_of(e)),
                                          .offset = static_cast<float>(program_.start.mean_of(e))};
        recorder.dispatch(affine_, {reads_writes(values_)}, push, groups({0, range_.count}));
    }
}

void Executor::record_input(gpu::Recorder& recorder, int reg, const gpu::Buffer& planes) {
    recorder.copy(planes, 0, values_, static_cast<VkDeviceSize>(reg) * register_bytes(), register_bytes());
}

/// Null for other ops.
const GpuEvaluations* Executor::evaluations_of(std::size_t op) const {
    const auto* eval = std::get_if<diffusion::Eval>(&program_.ops.at(op).instruction);
    return eval == nullptr ? nullptr : evaluations_[static_cast<std::size_t>(eval->source)].get();
}

bool Executor::is_evaluation(std::size_t op) const {
    return evaluations_of(op) != nullptr;
}

std::uint32_t Executor::parts(std::size_t op) const {
    const GpuEvaluations* evaluations = evaluations_of(op);
    return evaluations == nullptr ? 1 : evaluations->parts();
}

std::uint32_t Executor::largest_block(std::size_t op) const {
    const GpuEvaluations* evaluations = evaluations_of(op);
    return evaluations == nullptr ? UINT32_MAX : evaluations->block();
}

void Executor::record(gpu::Recorder& recorder, std::size_t op, std::uint32_t part, diffusion::ParticleRange block) {
    if (block.first % gpu::kParticleMultiple != 0 || block.first + block.count > range_.count ||
        block.count > largest_block(op)) {
        throw std::logic_error("Executor::record: a block outside the run, off its grid or too large");
    }
    std::visit([&](const auto& kind) { record(recorder, kind, rows_[op], part, block); }, program_.ops[op].instruction);
}

void Executor::record(gpu::Recorder& recorder, const diffusion::Eval& eval, std::uint32_t row, std::uint32_t part,
                      diffusion::ParticleRange block) {
    evaluations_[static_cast<std::size_t>(eval.source)]->record(recorder, values_,
                                                                {.row = row,
                                                                 .src = static_cast<std::uint32_t>(eval.src),
                                                                 .dst = static_cast<std::uint32_t>(eval.dst),
                                                                 .stride = stride_,
                                                                 .first = block.first,
                                                                 .count = block.count},
                                                                part);
}

void Executor::record(gpu::Recorder& recorder, const diffusion::Blend& /*blend*/, std::uint32_t row,
                      std::uint32_t /*part*/, diffusion::ParticleRange block) {
    record_blend(recorder, row, block);
}

void Executor::record_blend(gpu::Recorder& recorder, std::uint32_t number, diffusion::ParticleRange block) {
    blends_.record(recorder, {values_, stride_, seed_, range_.first}, number, block);
}

void Executor::record(gpu::Recorder& recorder, const diffusion::Clamp& clamp, std::uint32_t /*row*/,
                      std::uint32_t /*part*/, diffusion::ParticleRange block) {
    const shaders::ClampPush push = {.first_plane = first_plane(clamp.dst),
                                     .stride = stride_,
                                     .first = block.first,
                                     .low = static_cast<float>(clamp.low),
                                     .high = static_cast<float>(clamp.high)};
    recorder.dispatch(clamp_, {reads_writes(values_)}, push, groups(block), dim_);
}

void Executor::record(gpu::Recorder& recorder, const diffusion::Threshold& threshold, std::uint32_t /*row*/,
                      std::uint32_t /*part*/, diffusion::ParticleRange block) {
    const double position = threshold.ratio * (dim_ - 1);
    const auto rank = static_cast<std::uint32_t>(position);
    const shaders::ThresholdPush push = {.first_plane = first_plane(threshold.dst),
                                         .stride = stride_,
                                         .first = block.first,
                                         .rank = rank,
                                         .fraction = static_cast<float>(position - rank),
                                         .most = static_cast<float>(threshold.max)};
    recorder.dispatch(threshold_, {reads_writes(values_)}, push, groups(block));
}

void Executor::record(gpu::Recorder& recorder, const diffusion::Mask& mask, std::uint32_t /*row*/,
                      std::uint32_t /*part*/, diffusion::ParticleRange block) {
    const shaders::MaskPush push = {.dst = first_plane(mask.dst),
                                    .a = first_plane(mask.a),
                                    .b = first_plane(mask.b),
                                    .mask = first_plane(program_.mask_register),
                                    .stride = stride_,
                                    .first = block.first};
    recorder.dispatch(mask_, {reads_writes(values_)}, push, groups(block), dim_);
}

void Executor::warm_up() {
    diffusion::Program tiny;
    tiny.steps = 1;
    for (std::size_t source = 0; source < sources_.size(); ++source) {
        tiny.ops.push_back({0, diffusion::Eval{.source = static_cast<int>(source), .sigma = 1}});
    }
    for (const diffusion::Blend& blend : BlendKernels::one_for_each()) tiny.ops.push_back({0, blend});
    tiny.ops.push_back({0, diffusion::Clamp{}});
    tiny.ops.push_back({0, diffusion::Threshold{}});
    tiny.start = {{1}, {1}};
    if (registers_ > 1) {  // else there is no room for a mask
        tiny.registers = 2;
        tiny.mask_register = 1;
        tiny.ops.push_back({0, diffusion::Mask{}});
    }
    load(tiny, 0);
    set_particles({0, 1});
    gpu::Recorder recorder(device_, "warm-up");
    recorder.begin();
    record_uploads(recorder);
    record_start_noise(recorder);
    for (std::size_t op = 0; op < tiny.ops.size(); ++op) {
        for (std::uint32_t part = 0; part < parts(op); ++part) record(recorder, op, part, {0, 1});
    }
    device_.wait(device_.submit(recorder));
}

}  // namespace scorefield::sample
