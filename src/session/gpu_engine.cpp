#include "session/gpu_engine.hpp"

#include "sample/exact_source.hpp"
#include "session/batched_run.hpp"
#include "session/gpu_device.hpp"
#include "session/gpu_score.hpp"
#include "train/gpu_trainer.hpp"

namespace scorefield::session {
namespace {

/// Runs on a device, whoever owns the source.
class ScoreOnGpu : public EngineScore {
  public:
    explicit ScoreOnGpu(gpu::Device& device) : device_(device) {}

    std::size_t dim() const override { return source().dim(); }
    double operations() const override { return source().operations(); }
    const std::string& variant() const override { return source().variant(); }
    RunResult run(const RunRequest& request, const BatchSink& sink) override {
        sample::GpuSource* const sources[] = {&source()};
        return run_batches(device_, sources, request, sink);
    }

  private:
    virtual sample::GpuSource& source() const = 0;

    gpu::Device& device_;
};

class ModelOnGpu final : public ScoreOnGpu {
  public:
    ModelOnGpu(gpu::Device& device, const model::Model& model)
        : ScoreOnGpu(device), score_(std::make_unique<GpuScore>(device, model)) {}

  private:
    sample::GpuSource& source() const override { return score_->source(); }

    std::unique_ptr<GpuScore> score_;
};

class TargetOnGpu final : public ScoreOnGpu {
  public:
    TargetOnGpu(gpu::Device& device, const diffusion::Target& target, const diffusion::Parametrisation& parametrisation)
        : ScoreOnGpu(device), source_(sample::make_exact_source(device, target, parametrisation)) {}

  private:
    sample::GpuSource& source() const override { return *source_; }

    std::unique_ptr<sample::GpuSource> source_;
};

}  // namespace

std::unique_ptr<EngineScore> GpuEngine::open(const model::Model& model) {
    return std::make_unique<ModelOnGpu>(device_, model);
}

std::unique_ptr<EngineScore> GpuEngine::open(const diffusion::Target& target,
                                             const diffusion::Parametrisation& parametrisation) {
    return std::make_unique<TargetOnGpu>(device_, target, parametrisation);
}

train::TrainerMaker GpuEngine::trainer_maker() {
    return train::gpu_trainer_maker(device_);
}

void GpuEngine::require_no_validation_messages() const {
    session::require_no_validation_messages(device_);
}

}  // namespace scorefield::session
