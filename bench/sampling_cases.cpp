// The network alone, and whole runs as `scorefield sample` does them.
#include <fmt/format.h>

#include <cmath>

#include "bench/benchmark.hpp"
#include "diffusion/sampler.hpp"
#include "diffusion/spacing.hpp"
#include "gpu/recorder.hpp"
#include "gpu/transfer.hpp"
#include "model/network_score.hpp"
#include "nn/gpu_network.hpp"
#include "sample/network_source.hpp"
#include "session/batched_run.hpp"

namespace scorefield::bench {
namespace {

class Network : public Case {
  public:
    Network(gpu::Device& device, const model::Checkpoint& model, std::uint32_t particles)
        : device_(device),
          model_(model),
          recorder_(device, "network"),
          network_(device, model::evaluation_graph(model.network), model.tensors),
          evaluations_(network_, particles),
          particles_(particles),
          stride_(gpu::round_up(particles, gpu::kParticleMultiple)),
          values_(device, "network bench values", VkDeviceSize{2} * network_.dim() * stride_ * sizeof(float)) {
        const double time[] = {500};
        evaluations_.set_times(time);
    }

    std::string name() const override { return fmt::format("network_{}", particles_); }
    double work() const override { return network_.operations() * particles_; }
    std::string_view unit() const override { return "flop"; }
    Bound bound() const override { return Bound::arithmetic; }

    void check() override {
        std::vector<float> start(values_.bytes() / sizeof(float));
        for (std::size_t i = 0; i < start.size(); ++i) start[i] = static_cast<float>(i % 97) / 48 - 1;
        gpu::upload<float>(device_, values_, start);
        measure();
        const std::vector<float> got = gpu::download<float>(device_, values_);
        const model::NetworkScore reference(model_.network, model_.tensors, "benchmark");
        const std::size_t dim = network_.dim();
        std::vector<double> x(dim);
        std::vector<double> expected(dim);
        const std::size_t last = particles_ - 1;
        for (std::size_t e = 0; e < dim; ++e) x[e] = static_cast<double>(start[e * stride_ + last]);
        diffusion::Eval at;
        at.c_noise = 500;
        reference.evaluate(x, at, expected);
        for (std::size_t e = 0; e < dim; ++e) {
            const double value = static_cast<double>(got[(dim + e) * stride_ + last]);
            if (!(std::abs(value - expected[e]) < 1e-4)) {
                throw wrong_result(name(), fmt::format("got {}, expected {}", value, expected[e]));
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
    gpu::Device& device_;
    const model::Checkpoint& model_;
    gpu::Recorder recorder_;
    nn::GpuNetwork network_;
    nn::GpuEvaluations evaluations_;
    std::uint32_t particles_;
    std::uint32_t stride_;
    gpu::Buffer values_;
};

class Sampling : public Case {
  public:
    Sampling(gpu::Device& device, const model::Checkpoint& model, const std::string& sampler, int steps,
             std::uint32_t particles)
        : device_(device), network_(device, model::evaluation_graph(model.network), model.tensors) {
        const auto process = diffusion::make_process(model.process);
        diffusion::SamplerSettings settings;
        settings.name = sampler;
        request_.program = compile_program(diffusion::make_time_grid(process, diffusion::SpacingSettings{}, steps),
                                           model.prediction, settings);
        request_.particles = particles;
    }

    std::string name() const override {
        return fmt::format("sample_{}_{}_{}", request_.program.sampler, request_.program.steps, request_.particles);
    }
    double work() const override { return network_.operations() * request_.particles * request_.program.evaluations(); }
    std::string_view unit() const override { return "flop"; }
    Bound bound() const override { return Bound::arithmetic; }
    // Whether the samples are right is checked by tests at length; here they must be finite and not collapsed.
    void check() override {
        double square = 0;
        run([&](const session::Batch& batch) {
            for (const float x : batch.rows) square += static_cast<double>(x) * static_cast<double>(x);
        });
        square /= static_cast<double>(request_.particles) * network_.dim();
        if (!(square > 0.5 && square < 2)) {
            throw wrong_result(name(), fmt::format("the samples' mean square is {} in standardised units", square));
        }
    }
    double measure() override {
        return run([](const session::Batch&) {});
    }

  private:
    double run(const session::BatchSink& sink) {
        sample::GpuSource* const sources[] = {&source_};
        return session::run_batches(device_, sources, request_, sink).seconds;
    }

    gpu::Device& device_;
    nn::GpuNetwork network_;
    sample::NetworkSource source_{network_};
    session::RunRequest request_;
};

}  // namespace

std::unique_ptr<Case> make_network(gpu::Device& device, const model::Checkpoint& model, std::uint32_t particles) {
    return std::make_unique<Network>(device, model, particles);
}

std::unique_ptr<Case> make_sampling(gpu::Device& device, const model::Checkpoint& model, const std::string& sampler,
                                    int steps, std::uint32_t particles) {
    return std::make_unique<Sampling>(device, model, sampler, steps, particles);
}

}  // namespace scorefield::bench
