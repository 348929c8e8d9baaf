#pragma once

#include <memory>

#include "gpu/device.hpp"
#include "model/model.hpp"
#include "nn/gpu_network.hpp"
#include "sample/gpu_source.hpp"

namespace scorefield::session {

/// A model's score on the GPU: the network or the exact target.
class GpuScore {
  public:
    /// Throws base::Error (running) where the device's limits are too small for it.
    GpuScore(gpu::Device& device, const model::Model& model);

    sample::GpuSource& source() { return *source_; }
    const sample::GpuSource& source() const { return *source_; }
    /// Null of an exact target.
    nn::GpuNetwork* network() { return network_.get(); }

  private:
    std::unique_ptr<nn::GpuNetwork> network_;
    std::unique_ptr<sample::GpuSource> source_;
};

}  // namespace scorefield::session
