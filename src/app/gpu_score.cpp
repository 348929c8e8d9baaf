#include "app/gpu_score.hpp"

#include "base/error.hpp"
#include "sample/network_source.hpp"

namespace scorefield::app {

GpuScore::GpuScore(gpu::Device& device, const Model& model) {
    if (model.target) {
        throw base::running_error("no exact score", "--target", "targets have no kernel yet");
    }
    network_ = std::make_unique<nn::GpuNetwork>(device, model.checkpoint->network, model.checkpoint->tensors);
    source_ = std::make_unique<sample::NetworkSource>(*network_);
}

}  // namespace scorefield::app
