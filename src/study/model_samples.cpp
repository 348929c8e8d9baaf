#include "study/model_samples.hpp"

#include "base/interrupt.hpp"
#include "data/scaling.hpp"
#include "sample/build_program.hpp"
#include "sample/run.hpp"
#include "settings/resolve.hpp"

namespace scorefield::study {

data::Points model_samples(gpu::Device& device, const model::Model& model, sample::GpuSource& score,
                           const settings::Settings& settings) {
    sample::RunRequest run;
    run.program =
        sample::build_program(settings::sampling_spec(settings, model), model, [] { base::require_not_interrupted(); });
    run.seed = settings.seed;
    run.particles = settings.particles;
    run.progress = [](std::uint64_t /*particle_steps*/) { base::require_not_interrupted(); };
    sample::GpuSource* const sources[] = {&score};
    data::Points points = {settings.particles, model.dim(), {}};
    sample::run(device, sources, run, [&](const sample::Batch& batch) {
        points.values.insert(points.values.end(), batch.rows.begin(), batch.rows.end());
    });
    return data::undo(points, model.scaling);
}

}  // namespace scorefield::study
