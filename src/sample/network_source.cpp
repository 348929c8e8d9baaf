#include "sample/network_source.hpp"

namespace scorefield::sample {

void NetworkSource::prepare(std::span<const diffusion::Eval> evals) {
    evals_.assign(evals.begin(), evals.end());
    std::vector<double> times;
    times.reserve(evals.size());
    for (const diffusion::Eval& eval : evals) times.push_back(eval.c_noise);
    if (!times.empty()) network_.set_times(times);
}

void NetworkSource::record_uploads(gpu::Recorder& recorder) {
    network_.record_uploads(recorder);
}

void NetworkSource::record(gpu::Recorder& recorder, const gpu::Buffer& values, const EvalBlock& block) {
    const diffusion::Eval& eval = evals_.at(block.row);
    network_.record(recorder, values,
                    {.src = block.src,
                     .dst = block.dst,
                     .stride = block.stride,
                     .first = block.first,
                     .count = block.count,
                     .row = block.row,
                     .c_in = static_cast<float>(eval.c_in),
                     .c_skip = static_cast<float>(eval.c_skip),
                     .c_out = static_cast<float>(eval.c_out)});
}

}  // namespace scorefield::sample
