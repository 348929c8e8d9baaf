#include "study/model_samples.hpp"

#include "base/interrupt.hpp"
#include "data/scaling.hpp"
#include "session/batched_run.hpp"
#include "settings/resolve.hpp"

namespace scorefield::study {

data::Points model_samples(gpu::Device& device, const model::Model& model, sample::GpuSource& score,
                           const settings::Settings& settings) {
    const session::CompiledRun run = session::compile_run(settings::sampling_spec(settings, model), model, {},
                                                          [] { base::require_not_interrupted(); });
    sample::GpuSource* const sources[] = {&score};
    return data::undo(
        {settings.particles, model.dim(), session::final_states(device, sources, session::request_for(run))},
        model.scaling);
}

}  // namespace scorefield::study
