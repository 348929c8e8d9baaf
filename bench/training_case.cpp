// Steps of training as `scorefield train` takes them by default: the seed experiment's schedule and batch, the network
// 2 -> 64 (x3) -> 2 with Adam and averaged weights.
#include <fmt/format.h>

#include <chrono>
#include <cmath>

#include "bench/benchmark.hpp"
#include "data/datasets.hpp"
#include "diffusion/process.hpp"
#include "train/gpu_trainer.hpp"
#include "train/host_trainer.hpp"

namespace scorefield::bench {
namespace {

constexpr std::uint64_t kChecked = 3;  // steps
constexpr std::uint64_t kTimed = 30;

train::TrainSpec seed_spec() {
    train::TrainSpec spec;
    spec.data = "swiss_roll";
    spec.objective.name = "simple";
    spec.process.schedule = "cosine_seed";
    spec.process.horizon = 40;
    spec.steps = 1'000'000'000;
    return spec;
}

/// One step, on the average of many.
class Training : public Case {
  public:
    explicit Training(gpu::Device& device) : trainer_(device, spec_, *data_, *process_) {}

    std::string name() const override {
        const auto& mlp = std::get<nn::MlpConfig>(spec_.network);
        return fmt::format("train_{}x{}_{}", mlp.width, mlp.depth, spec_.batch);
    }
    double work() const override { return trainer_.step_operations(); }
    std::string_view unit() const override { return "flop"; }
    Bound bound() const override { return Bound::arithmetic; }

    /// The host takes the same steps. Float sums of 2 048 squares agree to within 2048·2⁻²⁴; the third loss has passed
    /// through two steps of Adam.
    void check() override {
        train::HostTrainer host(spec_, *data_, *process_);
        host.advance(kChecked);
        trainer_.advance(kChecked);
        const std::vector<train::StepReport> expected = host.reports(true);
        const std::vector<train::StepReport> got = trainer_.reports(true);
        for (std::size_t i = 0; i < kChecked; ++i) {
            if (!(std::abs(got.at(i).loss - expected.at(i).loss) < 2e-4)) {
                throw wrong_result(name(), fmt::format("step {} has a loss of {}, expected {}", i, got.at(i).loss,
                                                       expected.at(i).loss));
            }
        }
    }

    double measure() override {
        const auto begin = std::chrono::steady_clock::now();
        trainer_.advance(kTimed);
        trainer_.reports(true);
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count() / kTimed;
    }

  private:
    train::TrainSpec spec_ = seed_spec();
    std::unique_ptr<data::Dataset> data_ = data::open_dataset(spec_.data);
    std::shared_ptr<const diffusion::NoiseProcess> process_ = diffusion::make_process(spec_.process);
    train::GpuTrainer trainer_;
};

}  // namespace

std::unique_ptr<Case> make_training(gpu::Device& device) {
    return std::make_unique<Training>(device);
}

}  // namespace scorefield::bench
