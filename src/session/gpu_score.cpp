#include "session/gpu_score.hpp"

#include "sample/exact_source.hpp"
#include "sample/network_source.hpp"

namespace scorefield::session {

GpuScore::GpuScore(gpu::Device& device, const model::Model& model) {
    if (model.target) {
        source_ = sample::make_exact_source(device, *model.target, model.parametrisation);
        return;
    }
    network_ = std::visit(
        [&](const nn::MlpConfig& mlp) {
            return std::make_unique<nn::GpuNetwork>(device, mlp, model.checkpoint->tensors);
        },
        model.checkpoint->network);
    source_ = std::make_unique<sample::NetworkSource>(*network_);
}

}  // namespace scorefield::session
