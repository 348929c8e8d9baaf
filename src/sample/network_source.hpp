#pragma once

#include <vector>

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

    void prepare(std::span<const diffusion::Eval> evals) override;
    void record_uploads(gpu::Recorder& recorder) override;
    void record(gpu::Recorder& recorder, const gpu::Buffer& values, const EvalBlock& block) override;

  private:
    nn::GpuNetwork& network_;
    std::vector<diffusion::Eval> evals_;  ///< by row
};

}  // namespace scorefield::sample
