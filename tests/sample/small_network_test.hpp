#pragma once

#include <vector>

#include "../gpu/gpu_fixture.hpp"
#include "sample/network_source.hpp"
#include "sample/support.hpp"

namespace scorefield::sample {

/// A small network, for tests of the bookkeeping around it.
class SmallNetworkTest : public gpu::GpuTest {
  protected:
    nn::MlpConfig config = {2, 16, 2, 4};
    data::TensorMap tensors = random_network(config, 3);
    nn::GpuNetwork network{device(), model::evaluation_graph(config), tensors};
    NetworkSource source{network};
    std::vector<GpuSource*> sources = {&source};
};

}  // namespace scorefield::sample
