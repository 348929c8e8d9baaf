#include "sample/host_executor.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <utility>

#include "base/instruction_sets.hpp"
#include "base/random.hpp"
#include "base/room.hpp"

namespace scorefield::sample {
namespace {

/// Operations that four normal draws take.
constexpr double kNoiseOperations = 200;

std::size_t common_dim(std::span<const HostSource* const> sources) {
    if (sources.empty()) throw std::invalid_argument("no score source");
    for (const HostSource* source : sources) {
        if (source->dim() != sources[0]->dim()) throw std::invalid_argument("score sources of different dimensions");
    }
    return sources[0]->dim();
}

nn::AlignedFloats make_values(std::uint32_t capacity, int registers, std::size_t dim) {
    const std::size_t blocks = (std::size_t{capacity} + kHostBlock - 1) / kHostBlock;
    const std::size_t floats = static_cast<std::size_t>(registers) * dim * kHostBlock;
    base::require_memory(capacity, static_cast<std::size_t>(registers) * dim * sizeof(float), "states of a batch");
    return nn::AlignedFloats(blocks * floats);
}

SCOREFIELD_INSTRUCTION_SETS
void scale(float factor, const float* values, float* sums) {
    for (std::size_t i = 0; i < kHostBlock; ++i) sums[i] = factor * values[i];
}

SCOREFIELD_INSTRUCTION_SETS
void add_scaled(float factor, const float* values, float* sums) {
    for (std::size_t i = 0; i < kHostBlock; ++i) sums[i] += factor * values[i];
}

SCOREFIELD_INSTRUCTION_SETS
void scale_and_shift(float scale, float offset, float* values) {
    for (std::size_t i = 0; i < kHostBlock; ++i) values[i] = scale * values[i] + offset;
}

SCOREFIELD_INSTRUCTION_SETS
void limit(float low, float high, float* values) {
    for (std::size_t i = 0; i < kHostBlock; ++i) {
        const float raised = values[i] < low ? low : values[i];
        values[i] = raised > high ? high : raised;
    }
}

SCOREFIELD_INSTRUCTION_SETS
void mix(const float* mask, const float* a, const float* b, float* out) {
    for (std::size_t i = 0; i < kHostBlock; ++i) out[i] = mask[i] * a[i] + (1 - mask[i]) * b[i];
}

}  // namespace

HostExecutor::HostExecutor(std::span<const HostSource* const> sources, std::uint32_t capacity, int registers)
    : sources_(sources.begin(), sources.end()),
      dim_(common_dim(sources)),
      capacity_(capacity),
      registers_(registers),
      normals_(base::normal_kernels(base::runnable_instruction_sets().back())),
      values_(make_values(capacity, registers, dim_)) {
    for (const HostSource* source : sources_) evaluations_.push_back(source->make_evaluations());
}

HostProgram HostExecutor::prepare(const diffusion::Program& program, std::uint64_t seed,
                                  const std::function<void()>& check_cancelled) const {
    if (program.registers > registers_) throw std::logic_error("HostExecutor::prepare: program needs more registers");
    program.validate();
    program.require_sources(sources_.size());
    HostProgram prepared = {program, seed, std::vector<std::uint32_t>(program.ops.size()), {}};
    std::vector<std::vector<diffusion::Eval>> evals(sources_.size());
    for (std::size_t i = 0; i < program.ops.size(); ++i) {
        const auto* eval = std::get_if<diffusion::Eval>(&program.ops[i].instruction);
        if (eval == nullptr) continue;
        std::vector<diffusion::Eval>& asked = evals[static_cast<std::size_t>(eval->source)];
        prepared.rows[i] = static_cast<std::uint32_t>(asked.size());
        asked.push_back(*eval);
    }
    for (std::size_t source = 0; source < sources_.size(); ++source) {
        prepared.take_tables.push_back(evaluations_[source]->make_tables(evals[source], check_cancelled));
    }
    return prepared;
}

void HostExecutor::load(HostProgram prepared) {
    for (const HostEvaluations::Take& take : prepared.take_tables) take();
    prepared.take_tables.clear();
    prepared_ = std::move(prepared);
}

void HostExecutor::set_particles(diffusion::ParticleRange range) {
    if (range.count > capacity_ || range.count == 0) throw std::logic_error("HostExecutor: particles beyond capacity");
    range_ = range;
}

double HostExecutor::operations(const diffusion::Instruction& instruction) const {
    const auto dim = static_cast<double>(dim_);
    if (const auto* eval = std::get_if<diffusion::Eval>(&instruction)) {
        return sources_[static_cast<std::size_t>(eval->source)]->operations();
    }
    if (const auto* blend = std::get_if<diffusion::Blend>(&instruction)) {
        return dim + 2 * dim * static_cast<double>(blend->terms.size()) +
               kNoiseOperations * std::ceil(dim / 4) * static_cast<double>(blend->noise.size());
    }
    constexpr double kThresholdOperations = 100;
    return std::holds_alternative<diffusion::Threshold>(instruction) ? kThresholdOperations * dim : 3 * dim;
}

std::span<float> HostExecutor::planes(std::size_t block, int reg) {
    const std::size_t floats = dim_ * kHostBlock;
    return std::span(values_).subspan((block * static_cast<std::size_t>(registers_)) * floats + place_of(reg), floats);
}

std::span<const float> HostExecutor::planes(std::size_t block, int reg) const {
    const std::size_t floats = dim_ * kHostBlock;
    return std::span(values_).subspan((block * static_cast<std::size_t>(registers_)) * floats + place_of(reg), floats);
}

void HostExecutor::start(std::size_t block) {
    const diffusion::StartLaw& law = program().start;
    const int reg = program().init_register;
    nn::AlignedFloats scratch;
    const double scale = law.is_isotropic() ? law.scale[0] : 1;
    run(diffusion::Blend{reg, {}, {{scale, base::kInitStream, 0}}}, block, scratch);
    if (law.is_isotropic()) return;
    for (std::size_t e = 0; e < dim_; ++e) {
        scale_and_shift(static_cast<float>(law.scale_of(e)), static_cast<float>(law.mean_of(e)),
                        planes(block, reg).data() + e * kHostBlock);
    }
}

void HostExecutor::take_rows(std::size_t block, int reg, std::span<const float> rows) {
    const std::size_t first = block * kHostBlock;
    const std::size_t count = std::min<std::size_t>(kHostBlock, range_.count - first);
    const std::span<float> into = planes(block, reg);
    for (std::size_t e = 0; e < dim_; ++e) {
        for (std::size_t i = 0; i < kHostBlock; ++i) {
            into[e * kHostBlock + i] = i < count ? rows[(first + i) * dim_ + e] : 0.0F;
        }
    }
}

void HostExecutor::give_rows(std::size_t block, int reg, std::span<float> rows) const {
    const std::size_t first = block * kHostBlock;
    const std::size_t count = std::min<std::size_t>(kHostBlock, range_.count - first);
    const std::span<const float> from = planes(block, reg);
    for (std::size_t i = 0; i < count; ++i) {
        for (std::size_t e = 0; e < dim_; ++e) rows[(first + i) * dim_ + e] = from[e * kHostBlock + i];
    }
}

void HostExecutor::run(std::size_t op, std::size_t first_block, std::size_t count, nn::AlignedFloats& scratch) {
    const diffusion::Instruction& instruction = program().ops[op].instruction;
    if (const auto* eval = std::get_if<diffusion::Eval>(&instruction)) {
        const HostBlocks blocks = {planes(first_block, 0).data(),
                                   static_cast<std::size_t>(registers_) * dim_ * kHostBlock, count};
        evaluations_[static_cast<std::size_t>(eval->source)]->evaluate(prepared_.rows[op], blocks, place_of(eval->src),
                                                                       place_of(eval->dst), scratch);
        return;
    }
    for (std::size_t block = first_block; block < first_block + count; ++block) {
        if (const auto* blend = std::get_if<diffusion::Blend>(&instruction)) run(*blend, block, scratch);
        if (const auto* clamp = std::get_if<diffusion::Clamp>(&instruction)) run(*clamp, block);
        if (const auto* threshold = std::get_if<diffusion::Threshold>(&instruction)) run(*threshold, block, scratch);
        if (const auto* mask = std::get_if<diffusion::Mask>(&instruction)) run(*mask, block);
    }
}

/// Four elements at a time, as many as a draw of normals has.
void HostExecutor::run(const diffusion::Blend& blend, std::size_t block, nn::AlignedFloats& scratch) {
    constexpr std::size_t kAtOnce = 4;
    scratch.resize(std::max(scratch.size(), 2 * kAtOnce * kHostBlock));
    float* const sums = scratch.data();
    float* const normals = sums + kAtOnce * kHostBlock;
    const auto particle = static_cast<std::uint32_t>(range_.first + block * kHostBlock);
    const std::span<float> dst = planes(block, blend.dst);
    for (std::size_t first = 0; first < dim_; first += kAtOnce) {
        const std::size_t count = std::min(kAtOnce, dim_ - first);
        bool empty = true;
        const auto add = [&](double factor, const float* values) {
            const auto run = empty ? scale : add_scaled;
            empty = false;
            for (std::size_t e = 0; e < count; ++e) {
                run(static_cast<float>(factor), values + e * kHostBlock, sums + e * kHostBlock);
            }
        };
        for (const diffusion::Term& term : blend.terms) {
            add(term.coefficient, planes(block, term.reg).data() + first * kHostBlock);
        }
        for (const diffusion::NoiseTerm& noise : blend.noise) {
            normals_.normal_planes(prepared_.seed, particle, static_cast<std::uint32_t>(first / kAtOnce), noise.index,
                                   noise.stream, count, normals);
            add(noise.coefficient, normals);
        }
        if (empty) std::fill_n(sums, count * kHostBlock, 0.0F);
        std::copy_n(sums, count * kHostBlock, dst.data() + first * kHostBlock);
    }
}

void HostExecutor::run(const diffusion::Clamp& clamp, std::size_t block) {
    float* const values = planes(block, clamp.dst).data();
    for (std::size_t e = 0; e < dim_; ++e) {
        limit(static_cast<float>(clamp.low), static_cast<float>(clamp.high), values + e * kHostBlock);
    }
}

void HostExecutor::run(const diffusion::Threshold& threshold, std::size_t block, nn::AlignedFloats& scratch) {
    scratch.resize(std::max(scratch.size(), dim_));
    const std::span<float> magnitudes = std::span(scratch).first(dim_);
    const std::span<float> values = planes(block, threshold.dst);
    const double position = threshold.ratio * static_cast<double>(dim_ - 1);
    const auto below = static_cast<std::size_t>(position);
    const std::size_t above = std::min(below + 1, dim_ - 1);
    const auto fraction = static_cast<float>(position - static_cast<double>(below));
    for (std::size_t i = 0; i < kHostBlock; ++i) {
        for (std::size_t e = 0; e < dim_; ++e) {
            const float magnitude = std::abs(values[e * kHostBlock + i]);
            magnitudes[e] = std::isnan(magnitude) ? std::numeric_limits<float>::infinity() : magnitude;
        }
        std::ranges::sort(magnitudes);
        const float quantile = magnitudes[below] + fraction * (magnitudes[above] - magnitudes[below]);
        const float bound = std::clamp(quantile, 1.0F, static_cast<float>(threshold.max));
        for (std::size_t e = 0; e < dim_; ++e) {
            float& value = values[e * kHostBlock + i];
            value = std::clamp(value, -bound, bound) / bound;
        }
    }
}

void HostExecutor::run(const diffusion::Mask& mask, std::size_t block) {
    const std::size_t floats = dim_ * kHostBlock;
    const float* const shares = planes(block, program().mask_register).data();
    const float* const a = planes(block, mask.a).data();
    const float* const b = planes(block, mask.b).data();
    float* const dst = planes(block, mask.dst).data();
    for (std::size_t first = 0; first < floats; first += kHostBlock) {
        mix(shares + first, a + first, b + first, dst + first);
    }
}

}  // namespace scorefield::sample
