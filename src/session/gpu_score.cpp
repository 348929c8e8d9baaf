#include "session/gpu_score.hpp"

#include "sample/exact_source.hpp"
#include "sample/network_source.hpp"

namespace scorefield::session {

GpuScore::GpuScore(gpu::Device& device, const model::Model& model) {
    if (model.target) {
        source_ = sample::make_exact_source(device, *model.target, model.parametrisation);
        return;
    }
    network_ = std::make_unique<nn::GpuNetwork>(device, model::evaluation_graph(model.checkpoint->network),
                                                model.checkpoint->tensors);
    source_ = std::make_unique<sample::NetworkSource>(*network_);
}

}  // namespace scorefield::session
