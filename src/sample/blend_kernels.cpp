#include "sample/blend_kernels.hpp"

#include <algorithm>
#include <bit>
#include <utility>

#include "base/random.hpp"
#include "gpu/planes.hpp"
#include "nn/gpu_network.hpp"
#include "shaders/sample/blend.comp.hpp"
#include "shaders/sample/blend_push.h"

namespace scorefield::sample {
namespace {

/// From so many draws on the kernel for many of them is the fastest, though it computes some for nothing.
constexpr std::uint32_t kManyDraws = 3;

/// Positions in BlendKernels::kernels_.
enum : std::size_t { kFewTerms, kOneDraw, kDraws, kAnyTerms };

std::uint32_t word(double coefficient) {
    return std::bit_cast<std::uint32_t>(static_cast<float>(coefficient));
}

}  // namespace

BlendKernels::BlendKernels(gpu::Device& device, std::uint32_t group, std::uint32_t dim)
    : device_(device), group_(group), dim_(dim) {
    const auto kernel = [&](const char* name, std::uint32_t terms, std::uint32_t draws) {
        const std::vector<std::uint32_t> constants = {group, dim, terms, draws};
        return Kernel{terms, draws, gpu::ComputePipeline(device, name, shaders::sample_blend_comp, constants)};
    };
    kernels_[kFewTerms] = kernel("blend", 4, 0);
    kernels_[kOneDraw] = kernel("blend, one draw", 4, 1);
    kernels_[kDraws] = kernel("blend, draws", 2, 8);
    kernels_[kAnyTerms] = kernel("blend, any terms", 0, 0);
}

std::vector<diffusion::Blend> BlendKernels::one_for_each() {
    const diffusion::NoiseTerm draw = {1, base::kSamplerStream, 0};
    const std::vector<diffusion::Term> many(5, {0, 0.1});
    return {{0, {{0, 1}}, {}}, {0, {{0, 1}}, {draw}}, {0, {{0, 1}}, {draw, draw, draw}}, {0, many, {}}};
}

std::size_t BlendKernels::choose(std::uint32_t terms, std::uint32_t draws) const {
    if (draws >= kManyDraws && terms <= kernels_[kDraws].terms) return kDraws;
    if (terms > kernels_[kFewTerms].terms) return kAnyTerms;
    return draws == 0 ? kFewTerms : kOneDraw;
}

BlendKernels::Planned BlendKernels::plan(const diffusion::Blend& blend, std::vector<std::uint32_t>& table) const {
    const auto dst = static_cast<std::uint32_t>(blend.dst);
    Planned planned = {dst, {}};
    std::uint32_t done = 0;
    do {
        Pass pass;
        pass.first_term = gpu::size32(table.size());
        if (planned.passes.empty()) {
            pass.terms = gpu::size32(blend.terms.size());
            for (const diffusion::Term& term : blend.terms) {
                table.insert(table.end(), {static_cast<std::uint32_t>(term.reg), word(term.coefficient)});
            }
        } else {
            pass.terms = 1;
            table.insert(table.end(), {dst, word(1)});
        }
        pass.kernel = choose(pass.terms, gpu::size32(blend.noise.size()) - done);
        pass.first_draw = gpu::size32(table.size());
        for (std::uint32_t i = 0; i < kernels_[pass.kernel].draws; ++i, ++done) {
            // Draws for nothing add zero.
            const auto noise = done < blend.noise.size() ? blend.noise[done] : diffusion::NoiseTerm{};
            table.insert(table.end(), {word(noise.coefficient), noise.stream, noise.index});
        }
        planned.passes.push_back(pass);
    } while (done < blend.noise.size());
    return planned;
}

BlendKernels::Table BlendKernels::make_table(const std::vector<diffusion::Blend>& blends) const {
    Table table;
    std::vector<std::uint32_t> words;
    table.blends.reserve(blends.size());
    for (const diffusion::Blend& blend : blends) table.blends.push_back(plan(blend, words));
    // Unrolled loops may look at coefficients of terms that are not there.
    words.resize(words.size() + 2 * std::size_t{kernels_[kFewTerms].terms});

    const std::size_t bytes = words.size() * sizeof(std::uint32_t);
    table.staging = gpu::Buffer(device_, "blends staging", bytes, gpu::MemoryUse::upload);
    std::ranges::copy(words, table.staging.mapped<std::uint32_t>().begin());
    table.coefficients = gpu::Buffer(device_, "blends", bytes);
    return table;
}

void BlendKernels::take(Table table) {
    table_ = std::move(table);
    uploads_pending_ = true;
}

void BlendKernels::record_uploads(gpu::Recorder& recorder) {
    if (!uploads_pending_) return;
    recorder.copy(table_.staging, 0, table_.coefficients, 0, table_.coefficients.bytes());
    uploads_pending_ = false;
}

void BlendKernels::record(gpu::Recorder& recorder, const BlendTarget& target, std::uint32_t number,
                          diffusion::ParticleRange block) const {
    const Planned& blend = table_.blends.at(number);
    for (const Pass& pass : blend.passes) {
        const shaders::BlendPush push = {.dst = blend.dst,
                                         .stride = target.stride,
                                         .first_term = pass.first_term,
                                         .terms = pass.terms,
                                         .first_draw = pass.first_draw,
                                         .first = block.first,
                                         .first_particle = target.first_particle,
                                         .seed_low = static_cast<std::uint32_t>(target.seed),
                                         .seed_high = static_cast<std::uint32_t>(target.seed >> 32)};
        recorder.dispatch(kernels_[pass.kernel].pipeline, {reads_writes(target.values), reads(table_.coefficients)},
                          push, gpu::round_up(block.count, group_) / group_, (dim_ + 3) / 4);
    }
}

}  // namespace scorefield::sample
