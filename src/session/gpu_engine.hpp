#pragma once

#include <memory>
#include <string>

#include "gpu/device.hpp"
#include "session/engine.hpp"

namespace scorefield::session {

/// A Vulkan device as an engine.
class GpuEngine final : public Engine {
  public:
    /// Throws base::Error as gpu::Device does.
    explicit GpuEngine(const gpu::DeviceRequest& request) : device_(request) {}

    std::string name() const override { return device_.properties().name; }
    std::string reason() const override { return device_.selection_reason(); }
    std::unique_ptr<EngineScore> open(const model::Model& model) override;
    std::unique_ptr<EngineScore> open(const diffusion::Target& target,
                                      const diffusion::Parametrisation& parametrisation) override;
    train::TrainerMaker trainer_maker() override;
    void require_no_validation_messages() const override;

    gpu::Device& device() { return device_; }

  private:
    gpu::Device device_;
};

}  // namespace scorefield::session
