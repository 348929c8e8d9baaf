#include "sample/host_network_source.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <stdexcept>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "base/room.hpp"

namespace scorefield::sample {
namespace {

struct Tables {
    std::vector<diffusion::Eval> evals;
    nn::AlignedFloats rows;  ///< of the network, by evaluation
};

class HostNetworkEvaluations final : public HostEvaluations {
  public:
    explicit HostNetworkEvaluations(const nn::HostNetwork& network) : network_(network) {
        if (kHostBlock % network.tile_rows() != 0) throw std::logic_error("a block is no whole number of tiles");
    }

    Take make_tables(std::span<const diffusion::Eval> evals, const std::function<void()>& check_cancelled) override {
        require_room(evals.size());
        std::vector<double> times;
        times.reserve(evals.size());
        for (const diffusion::Eval& eval : evals) times.push_back(eval.c_noise);
        auto made =
            std::make_shared<Tables>(Tables{{evals.begin(), evals.end()}, network_.make_rows(times, check_cancelled)});
        return [this, made] { tables_ = std::move(*made); };
    }

    void evaluate(std::uint32_t row, const HostBlocks& blocks, std::size_t src, std::size_t dst,
                  nn::AlignedFloats& scratch) const override {
        const std::size_t tile = network_.tile_rows();
        const std::size_t planes = network_.dim() * tile;
        const diffusion::Eval& eval = tables_.evals.at(row);
        const float* const times = tables_.rows.data() + row * network_.row_floats();
        scratch.resize(std::max(scratch.size(), 2 * planes + network_.scratch_floats()));
        float* const input = scratch.data();
        float* const output = input + planes;
        for (std::size_t b = 0; b < blocks.count; ++b) {
            float* const block = blocks.block(b);
            for (std::size_t first = 0; first < kHostBlock; first += tile) {
                gather(block + src + first, static_cast<float>(eval.c_in), input);
                network_.evaluate(times, input, output, output + planes);
                combine(block + src + first, output, eval, block + dst + first);
            }
        }
    }

  private:
    /// A program of many steps is the only reason for a large table.
    void require_room(std::size_t rows) const {
        const std::uint64_t most = base::memory_limit() / 4 / (network_.row_floats() * sizeof(float));
        if (rows <= most) return;
        throw base::request_error("too many evaluations", "`steps`",
                                  fmt::format("the time table of {} evaluations does not fit into memory", rows),
                                  fmt::format("use fewer steps: at most {} evaluations of this network", most));
    }

    void gather(const float* src, float c_in, float* input) const {
        const std::size_t tile = network_.tile_rows();
        for (std::size_t e = 0; e < network_.dim(); ++e) {
            for (std::size_t i = 0; i < tile; ++i) input[e * tile + i] = c_in * src[e * kHostBlock + i];
        }
    }

    void combine(const float* src, const float* output, const diffusion::Eval& eval, float* dst) const {
        const std::size_t tile = network_.tile_rows();
        const auto skip = static_cast<float>(eval.c_skip);
        const auto out = static_cast<float>(eval.c_out);
        for (std::size_t e = 0; e < network_.dim(); ++e) {
            for (std::size_t i = 0; i < tile; ++i) {
                dst[e * kHostBlock + i] = skip * src[e * kHostBlock + i] + out * output[e * tile + i];
            }
        }
    }

    const nn::HostNetwork& network_;
    Tables tables_;
};

}  // namespace

std::unique_ptr<HostEvaluations> HostNetworkSource::make_evaluations() const {
    return std::make_unique<HostNetworkEvaluations>(network_);
}

}  // namespace scorefield::sample
