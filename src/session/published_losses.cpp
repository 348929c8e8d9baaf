#include "session/published_losses.hpp"

namespace scorefield::session {

std::vector<LossHistory::Point> published_losses(const train::TrainSpec& spec) {
    const diffusion::ProcessSettings process = diffusion::with_presets(spec.process);
    if (spec.data != "swiss_roll" || spec.objective.name != "simple" || process.name != "ddpm" ||
        process.schedule != "cosine_seed" || process.horizon != kSeedLevels ||
        spec.prediction != diffusion::Prediction::epsilon) {
        return {};
    }
    const std::uint64_t epoch = (kSeedEpochPoints + spec.batch - 1) / spec.batch;  // steps
    return {{epoch / 2, kSeedFirstEpochLoss}, {(kSeedEpochs - 1) * epoch + epoch / 2, kSeedLastEpochLoss}};
}

}  // namespace scorefield::session
