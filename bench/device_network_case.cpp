// The network alone, on a Vulkan device.
#include <fmt/format.h>

#include <limits>
#include <memory>
#include <vector>

#include "bench/device_cases.hpp"
#include "gpu/recorder.hpp"
#include "gpu/transfer.hpp"
#include "nn/gpu_network.hpp"

namespace scorefield::bench {
namespace {

class Network final : public Case {
  public:
    Network(gpu::Device& device, const model::Model& model, std::uint32_t particles)
        : device_(device),
          model_(model),
          recorder_(device, "network"),
          network_(device, model::evaluation_graph(model.checkpoint->network), model.checkpoint->tensors),
          evaluations_(network_, particles),
          particles_(particles),
          stride_(gpu::round_up(particles, gpu::kParticleMultiple)),
          values_(device, "network bench values", VkDeviceSize{2} * network_.dim() * stride_ * sizeof(float)) {
        const double times[] = {kTime};
        evaluations_.set_times(times);
    }

    std::string name() const override { return fmt::format("network_{}", particles_); }
    double work() const override { return network_.operations() * particles_; }
    std::string_view unit() const override { return "flop"; }
    Bound bound() const override { return Bound::arithmetic; }

    void check() override {
        const std::size_t dim = network_.dim();
        std::vector<float> start(values_.bytes() / sizeof(float), std::numeric_limits<float>::quiet_NaN());
        for (std::size_t i = 0; i < dim * stride_; ++i) start[i] = static_cast<float>(i % 97) / 48 - 1;
        gpu::upload<float>(device_, values_, start);
        measure();
        const std::vector<float> got = gpu::download<float>(device_, values_);
        const std::unique_ptr<diffusion::ScoreSource> reference = model_.host_score();
        std::vector<double> x(dim);
        std::vector<double> expected(dim);
        diffusion::Eval at;
        at.c_noise = kTime;
        constexpr std::size_t kChecked = 101;
        for (std::size_t i = 0; i < kChecked; ++i) {
            const std::size_t particle = i * (particles_ - 1) / (kChecked - 1);
            for (std::size_t e = 0; e < dim; ++e) x[e] = static_cast<double>(start[e * stride_ + particle]);
            reference->evaluate(x, at, expected);
            for (std::size_t e = 0; e < dim; ++e) {
                require_near(name(), static_cast<double>(got[(dim + e) * stride_ + particle]), expected[e], 1e-4);
            }
        }
    }

    double measure() override {
        recorder_.begin();
        evaluations_.record_uploads(recorder_);
        {
            const auto scope = recorder_.scope("network");
            evaluations_.record(recorder_, values_, {.src = 0, .dst = 1, .stride = stride_, .count = particles_});
        }
        device_.wait(device_.submit(recorder_));
        return recorder_.timings().at(0).seconds;
    }

  private:
    static constexpr double kTime = 500;

    gpu::Device& device_;
    const model::Model& model_;
    gpu::Recorder recorder_;
    nn::GpuNetwork network_;
    nn::GpuEvaluations evaluations_;
    std::uint32_t particles_;
    std::uint32_t stride_;
    gpu::Buffer values_;
};

}  // namespace

std::unique_ptr<Case> make_network(gpu::Device& device, const model::Model& model, std::uint32_t particles) {
    return std::make_unique<Network>(device, model, particles);
}

}  // namespace scorefield::bench
