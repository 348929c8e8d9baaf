#include "sample/network_source.hpp"

#include <memory>
#include <utility>
#include <vector>

namespace scorefield::sample {
namespace {

class NetworkEvaluations final : public GpuEvaluations {
  public:
    NetworkEvaluations(const nn::GpuNetwork& network, std::uint32_t particles) : evaluations_(network, particles) {}

    Take make_tables(std::span<const diffusion::Eval> evals, const std::function<void()>& check_cancelled) override {
        std::vector<double> times;
        times.reserve(evals.size());
        for (const diffusion::Eval& eval : evals) times.push_back(eval.c_noise);
        auto table = std::make_shared<nn::TimeTable>(evaluations_.make_table(times, check_cancelled));
        return [this, table, evals = std::vector(evals.begin(), evals.end())]() mutable {
            evaluations_.take(std::move(*table));
            evals_ = std::move(evals);
        };
    }

    bool is_up_to_date() const override { return evaluations_.is_up_to_date(); }
    bool has_other_weights() const override { return evaluations_.has_other_weights(); }
    void record_uploads(gpu::Recorder& recorder) override { evaluations_.record_uploads(recorder); }
    std::uint32_t block() const override { return evaluations_.block(); }
    std::uint32_t parts() const override { return evaluations_.parts(); }

    void record(gpu::Recorder& recorder, const gpu::Buffer& values, const EvalBlock& block,
                std::uint32_t part) override {
        const diffusion::Eval& eval = evals_.at(block.row);
        evaluations_.record(recorder, values,
                            {.src = block.src,
                             .dst = block.dst,
                             .stride = block.stride,
                             .first = block.first,
                             .count = block.count,
                             .row = block.row,
                             .c_in = static_cast<float>(eval.c_in),
                             .c_skip = static_cast<float>(eval.c_skip),
                             .c_out = static_cast<float>(eval.c_out)},
                            part);
    }

  private:
    nn::GpuEvaluations evaluations_;
    std::vector<diffusion::Eval> evals_;  ///< by row
};

}  // namespace

std::unique_ptr<GpuEvaluations> NetworkSource::make_evaluations(std::uint32_t particles) {
    return std::make_unique<NetworkEvaluations>(network_, particles);
}

}  // namespace scorefield::sample
