#include "session/gpu_engine.hpp"

#include "session/batched_run.hpp"
#include "session/gpu_device.hpp"
#include "session/gpu_score.hpp"

namespace scorefield::session {
namespace {

class ScoreOnGpu final : public EngineScore {
  public:
    ScoreOnGpu(gpu::Device& device, const model::Model& model) : device_(device), score_(device, model) {}

    std::size_t dim() const override { return score_.source().dim(); }
    double operations() const override { return score_.source().operations(); }
    const std::string& variant() const override { return score_.source().variant(); }
    RunResult run(const RunRequest& request, const BatchSink& sink) override {
        sample::GpuSource* const sources[] = {&score_.source()};
        return run_batches(device_, sources, request, sink);
    }

  private:
    gpu::Device& device_;
    GpuScore score_;
};

}  // namespace

std::unique_ptr<EngineScore> GpuEngine::open(const model::Model& model) {
    return std::make_unique<ScoreOnGpu>(device_, model);
}

void GpuEngine::require_no_validation_messages() const {
    session::require_no_validation_messages(device_);
}

}  // namespace scorefield::session
