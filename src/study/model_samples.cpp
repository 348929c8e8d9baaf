#include "study/model_samples.hpp"

#include "base/interrupt.hpp"
#include "data/scaling.hpp"
#include "settings/resolve.hpp"

namespace scorefield::study {

data::Points model_samples(const model::Model& model, session::EngineScore& score, const settings::Settings& settings) {
    const session::CompiledRun run = session::compile_run(settings::sampling_spec(settings, model), model, {},
                                                          [] { base::require_not_interrupted(); });
    return data::undo({settings.particles, model.dim(), session::final_states(score, session::request_for(run))},
                      model.scaling);
}

}  // namespace scorefield::study
