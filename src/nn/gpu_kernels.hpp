#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "gpu/pipeline.hpp"
#include "gpu/recorder.hpp"
#include "nn/dense_chain.hpp"
#include "nn/gpu_network.hpp"

namespace scorefield::nn {

/// What one float of a packed list is: an element of the weight, row-major, or of the addend of a layer; or padding, 0.
struct PackedPlace {
    static constexpr std::uint32_t kPadding = UINT32_MAX;

    std::uint32_t layer = kPadding;
    std::uint32_t element = 0;
};

/// What the kernels of a chain work on.
struct ChainBuffers {
    const gpu::Buffer& weights;
    const gpu::Buffer& rows;
    const std::array<gpu::Buffer, 2>& activations;  ///< planes of `block` floats
    std::uint32_t block;
    const gpu::Buffer& values;
};

/// A way to run a chain of dense layers (silu after all but the last) on a device: how weights and addends are packed,
/// and which dispatches run.
class ChainKernels {
  public:
    virtual ~ChainKernels() = default;
    virtual const std::string& variant() const = 0;
    /// The packed weights, float by float.
    virtual std::vector<PackedPlace> weight_places() const = 0;
    /// One table row, the addends of all layers.
    virtual std::vector<PackedPlace> row_places() const = 0;
    /// What layers hand to the next one, in alternation, for `block` particles; empty where one dispatch does all.
    virtual std::array<gpu::Buffer, 2> make_activations(gpu::Device& device, std::uint32_t block) const = 0;
    /// An evaluation consists of parts() dispatches in order.
    virtual std::uint32_t parts() const = 0;
    /// One of them, for eval.count ≤ buffers.block particles.
    virtual void record(gpu::Recorder& recorder, const ChainBuffers& buffers, const GpuEval& eval,
                        std::uint32_t part) const = 0;
};

/// All layers in as few dispatches as there are hidden layers; hidden width up to what shared memory holds. Null where
/// the chain or the device does not suit it.
std::unique_ptr<ChainKernels> make_fused_kernels(gpu::Device& device, const std::vector<DenseLayer>& layers);

/// One dispatch per layer. Each workgroup computes a block of outputs; layers may have any size.
std::unique_ptr<ChainKernels> make_dense_kernels(gpu::Device& device, const std::vector<DenseLayer>& layers);

/// The most particles that pass through the layers together: bounds the memory of the activations.
std::uint32_t block_size(const gpu::Device& device);

/// Puts the (rows, columns) elements of a layer into `places`, whose rows have `stride` columns.
void place_matrix(std::size_t layer, std::size_t rows, std::size_t columns, std::size_t stride,
                  std::span<PackedPlace> places);

}  // namespace scorefield::nn
