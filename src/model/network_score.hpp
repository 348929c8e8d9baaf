#pragma once

#include <map>
#include <string>

#include "data/tensors.hpp"
#include "diffusion/interpreter.hpp"
#include "model/architecture.hpp"
#include "nn/evaluate.hpp"
#include "nn/network.hpp"

namespace scorefield::model {

/// The network as a score source, in double precision on float32 weights: the reference of the GPU's network.
class NetworkScore final : public diffusion::ScoreSource {
  public:
    /// Throws base::Error (request) naming `where` if `tensors` are not those of `network`.
    NetworkScore(const Architecture& network, const data::TensorMap& tensors, const std::string& where);

    int dim() const override { return static_cast<int>(dim_); }
    void evaluate(std::span<const double> scaled, const diffusion::Eval& at, std::span<double> out) const override;

  private:
    std::size_t dim_;
    nn::Graph graph_;
    nn::NetworkValues values_;
    std::map<std::string, nn::Matrix> weights_;
};

}  // namespace scorefield::model
