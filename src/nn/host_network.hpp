#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "base/instruction_sets.hpp"
#include "data/tensors.hpp"
#include "nn/aligned.hpp"
#include "nn/dense_chain.hpp"
#include "nn/matrix.hpp"
#include "nn/network.hpp"
#include "nn/tile_kernels.hpp"

namespace scorefield::nn {

/// A network on the host, for inference in single precision. A tile of particles passes through all layers before the
/// next tile begins. May be used from several threads at once.
class HostNetwork {
  public:
    /// Plans an unconditional network with TimeRows::shared, a chain of dense layers. `tensors` holds its parameters.
    /// Throws std::logic_error for other graphs.
    HostNetwork(NetworkGraph network, const data::TensorMap& tensors,
                base::InstructionSet set = base::runnable_instruction_sets().back());

    std::size_t dim() const { return layers_.front().inputs; }
    /// Multiplications and additions of the dense layers per particle and evaluation; activations not counted.
    double operations() const;
    /// Which kernels were chosen, e.g. `host-avx512-64x3`.
    const std::string& variant() const { return variant_; }
    /// Particles of a tile.
    std::size_t tile_rows() const { return kernels_.rows; }

    /// What depends on time alone: a row for each of these times, floats of all layers' addends, computed in double
    /// precision. `check_cancelled` is called every few rows and may throw; empty: nothing.
    AlignedFloats make_rows(std::span<const double> c_noise, const std::function<void()>& check_cancelled = {}) const;
    std::size_t row_floats() const { return row_floats_; }

    /// Floats of the memory that evaluate needs.
    std::size_t scratch_floats() const { return 2 * widest_ * kernels_.rows; }
    /// output (dim, tile_rows) ← F(input (dim, tile_rows)) at the time of `row`, one of make_rows. `scratch` has
    /// scratch_floats() floats.
    void evaluate(const float* row, const float* input, float* output, float* scratch) const;

  private:
    struct Layer {
        std::size_t inputs = 0;
        std::size_t outputs = 0;
        std::size_t addend = 0;  ///< place in a row
        bool silu = false;
        AlignedFloats weights;  ///< packed
    };

    const TileKernels& kernels_;
    std::map<std::string, Matrix> parameters_;
    NetworkGraph network_;
    std::vector<DenseLayer> chain_;
    std::vector<Layer> layers_;
    std::size_t widest_ = 0;
    std::size_t row_floats_ = 0;
    std::string variant_;
};

}  // namespace scorefield::nn
