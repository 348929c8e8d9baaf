#include "session/fast_score.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "nn/host_network.hpp"

namespace scorefield::session {
namespace {

class FastScore final : public diffusion::ScoreSource {
  public:
    explicit FastScore(nn::HostNetwork network) : network_(std::move(network)) {}

    int dim() const override { return static_cast<int>(network_.dim()); }

    void evaluate(std::span<const double> scaled, const diffusion::Eval& at, std::span<double> out) const override {
        const std::size_t dim = network_.dim();
        const std::size_t tile = network_.tile_rows();
        const std::size_t count = scaled.size() / dim;
        const nn::AlignedFloats row = network_.make_rows(std::array{at.c_noise});
        nn::AlignedFloats input(dim * tile);
        nn::AlignedFloats output(dim * tile);
        nn::AlignedFloats scratch(network_.scratch_floats());
        for (std::size_t first = 0; first < count; first += tile) {
            const std::size_t some = std::min(tile, count - first);
            for (std::size_t e = 0; e < dim; ++e) {
                for (std::size_t i = 0; i < some; ++i) {
                    input[e * tile + i] = static_cast<float>(scaled[(first + i) * dim + e]);
                }
            }
            network_.evaluate(row.data(), input.data(), output.data(), scratch.data());
            for (std::size_t e = 0; e < dim; ++e) {
                for (std::size_t i = 0; i < some; ++i) {
                    out[(first + i) * dim + e] = static_cast<double>(output[e * tile + i]);
                }
            }
        }
    }

  private:
    nn::HostNetwork network_;
};

}  // namespace

std::unique_ptr<diffusion::ScoreSource> fast_score(const model::Architecture& network, const data::TensorMap& tensors) {
    return std::make_unique<FastScore>(nn::HostNetwork(model::evaluation_graph(network), tensors));
}

}  // namespace scorefield::session
