#pragma once

#include <memory>

#include "nn/gpu_network.hpp"
#include "sample/gpu_source.hpp"

namespace scorefield::sample {

/// A network as a score source.
class NetworkSource : public GpuSource {
  public:
    /// `network` must outlive the source.
    explicit NetworkSource(nn::GpuNetwork& network) : network_(network) {}

    std::uint32_t dim() const override { return network_.dim(); }
    double operations() const override { return network_.operations(); }
    const std::string& variant() const override { return network_.variant(); }

    std::unique_ptr<GpuEvaluations> make_evaluations(std::uint32_t particles) override;

  private:
    nn::GpuNetwork& network_;
};

}  // namespace scorefield::sample
