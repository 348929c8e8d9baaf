#include "sample/markov_chain.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "base/random.hpp"
#include "gpu/recorder.hpp"
#include "nn/gpu_network.hpp"
#include "shaders/sample/chain.comp.hpp"

namespace scorefield::sample {
namespace {

/// Push constants of shaders/sample/chain.comp.
struct ChainPush {
    std::uint32_t step, stride, first_threshold, columns, first_particle, stream, seed_low, seed_high;
};

/// Throws std::invalid_argument where `table` is none that follows `rows` states.
void require_table(const TransitionTable& table, std::uint32_t rows) {
    if (table.rows != rows || table.columns == 0 ||
        table.probabilities.size() != std::size_t{table.rows} * table.columns) {
        throw std::invalid_argument("transition table of the wrong shape");
    }
    constexpr double kRounding = 1e-9;
    for (std::size_t row = 0; row < rows; ++row) {
        double sum = 0;
        for (std::size_t column = 0; column < table.columns; ++column) {
            const double probability = table.probabilities[row * table.columns + column];
            if (!(probability > 0)) throw std::invalid_argument("transition table with a probability of 0 or less");
            sum += probability;
        }
        if (std::abs(sum - 1) > kRounding) throw std::invalid_argument("transition table whose row does not sum to 1");
    }
}

void append_thresholds(const TransitionTable& table, std::vector<std::uint32_t>& thresholds) {
    constexpr double kWords = 4294967296.0;
    for (std::size_t row = 0; row < table.rows; ++row) {
        double sum = 0;
        for (std::size_t column = 0; column + 1 < table.columns; ++column) {
            sum += table.probabilities[row * table.columns + column];
            thresholds.push_back(static_cast<std::uint32_t>(std::min(std::floor(sum * kWords), kWords - 1)));
        }
    }
}

}  // namespace

MarkovChain::MarkovChain(gpu::Device& device, std::span<const TransitionTable> tables)
    : device_(device),
      group_(nn::workgroup_size(device, nn::kParticleMultiple)),
      draw_(device, "chain", shaders::sample_chain_comp, {group_}) {
    std::vector<std::uint32_t> thresholds;
    std::uint32_t rows = 1;
    for (const TransitionTable& table : tables) {
        require_table(table, rows);
        steps_.push_back({static_cast<std::uint32_t>(thresholds.size()), table.columns});
        append_thresholds(table, thresholds);
        rows = table.columns;
    }
    if (steps_.empty()) throw std::invalid_argument("Markov chain without a table");
    if (thresholds.empty()) thresholds.push_back(0);
    thresholds_ =
        gpu::Buffer(device, "chain thresholds", thresholds.size() * sizeof(std::uint32_t), gpu::MemoryUse::upload);
    std::ranges::copy(thresholds, thresholds_.mapped<std::uint32_t>().begin());
}

std::vector<std::uint32_t> MarkovChain::run(std::uint64_t seed, diffusion::ParticleRange range) {
    const VkDeviceSize bytes = VkDeviceSize{steps_.size()} * range.count * sizeof(std::uint32_t);
    const gpu::Buffer states(device_, "chain states", bytes);
    const gpu::Buffer readback(device_, "chain read-back", bytes, gpu::MemoryUse::readback);
    gpu::Recorder recorder(device_, "chain");
    recorder.begin();
    for (std::size_t step = 0; step < steps_.size(); ++step) {
        const ChainPush push = {static_cast<std::uint32_t>(step),
                                range.count,
                                steps_[step].first_threshold,
                                steps_[step].columns,
                                range.first,
                                base::kSamplerStream,
                                static_cast<std::uint32_t>(seed),
                                static_cast<std::uint32_t>(seed >> 32U)};
        recorder.dispatch(draw_, {gpu::reads_writes(states), gpu::reads(thresholds_)}, push,
                          nn::round_up(range.count, group_) / group_);
    }
    recorder.copy(states, readback);
    device_.wait(device_.submit(recorder));
    const std::span<const std::uint32_t> all = readback.mapped<std::uint32_t>();
    return {all.begin(), all.end()};
}

}  // namespace scorefield::sample
